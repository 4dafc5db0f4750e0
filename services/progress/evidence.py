"""The values of a definition with what vouches for them (原文依据), in words that a coordinator can confirm."""

from dataclasses import dataclass

from domain.definition import Definition, Mark
from services.definitions.names import Names
from services.definitions.telling import place


@dataclass(frozen=True, slots=True)
class Vouched:
    """One value with its evidence. label: its place in words. value: empty where nothing stands."""

    path: str
    label: str
    value: str
    mark: Mark
    quote: str
    note: str
    confirmed_by: str


def vouched(definition: Definition) -> list[Vouched]:
    """Return every value that bears evidence, in the definition's order."""
    names, found = Names(definition), []
    for item in definition.evidence:
        shown = place(names, item.path)
        found.append(
            Vouched(item.path, shown.label, shown.value, item.mark, item.quote, item.note, item.confirmed_by)
        )
    return found


def label_of(definition: Definition, path: str) -> str:
    """Return a path in words; "" for the definition as a whole."""
    return place(Names(definition), path).label
