"""One page of the designer as data: the fields of an item with the parts that lie within it, and its lists.

From what was typed into it come the edits: only values that changed, each at its own place, so that two people who
work on different fields of one item do not meet.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from domain.definition import StageKind
from services.definitions.names import NAMING
from services.designing.asking.describing import Described, Kind, describe, empty
from services.designing.asking.spots import Plain, join
from services.designing.asking.typed import is_same
from services.designing.edits import Edit, SetValues


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a page.

    anchor: its place within the item. value: as in JSON. is_there: False within an optional part that is empty.
    depth: how many parts it lies within. part: for a part, whether it is there.
    """

    anchor: str
    field: Described
    value: Any
    is_there: bool
    depth: int


def entries(
    cls: type, value: Plain, only: Collection[str] | None = None, kind: StageKind | None = None
) -> list[Entry]:
    """Return the fields of an item, those of its parts after each part; lists of parts are left to `lists`.

    only: the fields of the item that are wanted; None for all. kind: the kind of a stage, whose page leaves out what
    other kinds ask; None shows nothing that one kind alone asks, unless it is there.
    """
    return list(_entries(cls, value, "", True, 0, lambda field, at: _is_wanted(field, at, only, kind)))


def name_first(found: Sequence[Entry]) -> list[Entry]:
    """Return the fields of a new item with its name before all others and its key behind it, without a name last.

    A person knows what a thing is called before knowing what to call it for the machine.
    """
    names = [one for one in found if not one.depth and one.field.name in NAMING]
    keys = [one for one in found if not one.depth and one.field.is_identity]
    rest = [one for one in found if one not in names and one not in keys]
    return [*names, *keys, *rest] if names else [*rest, *keys]


Wanted = Callable[[Described, Any], bool]


def _is_wanted(field: Described, at: Any, only: Collection[str] | None, kind: StageKind | None) -> bool:
    if only is not None and field.name not in only:
        return False
    return field.only_for is None or at is not None or field.only_for is kind


def _entries(cls: type, value: Plain, prefix: str, is_there: bool, depth: int, wanted: Wanted) -> Iterator[Entry]:
    for field in describe(cls):
        at, anchor = value.get(field.name), join(prefix, field.name)
        if field.kind is Kind.PARTS or (depth == 0 and not wanted(field, at)):
            continue
        yield Entry(anchor, field, at, is_there, depth)
        if field.kind is Kind.PART:
            part = cast(type, field.part)
            inner = at if at is not None else empty(part)
            yield from _entries(part, inner, anchor, is_there and at is not None, depth + 1, wanted)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of parts on a page. anchor: its place within the item. items: as in JSON."""

    anchor: str
    field: Described
    items: list[Plain]


def lists(cls: type, value: Plain, only: Collection[str] | None = None, prefix: str = "") -> list[Listed]:
    """Return the lists of an item and of the parts within it that are there."""
    found: list[Listed] = []
    for field in describe(cls):
        at, anchor = value.get(field.name), join(prefix, field.name)
        if only is not None and field.name not in only:
            continue
        if field.kind is Kind.PARTS:
            found.append(Listed(anchor, field, cast(list[Plain], at)))
        elif field.kind is Kind.PART and at is not None:
            found += lists(cast(type, field.part), at, prefix=anchor)
    return found


def edits(path: str, cls: type, value: Plain, sent: Mapping[str, Any], prefix: str = "") -> list[Edit]:
    """Return the edits that make what was typed of an item.

    path: of the item. value: as it stands, as in JSON. sent: by place within the item, as in JSON; of an optional
    part whether it is to be there. What was not sent stays.
    """
    own: dict[str, Any] = {}
    inner: list[Edit] = []
    for field in describe(cls):
        at, anchor = value.get(field.name), join(prefix, field.name)
        if field.kind is Kind.PART:
            part = cast(type, field.part)
            if field.is_optional and anchor in sent and sent[anchor] is not (at is not None):
                own[field.name] = made(part, sent, anchor) if sent[anchor] else None
            elif at is not None:
                inner += edits(join(path, field.name), part, at, sent, anchor)
        elif anchor in sent and not is_same(field, sent[anchor], at):
            own[field.name] = sent[anchor]
    return ([SetValues(path, own)] if own else []) + inner


def made(cls: type, sent: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a new item as in JSON, from what was typed; the rest at its defaults."""
    item: dict[str, Any] = empty(cls)
    for field in describe(cls):
        anchor = join(prefix, field.name)
        if field.kind is Kind.PART:
            if not field.is_optional or sent.get(anchor):
                item[field.name] = made(cast(type, field.part), sent, anchor)
        elif anchor in sent:
            item[field.name] = sent[anchor]
    return item


def touched(found: list[Edit]) -> list[str]:
    """Return the places that edits touch, in order."""
    return [join(edit.path, name) for edit in found if isinstance(edit, SetValues) for name in edit.values]
