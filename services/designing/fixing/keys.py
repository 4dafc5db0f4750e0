"""Fixes of keys, and of what stands twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from domain.definition import Definition, Form, UnitEntry
from domain.definition.paths import children, lookup
from domain.forms import FORBIDDEN
from domain.lint.keys import WELL_FORMED
from services.designing.edits import Edit, SetValues, value_at
from services.designing.fixing.base import Asked, Fix, Maker

FOREIGN = re.compile(r"[^a-z0-9_-]+")
FOREIGN_CODE = re.compile(r"[^A-Za-z0-9_-]+")
LONGEST = 40
STEMS = {"stages": "stage", "unit_classes": "class", "categories": "category", "ladders": "ladder", "modes": "mode"}
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "stages": ("stages.*.opens.after", "stages.*.collect.exemption.goes_with", "mails.*.stage"),
    "unit_classes": (
        *("units.*.unit_class", "quotas.*.classes", "stages.*.collect.classes"),
        *("stages.*.review.classes", "stages.*.recommend.classes"),
    ),
    "modes": ("categories.*.modes", "rules.*.modes"),
    "categories": (
        *("quotas.*.category", "rules.*.categories", "stages.*.declare.forms.*.category"),
        "stages.*.review.checks.*.categories",
    ),
    "forms": ("stages.*.collect.form", "stages.*.form", "stages.*.declare.forms.*.form"),
    "ladders": ("stages.*.ladder",),
}
"""Where the keys of a list are named, so that an item keeps what refers to it under its new key."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A value that was found by a pattern: the part it is in, the name of the field, what stands there."""

    holder: str
    name: str
    value: object


def well_formed(key: str, stem: str, taken: set[str]) -> str:
    """Return the key nearest to a badly formed one that nobody has; made from the stem where nothing remains."""
    plain = FOREIGN.sub("-", normalize("NFKC", key).lower()).strip("-_")
    if plain and not plain[0].isalpha():
        plain = f"{stem}-{plain}"
    return free(plain[:LONGEST] or stem, taken)


def free(key: str, taken: set[str]) -> str:
    """Return the key with the lowest number from 2 under which nobody has it, or itself."""
    if key not in taken:
        return key
    number = 2
    while f"{key[: LONGEST - 4]}-{number}" in taken:
        number += 1
    return f"{key[: LONGEST - 4]}-{number}"


def _bad_key(asked: Asked) -> Iterator[Fix]:
    key, item_path = str(asked.value), asked.holder
    if asked.name == "standard":
        yield asked.set("不写通名", "")
    elif asked.path not in {"code", "programme.key"} and isinstance(asked.value, str):
        new = well_formed(key, STEMS.get(_list_name(item_path), "item"), _siblings(asked, item_path))
        if WELL_FORMED.fullmatch(new):
            yield Fix(f"代号改为“{new}”，引用它的地方一并改", (*_renamed(asked.definition, item_path, key, new),))


def _list_name(item_path: str) -> str:
    return item_path.rpartition(".")[0].rpartition(".")[2]


def _siblings(asked: Asked, item_path: str) -> set[str]:
    """Return the keys that a new one must differ from: those of its list, or of all fields of its form."""
    form = asked.find(".".join(item_path.split(".")[:2]))
    fields = {field.key for field in form.all_fields} if isinstance(form, Form) else set()
    return fields | {name for name, _ in children(asked.find(item_path.rpartition(".")[0]))}


def _renamed(definition: Definition, item_path: str, key: str, new: str) -> Iterator[Edit]:
    """Yield the edits that give an item another key; what vouches for it and refers to it goes along."""
    for place in _referring(definition, item_path.rpartition(".")[0].removeprefix("catalogue.")):
        if place.value == key:
            yield SetValues(place.holder, {place.name: new})
        elif isinstance(place.value, tuple) and key in place.value:
            yield SetValues(place.holder, {place.name: [new if item == key else item for item in place.value]})
    becomes = f"{item_path.rpartition('.')[0]}.{new}"
    for number, mark in enumerate(definition.evidence):
        if f"{mark.path}.".startswith(f"{item_path}."):
            yield SetValues(f"evidence.{number}", {"path": becomes + mark.path[len(item_path) :]})
    yield SetValues(item_path, {"key": new})


def _referring(definition: Definition, name: str) -> Iterator[_Place]:
    for pattern in REFERENCES.get(name, ()):
        yield from _matching(definition, "", pattern.split("."))


def _matching(value: object, path: str, pattern: list[str]) -> Iterator[_Place]:
    head, rest = pattern[0], pattern[1:]
    for name, child in children(value):
        if head not in {"*", name}:
            continue
        if rest:
            yield from _matching(child, f"{path}.{name}" if path else name, rest)
        else:
            yield _Place(path, name, child)


def _reserved(asked: Asked) -> Iterator[Fix]:
    key = str(asked.finding.value)
    new = free(f"own-{key.replace('_', '-')}", _siblings(asked, asked.path))
    yield Fix(f"代号改为“{new}”", (*_renamed(asked.definition, asked.path, key, new),))


def _twice(asked: Asked) -> Iterator[Fix]:
    """Drop the second of two equal items, or give it a key of its own: what refers to the key means the first."""
    list_path, key = asked.holder, asked.name
    plain = value_at(asked.definition, list_path)
    items: list[Any] = plain if isinstance(plain, list) else []
    places = [number for number, item in enumerate(items) if isinstance(item, dict) and item.get("key") == key]
    holder, _, name = list_path.rpartition(".")
    if len(places) > 1 and items[places[0]] == items[places[1]]:
        rest = [item for number, item in enumerate(items) if number != places[1]]
        yield Fix(f"删去重复的“{key}”（两项完全相同）", (SetValues(holder, {name: rest}),))
    elif places:
        new = free(key, _siblings(asked, asked.path))
        renamed = [item | {"key": new} if number == places[-1] else item for number, item in enumerate(items)]
        yield Fix(f"后一项的代号改为“{new}”", (SetValues(holder, {name: renamed}),))


def _unit_twice(asked: Asked) -> Iterator[Fix]:
    """Drop the second of two equal units; two units that differ, only a person can tell apart."""
    parts = asked.path.split(".")
    unit = asked.find(".".join(parts[:2]))
    places = [number for number, item in enumerate(asked.definition.units) if item == unit]
    if isinstance(unit, UnitEntry) and len(places) > 1:
        plain = value_at(asked.definition, "units")
        items = plain if isinstance(plain, list) else []
        rest = [item for number, item in enumerate(items) if number != places[1]]
        yield Fix(f"删去重复的「{unit.name}」（两行完全相同）", (SetValues("", {"units": rest}),))


def _unit_code(asked: Asked) -> Iterator[Fix]:
    code = str(asked.value)
    new = FOREIGN_CODE.sub("", normalize("NFKC", code))[:LONGEST]
    if new and new not in {unit.code for unit in asked.definition.units}:
        below = [unit.code for unit in asked.definition.units if unit.upper == code]
        edits: list[Edit] = [SetValues(f"units.{lower}", {"upper": new}) for lower in below]
        yield Fix(f"单位代码改为“{new}”", (*edits, SetValues(asked.holder, {"code": new})))


def _values_twice(asked: Asked) -> Iterator[Fix]:
    values = list(dict.fromkeys(asked.list_at(asked.path)))
    yield asked.set(f"“{asked.finding.value}”只留一个", values)


def _terms_twice(asked: Asked) -> Iterator[Fix]:
    catalogue = asked.definition.catalogue
    plain = value_at(asked.definition, asked.path)
    if catalogue is not None and isinstance(plain, list):
        terms = [item for number, item in enumerate(plain) if item not in plain[:number]]
        if len(terms) < len(plain):
            yield asked.set(f"“{asked.finding.value}”只留一条（解释相同）", terms)


def _pairs_twice(asked: Asked) -> Iterator[Fix]:
    plain = value_at(asked.definition, asked.path)
    if isinstance(plain, list):
        pairs = [item for number, item in enumerate(plain) if item not in plain[:number]]
        yield asked.set("相同的两行只留一行", pairs)


def _invisible(asked: Asked) -> Iterator[Fix]:
    """Take out what nobody sees; a text of a list is given back with its list."""
    label = "删去看不见的字符"
    if isinstance(lookup(asked.definition, asked.holder), tuple):
        holder, _, name = asked.holder.rpartition(".")
        texts = [FORBIDDEN.sub("", str(text)) for text in asked.list_at(asked.holder)]
        yield Fix(label, (SetValues(holder, {name: texts}),))
    else:
        yield asked.set(label, FORBIDDEN.sub("", str(asked.value)))


KEYS: Mapping[str, Maker] = {
    "bad_code": _unit_code,
    "bad_key": _bad_key,
    "duplicate_category_form": _pairs_twice,
    "duplicate_choice": _values_twice,
    "duplicate_key": _twice,
    "duplicate_term": _terms_twice,
    "duplicate_unit": _unit_twice,
    "invisible_text": _invisible,
    "repeated_value": _values_twice,
    "reserved_key": _reserved,
}
