"""What people do in a rehearsal: who answers, reports nothing or gets more time, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Definition, Field, FieldKind, Form
from domain.errors import Invalid, Problem, RuleBroken
from models import Duty, Unit
from services.batches.extending import MoreTime, extend
from services.definitions.yaml_text import read_yaml
from services.duties.answers import NotFiled, Receipt, declare_none, file_answer
from services.duties.exemptions import Explanation, exempt

SAMPLES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "示例",
    FieldKind.LONG_TEXT: "示例",
    FieldKind.PHONE: "010-12345678",
    FieldKind.MOBILE: "13800000000",
    FieldKind.DATE: "2000-01-01",
}


class Deed(StrEnum):
    """What can be played."""

    ANSWER = "answer"
    NONE = "none"
    EXEMPT = "exempt"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Happening:
    """One deed at an instant.

    unit: its code; None extends for all. values: answers, or for an extension {"due_at"}.
    """

    at: datetime
    stage: str
    deed: Deed
    unit: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def read_scenario(text: str, definition: Definition) -> list[Happening]:
    """Read a YAML list of {at, stage, do, unit?, values?}; a time without a zone is in the batch's zone.

    Raises Invalid with every problem.
    """
    raw = read_yaml(text)
    if not isinstance(raw, list):
        raise Invalid([Problem("", "", "情景文件应是一个列表", "每项含 at、stage、do，可含 unit、values")])
    problems: list[Problem] = []
    found: list[Happening] = []
    for number, item in enumerate(raw):
        wrong = list(_problems(item, definition))
        problems += (
            Problem(f"[{number}]{path}", str(value)[:80], why, allowed) for path, value, why, allowed in wrong
        )
        if not wrong and isinstance(item, dict):
            found.append(_happening(item, definition))
    if problems:
        raise Invalid(problems)
    return sorted(found, key=lambda happening: happening.at)


Wrong = tuple[str, object, str, str]
"""Place within the item, what stands there, what is wrong with it, what would be accepted."""


def _problems(item: object, definition: Definition) -> Iterator[Wrong]:
    if not isinstance(item, dict):
        yield "", item, "应为键值对", '如 {at: 2023-03-08T10:20, stage: contacts, do: answer, unit: "410000"}'
        return
    unknown = set(item) - {"at", "stage", "do", "unit", "values"}
    if unknown:
        yield "", "、".join(sorted(unknown)), "多余的键", "只能有 at、stage、do、unit、values"
    if _instant(item.get("at"), definition) is None:
        yield ".at", item.get("at", ""), "应为时刻", "如 2023-03-08T10:20"
    values = item.get("values") or {}
    if not isinstance(values, dict):
        yield ".values", values, "应为键值对", "如 {name: 张三}"
        return
    yield from _deed_problems(item, values, definition)


def _deed_problems(item: dict[str, object], values: dict[str, object], definition: Definition) -> Iterator[Wrong]:
    keys = [stage.key for stage in definition.stages]
    stage = next((stage for stage in definition.stages if stage.key == item.get("stage")), None)
    if stage is None:
        yield ".stage", item.get("stage", ""), "没有这个环节", "、".join(keys)
    deed = item.get("do")
    if deed not in set(Deed):
        yield ".do", item.get("do", ""), "没有这种动作", "、".join(Deed)
    elif deed == Deed.EXTEND:
        if _instant(values.get("due_at"), definition) is None:
            yield ".values.due_at", values.get("due_at", ""), "延期应写明新的截止时刻", "如 2023-03-28T00:00"
    elif item.get("unit") is None:
        yield ".unit", "", "应写明单位代码", "延期之外的动作都属于一个单位"
    if item.get("unit") is not None and item["unit"] not in {unit.code for unit in definition.units}:
        yield ".unit", item["unit"], "批次中没有这个代码的单位", '代码加引号，如 "410000"'
    if stage is not None and deed in {Deed.ANSWER, Deed.NONE, Deed.EXEMPT}:
        if stage.collect is None:
            yield ".stage", stage.key, "该环节不收集填报，不能报送", ""
        elif deed == Deed.EXEMPT and stage.collect.exemption is None:
            yield ".do", deed, "该环节没有免报说明", ""


def _instant(value: object, definition: Definition) -> datetime | None:
    """Return the instant that a text names, in the batch's zone unless it names another; None when it names none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=definition.zone) if found is not None and found.tzinfo is None else found


def _happening(item: dict[str, Any], definition: Definition) -> Happening:
    at = _instant(item["at"], definition)
    assert at is not None  # noqa: S101 - the problems of this item have been looked for
    values = {str(key): str(value) for key, value in (item.get("values") or {}).items()}
    return Happening(at, item["stage"], Deed(item["do"]), item.get("unit"), values)


def play(session: Session, batch_id: int, definition: Definition, happening: Happening) -> list[str]:
    """Let it happen, by an officer of the unit; return what was refused in sentences, as it then left no trace."""
    at = happening.at.astimezone(definition.zone)
    place = f"{at:%Y-%m-%d %H:%M} {happening.unit or '全部单位'}“{definition.stage(happening.stage).title}”"
    try:
        with session.begin_nested():
            if happening.deed is Deed.EXTEND:
                _extend(session, batch_id, definition, happening)
                return []
            results = _settle_all(session, batch_id, definition, happening)
    except RuleBroken as refusal:
        return [f"{place}：{refusal.sentence}"]
    return [f"{place}：{result.refusal.sentence}" for result in results if isinstance(result, NotFiled)]


def _settle_all(
    session: Session, batch_id: int, definition: Definition, happening: Happening
) -> list[Receipt | NotFiled | None]:
    unit = session.scalars(select(Unit).where(Unit.code == happening.unit)).one()
    duties = session.scalars(
        select(Duty.id)
        .where(
            Duty.batch_id == batch_id,
            Duty.stage_key == happening.stage,
            Duty.unit_id == unit.id,
            Duty.settled_as.is_(None),
        )
        .order_by(Duty.id)
    ).all()
    officer = Actor(f"{unit.short or unit.name}经办人", Role.OFFICER, branch=unit.path)
    return [_settle(session, duty_id, definition, happening, officer) for duty_id in duties]


def _settle(
    session: Session, duty_id: int, definition: Definition, happening: Happening, officer: Actor
) -> Receipt | NotFiled | None:
    collect = definition.stage(happening.stage).collect
    if happening.deed is Deed.NONE:
        return declare_none(session, duty_id, received_at=happening.at, actor=officer)
    if happening.deed is Deed.EXEMPT and collect is not None and collect.exemption is not None:
        reason = happening.values.get("reason", collect.exemption.reasons[0].key)
        explanation = Explanation(reason, happening.values.get("text", "示例"))
        exempt(session, duty_id, explanation, received_at=happening.at, actor=officer, is_rehearsed=True)
        return None
    form = definition.form(collect.form) if collect is not None and collect.form is not None else None
    values = {**(sample_answers(form, happening.unit or "") if form else {}), **happening.values}
    return file_answer(session, duty_id, values, received_at=happening.at, actor=officer)


def _extend(session: Session, batch_id: int, definition: Definition, happening: Happening) -> None:
    due_at = _instant(happening.values["due_at"], definition)
    assert due_at is not None  # noqa: S101 - `read_scenario` lets no other through
    unit_id = session.scalar(select(Unit.id).where(Unit.code == happening.unit)) if happening.unit else None
    more = MoreTime(stage=happening.stage, due_at=due_at, reason="模拟", unit_id=unit_id)
    extend(session, batch_id, more, actor=Actor("主办处室", Role.COORDINATOR), now=happening.at)


def sample_answers(form: Form, unit: str) -> dict[str, str]:
    """Return answers that the form accepts, for rehearsals and demonstrations."""
    return {field.key: _sample(field, unit) for field in form.fields}


def _sample(field: Field, unit: str) -> str:
    if field.kind is FieldKind.EMAIL:
        return f"lianxiren-{unit}@units.example"
    if field.kind is FieldKind.CHOICE:
        return field.choices[0]
    return SAMPLES[field.kind]
