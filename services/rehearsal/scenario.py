"""What people do in a rehearsal: who answers, reports nothing or gets more time, and when (情景).

A scenario is a list of rows {"at", "stage", "do", "unit" or "units", "values"}, typed as YAML or on a page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.definition import Definition, Stage, StageKind
from domain.errors import Invalid, Problem
from services.definitions.yaml_text import read_yaml

KEYS = ("at", "stage", "do", "unit", "units", "values")
CLASS = "class:"
"""How `units` names those of one class: "class:province"."""
MOST_DEEDS = 20_000
MOST_CASES = 200


class Deed(StrEnum):
    """What can be played. ANSWER: files what a collect stage asks, or forwards cases in a recommend stage."""

    ANSWER = "answer"
    NONE = "none"
    EXEMPT = "exempt"
    EXTEND = "extend"


class Several(StrEnum):
    """Several units at once, in the order of the definition. ODD: the first, third, fifth; EVEN: the others."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Happening:
    """One deed at an instant.

    unit: its code; None extends for all. values: answers; for an extension {"due_at"}; for cases that are forwarded
    {category: how many}.
    """

    at: datetime
    stage: str
    deed: Deed
    unit: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def read_scenario(text: str, definition: Definition) -> list[Happening]:
    """Read a YAML list of {at, stage, do, unit? or units?, values?}; a time without a zone is in the batch's zone.

    Raises Invalid with every problem.
    """
    return read_rows(read_yaml(text), definition)


def read_rows(raw: object, definition: Definition) -> list[Happening]:
    """Read a scenario that is no text any more, as one that was kept. Raises Invalid with every problem."""
    if not isinstance(raw, list):
        raise Invalid([Problem("", "", "情景文件应是一个列表", "每项含 at、stage、do，可含 unit、units、values")])
    problems: list[Problem] = []
    found: list[Happening] = []
    for number, item in enumerate(raw):
        wrong = list(_problems(item, definition))
        problems += (
            Problem(f"[{number}]{path}", str(value)[:80], why, allowed) for path, value, why, allowed in wrong
        )
        if not wrong and isinstance(item, dict):
            found += _happenings(item, definition)
        if len(found) > MOST_DEEDS:
            problems.append(Problem(f"[{number}]", "", f"情景中的动作超过 {MOST_DEEDS} 个", "请减少单位或环节"))
            break
    if problems:
        raise Invalid(problems)
    return sorted(found, key=lambda happening: happening.at)


def units_named(name: str, definition: Definition) -> Sequence[str] | None:
    """Return the codes of the units that `units` names, in the definition's order; None for no such name."""
    codes = [unit.code for unit in definition.units]
    match name:
        case Several.ALL:
            return codes
        case Several.ODD:
            return codes[::2]
        case Several.EVEN:
            return codes[1::2]
    key = name.removeprefix(CLASS)
    if not name.startswith(CLASS) or key not in {item.key for item in definition.unit_classes}:
        return None
    return [unit.code for unit in definition.units if unit.unit_class == key]


Wrong = tuple[str, object, str, str]
"""Place within the item, what stands there, what is wrong with it, what would be accepted."""


def _problems(item: object, definition: Definition) -> Iterator[Wrong]:
    if not isinstance(item, dict):
        yield "", item, "应为键值对", '如 {at: 2023-03-08T10:20, stage: contacts, do: answer, unit: "410000"}'
        return
    unknown = set(item) - set(KEYS)
    if unknown:
        yield "", "、".join(sorted(str(key) for key in unknown)), "多余的键", f"只能有 {'、'.join(KEYS)}"
    if instant_of(item.get("at"), definition) is None:
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
    if deed not in list(Deed):
        yield ".do", item.get("do", ""), "没有这种动作", "、".join(Deed)
    elif deed == Deed.EXTEND:
        if instant_of(values.get("due_at"), definition) is None:
            yield ".values.due_at", values.get("due_at", ""), "延期应写明新的截止时刻", "如 2023-03-28T00:00"
    elif item.get("unit") is None and item.get("units") is None:
        yield ".unit", "", "应写明单位代码", "延期之外的动作都属于一个单位；几个单位用 units"
    yield from _unit_problems(item, definition)
    if stage is not None and deed in [Deed.ANSWER, Deed.NONE, Deed.EXEMPT]:
        yield from _filing_problems(stage, Deed(str(deed)), values, definition)


def _unit_problems(item: dict[str, object], definition: Definition) -> Iterator[Wrong]:
    unit, several = item.get("unit"), item.get("units")
    if unit is not None and several is not None:
        yield ".units", several, "unit 与 units 只能写一个", ""
    if unit is not None and unit not in [one.code for one in definition.units]:
        yield ".unit", unit, "批次中没有这个代码的单位", '代码加引号，如 "410000"'
    if several is not None and (not isinstance(several, str) or units_named(several, definition) is None):
        classes = "、".join(CLASS + one.key for one in definition.unit_classes)
        yield ".units", several, "没有这一组单位", "、".join([*Several, classes])


def _filing_problems(stage: Stage, deed: Deed, values: dict[str, object], definition: Definition) -> Iterator[Wrong]:
    """Say what units cannot do in a stage; what they send is checked as in life when it is played."""
    recommend = stage.recommend if stage.kind is StageKind.RECOMMEND else None
    if recommend is not None:
        yield from _forwarding_problems(deed, values, definition)
        if deed is Deed.NONE and recommend.none_label is None:
            yield ".do", deed, "该环节不接受零报告", ""
    elif stage.collect is None:
        yield ".stage", stage.key, "该环节不由推荐单位填报，不能报送", ""
    if deed is Deed.EXEMPT and (stage.collect is None or stage.collect.exemption is None):
        yield ".do", deed, "该环节没有免报说明", ""


def _forwarding_problems(deed: Deed, values: dict[str, object], definition: Definition) -> Iterator[Wrong]:
    if deed is not Deed.ANSWER:
        return
    categories = {category.key for category in definition.categories}
    for key, count in values.items():
        if key not in categories:
            yield f".values.{key}", key, "没有这个类别", "、".join(sorted(categories))
        elif not str(count).isdecimal() or not 1 <= int(str(count)) <= MOST_CASES:
            yield f".values.{key}", count, "应为件数", f"1 到 {MOST_CASES}"


def instant_of(value: object, definition: Definition) -> datetime | None:
    """Return the instant that a text names, in the batch's zone unless it names another; None when it names none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=definition.zone) if found is not None and found.tzinfo is None else found


def _happenings(item: dict[str, Any], definition: Definition) -> list[Happening]:
    at = instant_of(item["at"], definition)
    assert at is not None  # noqa: S101 - the problems of this item have been looked for
    values = {str(key): str(value) for key, value in (item.get("values") or {}).items()}
    several, deed = item.get("units"), Deed(item["do"])
    if several is None or (deed is Deed.EXTEND and several == Several.ALL):
        return [Happening(at, item["stage"], deed, item.get("unit"), values)]
    codes = units_named(several, definition) or ()
    return [Happening(at, item["stage"], deed, code, values) for code in codes]
