"""What people do in a rehearsal: who answers, reports nothing or gets more time, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Definition, Field, FieldKind, Form
from domain.errors import Invalid, Problem
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
        try:
            found.append(_happening(item, definition))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(Problem(f"[{number}]", str(item)[:80], f"无法理解：{error}"))
    if problems:
        raise Invalid(problems)
    return sorted(found, key=lambda happening: happening.at)


def _happening(item: object, definition: Definition) -> Happening:
    if not isinstance(item, dict):
        raise TypeError("应为键值对")
    unknown = set(item) - {"at", "stage", "do", "unit", "values"}
    if unknown:
        raise ValueError(f"多余的键 {'、'.join(sorted(unknown))}")
    at = datetime.fromisoformat(str(item["at"]))
    if at.tzinfo is None:
        at = at.replace(tzinfo=definition.zone)
    stage = definition.stage(str(item["stage"]))
    values = {str(key): str(value) for key, value in dict(item.get("values") or {}).items()}
    unit = str(item["unit"]) if item.get("unit") is not None else None
    return Happening(at, stage.key, Deed(str(item["do"])), unit, values)


def play(session: Session, batch_id: int, definition: Definition, happening: Happening) -> list[str]:
    """Let it happen, by an officer of the unit; return the sentences of what was refused."""
    if happening.deed is Deed.EXTEND:
        return _extend(session, batch_id, definition, happening)
    unit = session.scalars(select(Unit).where(Unit.code == happening.unit)).one_or_none()
    if unit is None:
        return [f"没有代码为 {happening.unit} 的单位"]
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
    results = [_settle(session, duty_id, definition, happening, officer) for duty_id in duties]
    return [result.refusal.sentence for result in results if isinstance(result, NotFiled)]


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


def _extend(session: Session, batch_id: int, definition: Definition, happening: Happening) -> list[str]:
    due_at = datetime.fromisoformat(happening.values["due_at"])
    if due_at.tzinfo is None:
        due_at = due_at.replace(tzinfo=definition.zone)
    unit_id = session.scalar(select(Unit.id).where(Unit.code == happening.unit)) if happening.unit else None
    more = MoreTime(stage=happening.stage, due_at=due_at, reason="模拟", unit_id=unit_id)
    extend(session, batch_id, more, actor=Actor("主办处室", Role.COORDINATOR), now=happening.at)
    return []


def sample_answers(form: Form, unit: str) -> dict[str, str]:
    """Return answers that the form accepts, for rehearsals and demonstrations."""
    return {field.key: _sample(field, unit) for field in form.fields}


def _sample(field: Field, unit: str) -> str:
    if field.kind is FieldKind.EMAIL:
        return f"lianxiren-{unit}@units.example"
    if field.kind is FieldKind.CHOICE:
        return field.choices[0]
    return SAMPLES[field.kind]
