"""What can be typed into each class of a definition, told from the types alone; the designer's pages are made of it.

A field that is added to a dataclass has its place on them at once, with its word from `services.definitions.words`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from domain.definition import (
    Catalogue,
    Category,
    Check,
    Column,
    Definition,
    Document,
    Evidence,
    Field,
    Form,
    Rule,
    ShownWhen,
    Stage,
    StageKind,
    TitleFilter,
    UnitEntry,
)
from services.definitions.words import help_text, label


class Kind(StrEnum):
    """What is typed into a field, or how it is chosen. groups: a list of lists of texts."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    TIME = "time"
    ZONE = "zone"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    INTEGERS = "integers"
    GROUPS = "groups"
    REFERENCE = "reference"
    REFERENCES = "references"
    PART = "part"
    PARTS = "parts"


class Target(StrEnum):
    """What the keys in a field stand for.

    fields, tables: of the form in which the value stands. choices: of the question in which it stands.
    """

    CATEGORIES = "categories"
    SUBTYPES = "subtypes"
    MODES = "modes"
    CLASSES = "classes"
    UNITS = "units"
    STAGES = "stages"
    FORMS = "forms"
    LADDERS = "ladders"
    PROGRAMMES = "programmes"
    APPLICANTS = "applicants"
    PROFILE = "profile"
    FACTS = "facts"
    EXPORTED = "exported"
    FIELDS = "fields"
    TABLES = "tables"
    LEAVES = "leaves"
    CHOICES = "choices"


NOT_STORED = frozenset({(Definition, "units_file"), (Definition, "catalogue_file")})
"""Where a file named its units and its catalogue: it is no part of a batch, which keeps what was read."""
POINTS: Mapping[str, Target] = {
    "categories": Target.CATEGORIES,
    "category": Target.CATEGORIES,
    "subtypes": Target.SUBTYPES,
    "modes": Target.MODES,
    "classes": Target.CLASSES,
    "unit_class": Target.CLASSES,
    "upper": Target.UNITS,
    "stage": Target.STAGES,
    "after": Target.STAGES,
    "goes_with": Target.STAGES,
    "ladder": Target.LADDERS,
    "form": Target.FORMS,
    "table": Target.TABLES,
    "applicants": Target.APPLICANTS,
    "profile": Target.PROFILE,
}
"""What a field of this name points at, wherever it stands."""
POINTS_ONLY: Mapping[tuple[type, str], Target] = {(ShownWhen, "field"): Target.FIELDS}
SUGGESTED: Mapping[tuple[type, str], Target] = {
    (Rule, "subject"): Target.FACTS,
    (Column, "to"): Target.EXPORTED,
    (TitleFilter, "programme"): Target.PROGRAMMES,
    (TitleFilter, "categories"): Target.CATEGORIES,
    (Check, "fields"): Target.LEAVES,
    (Form, "one_of"): Target.FIELDS,
    (Field, "exclusive"): Target.CHOICES,
}
"""Fields that are typed freely, with these offered: other things may stand there, too."""
LONG = frozenset(
    {
        *("text", "quote", "note", "guide", "clause", "help", "sentence", "meaning", "question", "advice"),
        *("body", "body_en", "opinion", "steps", "rule", "expression", "computed", "free_when"),
    }
)
"""Fields whose texts run over several lines."""
ONLY_FOR: Mapping[tuple[type, str], StageKind] = {
    (Stage, "collect"): StageKind.COLLECT,
    (Stage, "form"): StageKind.DECLARE,
    (Stage, "declare"): StageKind.DECLARE,
    (Stage, "review"): StageKind.REVIEW,
    (Stage, "recommend"): StageKind.RECOMMEND,
}
"""What only a stage of one kind uses."""
COMMON: Mapping[type, frozenset[str]] = {
    Field: frozenset({"key", "label", "kind", "required", "choices", "help", "fields", "parts", "text", "years"}),
    Rule: frozenset({"key", "clause", "place", "subject", "operator", "value", "unit", "force", "categories"}),
    Stage: frozenset({"key", "kind", "title", "opens", "due", "ladder", "note", *(name for _, name in ONLY_FOR)}),
    UnitEntry: frozenset({"code", "name", "unit_class", "short", "email", "phone"}),
    Category: frozenset({"key", "name", "subtypes", "modes", "clause"}),
    # Where a file lies beside another one is of use to those who write files alone.
    Document: frozenset({"number", "issued_on", "bases", "annexes"}),
    Catalogue: frozenset({"key", "title", "version", "document", "modes", "terms"}),
}
"""Of classes with many fields, the ones that are asked first; the rest stands under "more"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One field of a class.

    is_required: it has no default. is_optional: it may hold nothing (null). default: as in JSON; None without one.
    choices: the closed set of a choice. part: the class of a part, or of the items of a list. target: what its keys
    stand for. is_suggested: other values than those of the target may be typed. is_identity: it names the item, and
    never changes once it is there. is_rare: it is asked under "more". only_for: the kind of stage that has it.
    """

    owner: type
    name: str
    kind: Kind
    label: str
    help: str
    is_required: bool
    is_optional: bool
    default: object
    choices: type[StrEnum] | None = None
    part: type | None = None
    target: Target | None = None
    is_suggested: bool = False
    is_identity: bool = False
    is_rare: bool = False
    only_for: StageKind | None = None


@cache
def describe(cls: type) -> tuple[Described, ...]:
    """Return the fields of a class of a definition, in order; those that no batch stores are left out."""
    hints = get_type_hints(cls)
    return tuple(
        _described(cls, field.name, hints[field.name], _default(field))
        for field in fields(cls)
        if (cls, field.name) not in NOT_STORED
    )


def field_of(cls: type, name: str) -> Described | None:
    """Return one field of a class; None when it has none of this name."""
    return next((one for one in describe(cls) if one.name == name), None)


def _default(field: Any) -> object:
    return MISSING if field.default is MISSING and field.default_factory is MISSING else field.default


def _described(cls: type, name: str, hint: object, default: object) -> Described:
    inner, is_optional = _without_none(hint)
    kind, closed, part = _kind(cls, name, inner)
    target = POINTS_ONLY.get((cls, name)) or SUGGESTED.get((cls, name))
    if kind in {Kind.REFERENCE, Kind.REFERENCES}:
        target = target or POINTS[name]
    return Described(
        owner=cls,
        name=name,
        kind=kind,
        label=label(cls, name),
        help=help_text(cls, name),
        is_required=default is MISSING,
        is_optional=is_optional,
        default=None if default is MISSING else plain(default),
        choices=closed,
        part=part,
        target=target,
        is_suggested=(cls, name) in SUGGESTED,
        is_identity=name == "key" or (cls, name) in {(Definition, "code"), (UnitEntry, "code")},
        is_rare=cls in COMMON and name not in COMMON[cls],
        only_for=ONLY_FOR.get((cls, name)),
    )


def _without_none(hint: object) -> tuple[object, bool]:
    if get_origin(hint) is UnionType:
        options = [option for option in get_args(hint) if option is not type(None)]
        return options[0], True
    return hint, False


def _kind(cls: type, name: str, hint: object) -> tuple[Kind, type[StrEnum] | None, type | None]:
    """Return the kind of a field, the closed set it chooses from, and the class of its parts."""
    if get_origin(hint) is tuple:
        return _kind_of_list(cls, name, get_args(hint)[0])
    if not isinstance(hint, type):
        raise TypeError(f"{cls.__name__}.{name}: no page for {hint}")
    if is_dataclass(hint):
        return Kind.PART, None, hint
    if issubclass(hint, StrEnum):
        return Kind.CHOICE, hint, None
    if issubclass(hint, str):
        return _kind_of_text(cls, name), None, None
    plain_kinds: Mapping[type, Kind] = {
        bool: Kind.FLAG,
        int: Kind.INTEGER,
        float: Kind.NUMBER,
        date: Kind.DAY,
    }
    return plain_kinds[hint], None, None


def _kind_of_list(cls: type, name: str, item: object) -> tuple[Kind, type[StrEnum] | None, type | None]:
    if get_origin(item) is tuple:
        return Kind.GROUPS, None, None
    if isinstance(item, type) and is_dataclass(item):
        return Kind.PARTS, None, item
    if isinstance(item, type) and issubclass(item, StrEnum):
        return Kind.CHOICES, item, None
    if item is int:
        return Kind.INTEGERS, None, None
    is_free = (cls, name) in SUGGESTED or name not in POINTS
    return (Kind.TEXTS if is_free else Kind.REFERENCES), None, None


def _kind_of_text(cls: type, name: str) -> Kind:
    if (cls, name) in POINTS_ONLY or (name in POINTS and (cls, name) not in SUGGESTED):
        return Kind.REFERENCE
    if name == "at":
        return Kind.TIME
    if name == "timezone":
        return Kind.ZONE
    return Kind.LONG_TEXT if name in LONG else Kind.TEXT


def plain(value: object) -> object:
    """Return a value of a definition as in JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case tuple():
            return [plain(item) for item in value]
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return value


def empty(cls: type) -> dict[str, object]:
    """Return a new item of a class as in JSON, every field at its default; required ones empty."""
    found = {}
    for one in describe(cls):
        if not one.is_required or one.is_optional:
            found[one.name] = one.default
        elif one.kind is Kind.PART:
            found[one.name] = empty(cast(type, one.part))
        elif one.kind in LISTS:
            found[one.name] = []
        else:
            found[one.name] = "" if one.kind in TEXTUAL else None
    return found


LISTS = frozenset({Kind.PARTS, Kind.TEXTS, Kind.INTEGERS, Kind.GROUPS, Kind.REFERENCES, Kind.CHOICES})
TEXTUAL = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.TIME, Kind.ZONE, Kind.REFERENCE})
BY_VOUCHING = Evidence
"""The class whose items are written beside the values that they vouch for, never by themselves."""
