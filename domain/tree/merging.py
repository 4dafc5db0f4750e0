"""Taking over a change from above: three versions of a definition as plain data, merged by stable keys.

What the lower office had as it was above follows the change; what it had made its own stays, and is told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.definition.paths import item_name

Plain = Mapping[str, object]
MISSING = object()
OWN = frozenset(
    {"code", "title", "issuer", "office", "document", "upper", "units", "unit_classes", "evidence", "mails"}
)
"""Parts that belong to each office itself and are never taken over."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that changed above.

    path: its place by stable keys. own: the lower batch's value; MISSING where there is none.
    is_followed: whether the lower batch had the old value and so can take over the new one.
    """

    path: str
    before: object
    after: object
    own: object

    @property
    def is_followed(self) -> bool:
        """Tell whether taking over is plain: the lower office had not changed the value itself."""
        return self.own == self.before


def changes(before: Plain, after: Plain, own: Plain, apart: Collection[str] = OWN) -> list[Change]:
    """Return what changed above from `before` to `after`, each with the lower batch's own value.

    All three are definitions as plain data (dicts, lists, text, numbers), named items of lists by their stable keys.
    apart: parts that are not looked at.
    """
    found = []
    for key in after:
        if key not in apart:
            found += list(_changes(key, before.get(key, MISSING), after[key], own.get(key, MISSING)))
    return found


def _changes(path: str, before: object, after: object, own: object) -> Iterator[Change]:
    if before == after:
        return
    olds, news, mine = _parts(before), _parts(after), _parts(own)
    # A list that became a mapping, or the other way round, has no parts in common; nor has one in which two items
    # share a name: which of them is which cannot be told, so such a list is taken over as a whole or not at all.
    # A list that was begun or emptied is told as a whole, unless the lower office has put items of its own into it.
    is_whole = [] in (before, after) and own in (before, after)
    if is_whole or olds is None or news is None or mine is None or not _is_alike(before, after, own):
        yield Change(path, before, after, own)
        return
    for name in [*olds, *(name for name in news if name not in olds)]:
        yield from _changes(
            f"{path}.{name}", olds.get(name, MISSING), news.get(name, MISSING), mine.get(name, MISSING)
        )


def _parts(value: object) -> dict[str, object] | None:
    """Return the named parts of a mapping or of a list of named items; None for what has no parts of its own each.

    An empty list has none as yet.
    """
    if isinstance(value, Mapping):
        return {str(key): part for key, part in value.items()}
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    if not all(isinstance(item, Mapping) for item in value):
        return None
    found = {item_name(item, number): item for number, item in enumerate(value)}
    return found if len(found) == len(value) else None


def _is_alike(*values: object) -> bool:
    return len({isinstance(value, Mapping) for value in values}) == 1


def take_over(own: Plain, accepted: Sequence[Change]) -> dict[str, object]:
    """Return the lower definition with these changes made in it; a change that no longer fits is left out.

    Items that are new above come last in their lists.
    """
    result: dict[str, object] = dict(own)
    for change in accepted:
        head, _, rest = change.path.partition(".")
        result[head] = _with(result.get(head, MISSING), rest.split(".") if rest else [], change.after)
    return result


def _with(value: object, path: Sequence[str], new: object) -> object:
    if not path:
        return new
    if isinstance(value, Mapping):
        inner = _with(value.get(path[0], MISSING), path[1:], new)
        kept = {key: part for key, part in value.items() if key != path[0]}
        return kept if inner is MISSING else {**kept, path[0]: inner}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _with_item(value, path, new)
    return value


def _with_item(items: Sequence[object], path: Sequence[str], new: object) -> list[object]:
    result = []
    is_found = False
    for number, item in enumerate(items):
        if isinstance(item, Mapping) and item_name(item, number) == path[0]:
            is_found = True
            changed = _with(item, path[1:], new)
            if changed is not MISSING:
                result.append(changed)
        else:
            result.append(item)
    if not is_found and len(path) == 1 and new is not MISSING:
        result.append(new)
    return result
