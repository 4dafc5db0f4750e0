"""Places of a definition as the designer's pages find them: the page that a place is shown on, and where on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from domain.definition import Definition
from domain.definition.paths import members
from domain.errors import NotFound
from services.designing.asking.describing import Described, Kind, field_of, plain
from services.designing.edits import item_names

Plain = Mapping[str, Any]
NOWHERE = "没有这一项，可能已被删去。"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that is there.

    path: of the item whose page shows it, "" for the definition. cls: the class of that item. anchor: the place
    within it, "" for the item itself. field: the field at the anchor, None without one. within: what the place stands
    in, from the root to the item itself.
    """

    path: str
    cls: type
    anchor: str
    field: Described | None
    within: tuple[object, ...]

    @property
    def is_item(self) -> bool:
        """Tell whether the place is an item of a list with a page of its own, or the definition."""
        return not self.anchor

    @property
    def item(self) -> object:
        """Return the item whose page shows the place."""
        return self.within[-1]

    @property
    def value(self) -> Plain:
        """Return the item as in JSON."""
        return cast(Plain, plain(self.item))


def find(definition: Definition, path: str) -> Spot:
    """Return a place. Raises NotFound for a path that leads nowhere."""
    spot, at, cls = Spot("", Definition, "", None, (definition,)), cast(object, definition), cast(type, Definition)
    for part in path.split(".") if path else ():
        if isinstance(at, tuple) and spot.field is not None and spot.field.kind is Kind.PARTS:
            at = _item(at, part)
            spot = Spot(join(join(spot.path, spot.anchor), part), cls, "", None, (*spot.within, at))
            continue
        held = members(at)
        field = field_of(cls, part) if held is not None else None
        if field is None or held is None:
            raise NotFound(NOWHERE)
        at, cls = held[part], field.part or cls
        spot = Spot(spot.path, spot.cls, join(spot.anchor, part), field, spot.within)
    return spot


def nearest(definition: Definition, path: str) -> str:
    """Return a path, or its longest beginning that leads somewhere."""
    while path:
        try:
            find(definition, path)
        except NotFound:
            path = path.rpartition(".")[0]
        else:
            return path
    return ""


def join(path: str, part: str) -> str:
    """Return two pieces of a path as one."""
    return f"{path}.{part}" if path and part else path or part


def names_in(items: Sequence[Plain]) -> list[str]:
    """Return the names of the items of a list, in order."""
    return item_names(items)


def value_in(value: Plain, anchor: str) -> Any:
    """Return what stands at a place within an item; None where nothing does."""
    found: Any = value
    for part in anchor.split(".") if anchor else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _item(items: Sequence[object], name: str) -> object:
    names = item_names([members(item) or {} for item in items])
    if name not in names:
        raise NotFound(NOWHERE)
    return items[names.index(name)]
