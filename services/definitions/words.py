"""What people call the classes, fields and choices of a definition: one vocabulary for every page that shows one.

The words stand in `words.yaml` beside this module. They are read when it is imported, and a class, a field or a
choice without a word, or a word for nothing, stops the program there rather than on a page.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, get_args, get_type_hints

from domain.definition import Definition
from services.definitions.yaml_text import Plain, read_yaml

FILE: Final = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with a sentence on how to fill it in; help is empty where the label says enough."""

    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The whole vocabulary, by class and field, and by member of a closed set."""

    names: Mapping[type, str]
    fields: Mapping[tuple[type, str], Word]
    choices: Mapping[tuple[type[StrEnum], str], Word]


class BadWords(ValueError):  # noqa: N818 - a slip in a file that is part of the program
    """The file of words does not fit the classes of the definition; says which word is missing or left over."""


def label(cls: type, field: str) -> str:
    """Return what a field of a class is called, "截止日期". Raises KeyError for a field that there is not."""
    return _WORDS.fields[cls, field].label


def help_text(cls: type, field: str) -> str:
    """Return how a field is filled in, as a sentence; "" where the label says enough. Raises KeyError."""
    return _WORDS.fields[cls, field].help


def name_of(cls: type) -> str:
    """Return what one item of a class is called, "环节". Raises KeyError for a class outside the definition."""
    return _WORDS.names[cls]


def choice(member: StrEnum) -> str:
    """Return what a choice is called, "原则上". Raises KeyError for a set outside the definition."""
    return _WORDS.choices[type(member), member.value].label


def choice_help(member: StrEnum) -> str:
    """Return what a choice means, as a sentence; "" where its word says enough. Raises KeyError."""
    return _WORDS.choices[type(member), member.value].help


def has_field(cls: type, field: str) -> bool:
    """Tell whether a class of the definition has a field of this name."""
    return (cls, field) in _WORDS.fields


def class_at(cls: type, field: str) -> type | None:
    """Return the class of what a field holds, one or a list of them; None for plain values and unknown fields."""
    return _HELD.get((cls, field))


def classes() -> Mapping[type, tuple[str, ...]]:
    """Return every class of the definition with its fields, the root first."""
    return _CLASSES


def choice_sets() -> tuple[type[StrEnum], ...]:
    """Return every closed set of the definition, in the order in which its fields name them."""
    return _SETS


def check_words(raw: object) -> Words:
    """Return the vocabulary that plain data describes.

    raw: {"classes": {class: {"name": word, "fields": {field: word}}}, "choices": {set: {value: word}}}; a word is its
        label, or [label, help].
    Raises BadWords naming every class, field, set and value that is missing or left over.
    """
    given, sets = _part(raw, "classes"), _part(raw, "choices")
    _same("classes", given, {cls.__name__ for cls in _CLASSES})
    _same("choices", sets, {chosen.__name__ for chosen in _SETS})
    names, words, choices = {}, {}, {}
    for cls, known in _CLASSES.items():
        own = _part(given, cls.__name__)
        names[cls] = _word(own.get("name"), cls.__name__).label
        said = _part(own, "fields")
        _same(cls.__name__, said, known)
        words.update({(cls, name): _word(said[name], f"{cls.__name__}.{name}") for name in known})
    for chosen in _SETS:
        said = _part(sets, chosen.__name__)
        _same(chosen.__name__, said, {member.value for member in chosen})
        choices.update({(chosen, value): _word(word, f"{chosen.__name__}.{value}") for value, word in said.items()})
    return Words(names, words, choices)


def _part(raw: object, key: str) -> Mapping[str, Plain]:
    part = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(part, dict):
        raise BadWords(f"no words for {key}")
    return part


def _same(place: str, given: Collection[str], known: Collection[str]) -> None:
    """Refuse a part of the file whose keys are not those of the program. Raises BadWords."""
    if odd := sorted(set(given) ^ set(known)):
        raise BadWords(f"{place}: missing or left over: {', '.join(odd)}")


def _word(raw: Plain, place: str) -> Word:
    match raw:
        case str() if raw:
            return Word(raw)
        case [str() as said, str() as helped] if said and helped:
            return Word(said, helped)
        case _:
            raise BadWords(f"{place}: a word is a label, or a label and a sentence")


def _parts(hint: object) -> Iterator[type]:
    """Yield the classes inside a type hint, `tuple[Stage, ...] | None`: Stage."""
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for inner in get_args(hint):
        yield from _parts(inner)


def _walk(cls: type, found: dict[type, dict[str, tuple[type, ...]]]) -> None:
    """Gather a class of the definition and everything its fields hold."""
    if cls in found:
        return
    hints = get_type_hints(cls)
    found[cls] = {field.name: tuple(_parts(hints[field.name])) for field in fields(cls)}
    for held in found[cls].values():
        for part in held:
            if is_dataclass(part):
                _walk(part, found)


_FOUND: Final[dict[type, dict[str, tuple[type, ...]]]] = {}
_walk(Definition, _FOUND)
_CLASSES: Final[Mapping[type, tuple[str, ...]]] = {cls: tuple(held) for cls, held in _FOUND.items()}
_HELD: Final[Mapping[tuple[type, str], type]] = {
    (cls, name): part
    for cls, held in _FOUND.items()
    for name, parts in held.items()
    for part in parts
    if is_dataclass(part)
}
_SETS: Final[tuple[type[StrEnum], ...]] = tuple(
    dict.fromkeys(
        part for held in _FOUND.values() for parts in held.values() for part in parts if issubclass(part, StrEnum)
    )
)
_WORDS: Final = check_words(read_yaml(FILE.read_text(encoding="utf-8")))
