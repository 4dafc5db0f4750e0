"""Two versions of a definition compared: every place that differs, before and after, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.definition import Definition, Evidence
from domain.definition.paths import item_name
from domain.tree.merging import MISSING, changes
from services.definitions.names import Names, shortened
from services.definitions.telling import place
from services.definitions.words import choice
from services.designing.asking.describing import describe, plain

APART = frozenset({"evidence"})
"""Marks have no key of their own; they are told by the value that they vouch for."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs. label: the place in words. before, after: in words; "" where nothing stood or stands.

    is_order: the items are the same and stand in another order.
    """

    path: str
    label: str
    before: str
    after: str
    is_order: bool = False


def compare(old: Definition, new: Definition) -> list[Difference]:
    """Return what differs from an old version to a new one, in the order of the definition's parts."""
    before, after = _stored(old), _stored(new)
    told, names = Names(old), Names(new)
    found = [
        Difference(
            change.path,
            place(told if change.after is MISSING else names, change.path).label,
            "" if change.before is MISSING else place(told, change.path).value,
            "" if change.after is MISSING else place(names, change.path).value,
        )
        for change in changes(before, after, after, APART)
    ]
    moved = [
        Difference(path, place(names, path).label, _listed(told, path, was), _listed(names, path, now), is_order=True)
        for path, was, now in _moved("", before, after)
    ]
    order = list(new.__dataclass_fields__)
    return sorted([*found, *moved, *_marks(old, new)], key=lambda one: order.index(one.path.partition(".")[0]))


def _stored(definition: Definition) -> dict[str, object]:
    """Return a definition as in JSON, in the order of its classes."""
    return {field.name: plain(getattr(definition, field.name)) for field in describe(Definition)}


def _marks(old: Definition, new: Definition) -> Iterator[Difference]:
    """Yield each value whose evidence differs: its sentence, or that it is inferred."""
    olds, news = ({item.path: item for item in one.evidence} for one in (old, new))
    told, names = Names(old), Names(new)
    for path in dict.fromkeys([*olds, *news]):
        was, now = olds.get(path), news.get(path)
        if was != now:
            label = place(names if now is not None else told, path).label
            yield Difference(f"evidence.{path}", f"{label}（依据）", _mark(was), _mark(now))


def _mark(item: Evidence | None) -> str:
    if item is None:
        return ""
    return "：".join(filter(None, (choice(item.mark), item.quote or item.note)))


def _listed(names: Names, path: str, keys: Sequence[str]) -> str:
    return "、".join(shortened(place(names, f"{path}.{key}").value) for key in keys)


def _moved(path: str, before: object, after: object) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each list of named items whose common items stand in another order, with these in both orders."""
    olds, news = _named(before), _named(after)
    if isinstance(before, list) and isinstance(after, list):
        was, now = [name for name in olds if name in news], [name for name in news if name in olds]
        if was != now:
            yield path, was, now
    for name, value in news.items():
        if name in olds:
            yield from _moved(f"{path}.{name}" if path else name, olds[name], value)


def _named(value: object) -> dict[str, object]:
    """Return the parts of a mapping or of a list of named items; nothing for what has no parts."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        return {item_name(item, number): item for number, item in enumerate(value)}
    return {}
