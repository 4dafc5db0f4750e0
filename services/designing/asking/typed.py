"""What is typed into the designer's forms, as values of a definition, and back.

Texts are checked here as far as a form can: the shape of numbers, days and keys. Whether they make sense is for the
linter to tell, because a working copy may be unfinished.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from domain.definition import OfficeContact, UnitEntry
from domain.definition.strict import KEY_PATTERN
from domain.forms import FORBIDDEN
from domain.lint.people.units import CODE
from services.designing.asking.describing import Described, Kind

MOST_CHARS: Mapping[Kind, int] = {Kind.LONG_TEXT: 20_000, Kind.TEXTS: 50_000, Kind.GROUPS: 50_000}
PLAIN_CHARS = 2_000
MOST_ITEMS = 2_000
MOST_NUMBER = 10**12
BETWEEN = "|"
"""Stands between the members of a group, each group on a line of its own."""
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
WHOLE = re.compile(r"-?[0-9]{1,12}")
DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?")
YES, NO = "yes", "no"


class BadValue(ValueError):  # noqa: N818 - WTForms shows the sentence of any ValueError beside the field
    """What was typed cannot be a value of its field; the sentence says what would be."""


def typed(field: Described, raw: Sequence[str]) -> object:
    """Return the value of a field as in JSON. raw: what the form sent for it. Raises BadValue."""
    lines = [text.replace("\r\n", "\n").replace("\r", "\n") for text in raw]
    limit = MOST_CHARS.get(field.kind, PLAIN_CHARS)
    if any(len(text) > limit for text in lines):
        raise BadValue(f"最多 {limit} 字")
    if any(FORBIDDEN.search(text) for text in lines):
        raise BadValue("含有不能显示的字符，请删去")
    if field.kind in SEVERAL:
        return SEVERAL[field.kind](field, lines)
    # A tick brings "no" and "yes", because a browser sends nothing for a box that is not ticked.
    text = lines[-1].strip() if lines else ""
    if not text:
        return _nothing(field)
    return READERS.get(field.kind, _text)(field, text)


def _nothing(field: Described) -> object:
    """Return what an empty input stands for. Raises BadValue where something must stand."""
    if field.kind is Kind.FLAG:
        return False
    if field.is_optional:
        return None
    if field.is_required or field.kind not in {Kind.TEXT, Kind.LONG_TEXT, Kind.REFERENCE}:
        raise BadValue(f"请选择{field.label}" if field.kind in CHOSEN else f"请填写{field.label}")
    return ""


def _text(field: Described, text: str) -> object:
    if field.is_identity:
        return key(field, text)
    if field.owner is OfficeContact and field.name == "name" and "." in text:
        raise BadValue("姓名中不能有英文句点，可以写作“·”")
    return text


def key(field: Described, text: str) -> str:
    """Return a stable key. Raises BadValue for what cannot be one."""
    if field.owner is UnitEntry:
        if not CODE.fullmatch(text):
            raise BadValue("单位代码只含字母、数字、- 和 _，最多 40 个字符")
    elif not re.fullmatch(KEY_PATTERN, text):
        raise BadValue("代号以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符")
    return text


def _whole(_: Described, text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise BadValue("请填写整数，只用 0 至 9 的数字")
    return int(text)


def _number(_: Described, text: str) -> float:
    if not DECIMAL.fullmatch(text):
        raise BadValue("请填写数字，例：30 或 12.5")
    return float(text)


def _day(_: Described, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadValue("请填写日期，例：2023-03-20") from None
    if len(text) != len("2023-03-20") or not 1990 <= day.year <= 2100:
        raise BadValue("请填写日期，例：2023-03-20")
    return text


def _time(_: Described, text: str) -> str:
    if not TIME.fullmatch(text):
        raise BadValue("请填写时刻，例：09:00；当日结束写 24:00")
    return text


def _zone(_: Described, text: str) -> str:
    if text not in available_timezones():
        raise BadValue("没有这个时区，例：Asia/Shanghai")
    return text


def _flag(_: Described, text: str) -> bool:
    return text == YES


def _choice(field: Described, text: str) -> str:
    if field.choices is None or text not in set(field.choices):
        raise BadValue(f"请选择{field.label}")
    return text


def _listed(text: str) -> list[str]:
    found = [line.strip() for line in text.split("\n") if line.strip()]
    if len(found) > MOST_ITEMS:
        raise BadValue(f"最多 {MOST_ITEMS} 行")
    return found


def _texts(_: Described, raw: Sequence[str]) -> list[str]:
    return _listed(raw[0]) if raw else []


def _integers(field: Described, raw: Sequence[str]) -> list[int]:
    text = raw[0] if raw else ""
    parts = [part for part in re.split(r"[\s、，,；;]+", text) if part]
    return [_whole(field, part) for part in parts]


def _groups(_: Described, raw: Sequence[str]) -> list[list[str]]:
    if len(raw) > 1:
        return _ticked(raw[1:])
    lines = _listed(raw[0]) if raw else []
    return [[part.strip() for part in line.split(BETWEEN) if part.strip()] for line in lines]


def _ticked(ticks: Sequence[str]) -> list[list[str]]:
    """Return groups that were ticked: behind the empty value that is always sent stands "number|member" for each."""
    found: dict[str, list[str]] = {}
    for tick in ticks[:MOST_ITEMS]:
        number, _, member = tick.partition(BETWEEN)
        found.setdefault(number, []).append(member)
    return list(found.values())


def _chosen(field: Described, raw: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(text for text in raw if text))
    if len(found) > MOST_ITEMS:
        raise BadValue(f"最多选 {MOST_ITEMS} 项")
    if field.choices is not None and not set(found) <= set(field.choices):
        raise BadValue(f"请选择{field.label}")
    return found


CHOSEN = frozenset({Kind.CHOICE, Kind.REFERENCE})
SEVERAL: Mapping[Kind, Callable[[Described, Sequence[str]], object]] = {
    Kind.TEXTS: _texts,
    Kind.INTEGERS: _integers,
    Kind.GROUPS: _groups,
    Kind.CHOICES: _chosen,
    Kind.REFERENCES: _chosen,
}
READERS: Mapping[Kind, Callable[[Described, str], object]] = {
    Kind.INTEGER: _whole,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.TIME: _time,
    Kind.ZONE: _zone,
    Kind.CHOICE: _choice,
}


def written(field: Described, value: object) -> list[str]:
    """Return a value as a form shows it, so that `typed` gives the same value back."""
    match field.kind, value:
        case _, None:
            return [NO] if field.kind is Kind.FLAG else []
        case Kind.FLAG, _:
            return [YES if value else NO]
        case Kind.NUMBER, int() | float():
            return [_figure(float(value))]
        case ((Kind.CHOICES | Kind.REFERENCES), list()):
            return [str(item) for item in value]
        case Kind.TEXTS, list():
            return ["\n".join(str(item) for item in value)]
        case Kind.INTEGERS, list():
            return ["、".join(str(item) for item in value)]
        case Kind.GROUPS, list():
            return ["\n".join(f" {BETWEEN} ".join(group) for group in value)]
        case _:
            return [str(value)]


def _figure(value: float) -> str:
    """Return a number without an exponent and needless zeros."""
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def is_same(field: Described, wanted: object, current: object) -> bool:
    """Tell whether what was typed is what stands there; an empty input is both nothing and an empty text."""
    return wanted == current or (wanted in (None, "") and current in (None, ""))
