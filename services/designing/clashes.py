"""What a change made on an older step would overwrite, or would do to another thing than the writer meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.definition import Definition
from domain.definition.paths import item_name
from domain.lint.findings import shown
from services.designing.edits import (
    Edit,
    Insert,
    Move,
    Plain,
    Remove,
    SetValues,
    Vouch,
    has_key,
    item_names,
    plain_of,
    value_in,
)
from services.progress.evidence import label_of

NAMELESS = -1
"""The number under which an item goes here that has nothing but its place to be known by."""
MOST_TOLD = 5
"""How many fields of two items of one name are told."""


def clashes(seen: Definition, current: Definition, edits: Sequence[Edit]) -> list[str]:
    """Return a sentence for each value that an edit touches and that is no longer as the writer saw it.

    Items that share a name, or have none, are told apart by their place alone: what touches one of them is refused
    as soon as another stands there.
    """
    versions = _Versions(current, plain_of(seen), plain_of(current), _set_by(edits))
    return list(dict.fromkeys(sentence for edit in edits for sentence in versions.clashes(edit)))


def _set_by(edits: Sequence[Edit]) -> frozenset[str]:
    given = (one for one in edits if isinstance(one, SetValues))
    return frozenset(_join(one.path, name) for one in given for name in one.values)


@dataclass(frozen=True, slots=True)
class _Versions:
    """What the writer saw and what stands now, as plain data. own: places that the writer gives another value."""

    definition: Definition
    seen: Plain
    current: Plain
    own: frozenset[str]

    def clashes(self, edit: Edit) -> Iterator[str]:
        """Yield what is in the way of an edit."""
        mistaken = next(self._mistaken(edit.path), "")
        if mistaken:
            yield f"{mistaken}有同名或无名的几项，刚刚被他人改动，分不清您改的是哪一项"
            return
        match edit:
            case SetValues(path, values):
                for name, wanted in values.items():
                    yield from self._overwritten(_join(path, name), wanted)
            case Remove(path):
                yield from self._overwritten(path, None)
            case Insert(path, item):
                yield from self._inserted_twice(path, item)
            case Move(path):
                yield from self._ordered_anew(path.rpartition(".")[0])
            case Vouch(path):
                yield from self._vouched_anew(path)

    def _overwritten(self, path: str, wanted: object) -> Iterator[str]:
        was, now = self._both(path)
        if now in (was, wanted):
            return
        there = "已被他人删去" if now is None else "刚刚被他人改动"
        standing = f"，现为“{_text(now)}”" if _text(now) else ""
        given = f"，您填写的是“{_text(wanted)}”" if _text(wanted) else ""
        yield f"{self._label(path)}{there}{standing}{given}"

    def _inserted_twice(self, path: str, item: Mapping[str, object]) -> Iterator[str]:
        """Yield what two people make of one key; things without a key of their own may stand side by side."""
        place = _join(path, item_name(item, NAMELESS))
        was, now = self._both(place)
        if not has_key(item) or not isinstance(now, Mapping) or was is not None:
            return
        told = [
            f"{self._label(_join(place, name)).rpartition(' › ')[2]}他人填写“{_text(now.get(name))}”，"
            f"您填写“{_text(wanted)}”"
            for name, wanted in item.items()
            if wanted != now.get(name) and (_text(wanted) or _text(now.get(name)))
        ]
        both = f"（{'；'.join(told[:MOST_TOLD])}）" if told else ""
        yield f"{self._label(place)}刚刚被他人添加，与您要添加的同名{both}"

    def _ordered_anew(self, path: str) -> Iterator[str]:
        was, now = self._both(path)
        if isinstance(was, list) and isinstance(now, list):
            olds, news = item_names(was), item_names(now)
            if [name for name in olds if name in news] != [name for name in news if name in olds]:
                yield f"{self._label(path)}的顺序刚刚被他人调整"

    def _vouched_anew(self, path: str) -> Iterator[str]:
        """Yield what became of a value that a writer vouches for, and of its mark."""
        if path in self.own:
            return
        yield from self._overwritten(path, value_in(self.seen, path))
        was, now = ([one for one in each["evidence"] if one["path"] == path] for each in (self.seen, self.current))
        if was != now:
            standing = "、".join(shown(one["quote"] or one["note"]) for one in now)
            yield f"{self._label(path)}的依据刚刚被他人改动" + (f"，现为“{standing}”" if standing else "")

    def _mistaken(self, path: str) -> Iterator[str]:
        """Yield the lists on the way to a path whose item is known by its place alone and is not the one seen."""
        parts = path.split(".") if path else []
        for at in range(1, len(parts)):
            holder, own = ".".join(parts[:at]), ".".join(parts[: at + 1])
            was, now = self._both(own)
            lists = [each for each in self._both(holder) if isinstance(each, list)]
            if len(lists) < 2 or not isinstance(was, Mapping):
                continue
            name = item_name(was, NAMELESS)
            olds, news = (sum(item_name(one, NAMELESS) == name for one in each) for each in lists)
            is_alone = max(olds, news) <= 1 and name != str(NAMELESS)
            if not is_alone and (was != now or olds != news):
                yield self._label(holder)

    def _both(self, path: str) -> tuple[object, object]:
        return value_in(self.seen, path), value_in(self.current, path)

    def _label(self, path: str) -> str:
        return label_of(self.definition, path)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _text(value: object) -> str:
    """Return a plain value, or a list of plain ones, as text; "" for what has parts."""
    if isinstance(value, list):
        return "" if any(isinstance(one, Mapping | list) for one in value) else shown("、".join(map(str, value)))
    return "" if isinstance(value, Mapping) else shown(value)
