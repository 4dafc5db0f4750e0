"""Places and values of a definition in words: what a coordinator reads where the machine has a path and a key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from domain.definition import Audience, Counting, Definition, Form, Ladder, Rule, Step
from domain.definition.paths import children, lookup, members
from domain.instants import WEEKDAYS
from domain.quoting import quoted
from domain.rules.facts import ORGANISATION_KINDS
from services.definitions.conditions import expression_told, rule_told, subject_told, value_told
from services.definitions.names import EXPORTED, PROFILE, Names
from services.definitions.words import choice, class_at, has_field, label

MOST_LISTED = 10
MOST_LISTED_CHARS = 120
ZONES: Mapping[str, str] = {"Asia/Shanghai": "北京时间"}
COVER: Mapping[str, str] = {"{year}": "〔年度〕", "{applicant}": "〔申报单位〕", "{unit}": "〔推荐单位〕"}

POINTING: Mapping[str, Callable[[Names], Mapping[str, str]]] = {
    "categories": lambda names: names.categories,
    "category": lambda names: names.categories,
    "subtypes": lambda names: names.subtypes,
    "modes": lambda names: names.modes,
    "any_of": lambda names: names.modes,
    "classes": lambda names: names.classes,
    "unit_class": lambda names: names.classes,
    "upper": lambda names: names.units,
    "programme": lambda names: names.programmes,
    "stage": lambda names: names.stages,
    "after": lambda names: names.stages,
    "goes_with": lambda names: names.stages,
    "ladder": lambda names: names.ladders,
    "form": lambda names: names.forms,
    "applicants": lambda _: ORGANISATION_KINDS,
    "profile": lambda _: PROFILE,
    "to": lambda names: {**names.facts, **EXPORTED},
    "timezone": lambda _: ZONES,
}
"""What the keys in a field stand for; a field of this name means the same in every class that has it."""
OF_FORM = frozenset({"fields", "field", "one_of", "table"})
"""Fields that name other fields of the same form."""
COMPUTED = frozenset({"expression", "free_when", "computed"})

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in words ("环节 › “联系人反馈” › 截止") and what stands there; value: empty where nothing does."""

    label: str
    value: str


def place(names: Names, path: str) -> Place:
    """Return a place by stable keys in words; a part that leads nowhere is named as it is."""
    at: object = names.definition
    cls: type | None = Definition
    words: list[str] = []
    field, passed = "", [at]
    for part in path.split(".") if path else ():
        if cls is not None and not isinstance(at, tuple) and has_field(cls, part):
            field = part
            words.append(label(cls, part))
            at, cls = (members(at) or {}).get(part), class_at(cls, part)
        else:
            number, at = _item(at, part)
            name = names.item(at)
            words.append(quoted(name or part) if name or number is None else names.item(at, number))
        passed.append(at)
    return Place(" › ".join(words), told(names, field, at, passed) if path else "")


def place_in_either(names: Names, older: Names, path: str) -> Place:
    """Return a place in words; one that was taken away, as it stood in an older version."""
    for known in (names, older):
        with suppress(KeyError):
            lookup(known.definition, path)
            return place(known, path)
    return place(names, path)


def told(names: Names, field: str, value: object, within: Sequence[object] = ()) -> str:
    """Return a value in words; "" for nothing.

    field: the name of the field that holds it, or its list. within: what the value stands in, from the root on: the
        form whose fields it may name, the rule whose subject it is compared with.
    """
    if isinstance(value, tuple):
        return _list(names, field, value, within)
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return _text(names, field, value, within)
    if members(value) is not None:
        return _part(names, value, within)
    return _plain(value)


def _plain(value: object) -> str:
    match value:
        case StrEnum():
            said = choice(value)
        case bool():
            said = "是" if value else "否"
        case date():
            said = f"{value.isoformat()} 周{WEEKDAYS[value.weekday()]}"
        case float():
            said = f"{value:g}"
        case None:
            said = ""
        case _:
            said = str(value)
    return said


def _part(names: Names, value: object, within: Sequence[object]) -> str:
    match value:
        case Ladder():
            return "，".join(map(rung, value.steps))
        case Step():
            return rung(value)
        case Rule():
            return rule_told(names, value)
        case _:
            return names.item(value) or "；".join(_fields(names, value, (*within, value)))


def rung(step: Step) -> str:
    """Return when a reminder goes out, and to whom unless to those who owe: "截止前 5 个工作日 09:00"."""
    unit = "个工作日" if step.counting is Counting.WORKING else "天"
    anchor = choice(step.anchor)
    day = f"{anchor}当日" if step.days == 0 else f"{anchor}{'前' if step.days < 0 else '后'} {abs(step.days)} {unit}"
    whom = "" if step.to is Audience.OWING else f"（{choice(step.to)}）"
    return f"{day} {step.at}{whom}"


def _item(at: object, part: str) -> tuple[int | None, object]:
    """Return the number and the item of a list that a part of a path names; None and None for none."""
    items = enumerate(children(at)) if isinstance(at, tuple) else ()
    return next(((number, child) for number, (name, child) in items if name == part), (None, None))


def _list(names: Names, field: str, value: tuple[object, ...], within: Sequence[object]) -> str:
    if all(isinstance(item, Step) for item in value):
        return "，".join(told(names, field, item) for item in value)
    if any(members(item) is not None for item in value):
        listed = "、".join(names.item(item, number) for number, item in enumerate(value[:MOST_LISTED]))
        is_short = len(value) <= MOST_LISTED and len(listed) <= MOST_LISTED_CHARS
        return f"{len(value)} 项（{listed}）" if is_short else f"{len(value)} 项"
    between = "；" if any(isinstance(item, tuple) for item in value) else "、"
    return between.join(told(names, field, item, within) for item in value)


def _text(names: Names, field: str, value: str, within: Sequence[object]) -> str:
    rule = _last(within, Rule)
    if rule is not None and field in {"subject", "value"}:
        return subject_told(names, value) if field == "subject" else value_told(names, rule.subject, value)
    if field in COMPUTED:
        return expression_told(names, value)
    if field == "path":
        return place(names, value).label
    if field == "cover":
        for sign, word in COVER.items():
            value = value.replace(sign, word)
        return value
    form = _last(within, Form)
    if field in OF_FORM:
        return (names.leaves(form) if form is not None else names.facts).get(value) or value
    return POINTING[field](names).get(value) or value if field in POINTING else value


def _last(within: Sequence[object], kind: type[Found]) -> Found | None:
    return next((found for found in reversed(within) if isinstance(found, kind)), None)


def _fields(names: Names, value: object, within: Sequence[object]) -> Iterator[str]:
    """Yield "截止时刻：24:00" for each field that says something; yes and no only where it is not the usual."""
    usual = {one.name: one.default for one in fields(value)} if is_dataclass(value) else {}
    for name, held in (members(value) or {}).items():
        said = told(names, name, held, within)
        if said and not (isinstance(held, bool) and usual[name] is held):
            yield f"{label(type(value), name)}：{said}"
