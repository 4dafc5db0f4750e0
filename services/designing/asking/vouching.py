"""What vouches for the values of a working copy, and for the place that a page asks about."""

from dataclasses import dataclass

from domain.definition import Definition, Evidence, Mark
from domain.errors import NotFound
from services.definitions.names import Names
from services.definitions.telling import place
from services.designing.asking.spots import find
from services.designing.parts import PARTS, part_of


@dataclass(frozen=True, slots=True)
class Vouchable:
    """A place with what stands there and what vouches for it; evidence: None where nobody has said anything."""

    path: str
    label: str
    value: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """A mark of a value. path: of the mark itself, by which it is taken away."""

    at: Vouchable
    path: str


def vouchable(definition: Definition, path: str) -> Vouchable:
    """Return a place that a sentence of the notice may vouch for. Raises NotFound."""
    spot = find(definition, path)
    if not path or path.startswith("evidence") or (spot.field is not None and spot.field.name == "evidence"):
        raise NotFound("没有这一项，可能已被删去。")
    return _at(definition, Names(definition), path)


def _at(definition: Definition, names: Names, path: str) -> Vouchable:
    shown = place(names, path)
    said = next((item for item in definition.evidence if item.path == path), None)
    return Vouchable(path, shown.label, shown.value, said)


def marks(definition: Definition, part: str = "", mark: Mark | None = None) -> list[Vouched]:
    """Return the marks of a definition in the order of its parts. part, mark: which are wanted; all without."""
    names = Names(definition)
    order = [one.key for one in PARTS]
    wanted = [
        (number, item)
        for number, item in enumerate(definition.evidence)
        if (not part or part_of(item.path) == part) and (mark is None or item.mark is mark)
    ]
    wanted.sort(key=lambda pair: order.index(part_of(pair[1].path)))
    found = []
    for number, item in wanted:
        shown = place(names, item.path)
        found.append(Vouched(Vouchable(item.path, shown.label, shown.value, item), f"evidence.{number}"))
    return found
