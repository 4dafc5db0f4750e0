"""What a change made on an older step would overwrite."""

from collections.abc import Iterator, Mapping, Sequence

from domain.definition import Definition
from domain.lint.findings import shown
from services.designing.edits import Edit, Insert, Move, Remove, SetValues, Vouch, value_at
from services.progress.evidence import label_of


def clashes(seen: Definition, current: Definition, edits: Sequence[Edit]) -> list[str]:
    """Return a sentence for each value that an edit touches and that is no longer as the writer saw it."""
    found = []
    for edit in edits:
        for path, wanted in _touched(edit):
            was, now = value_at(seen, path), value_at(current, path)
            if now not in (was, wanted):
                given = (
                    "" if isinstance(wanted, Mapping | list) or wanted is None else f"，您填写的是“{shown(wanted)}”"
                )
                there = "已被他人删去" if now is None else "刚刚被他人改动"
                value = "" if now is None or isinstance(now, Mapping | list) else f"，现为“{shown(now)}”"
                found.append(f"{label_of(current, path)}{there}{value}{given}")
    return found


def _touched(edit: Edit) -> Iterator[tuple[str, object]]:
    """Yield the places that an edit overwrites, with what it would put there."""
    match edit:
        case SetValues(path, values):
            for name, wanted in values.items():
                yield f"{path}.{name}" if path else name, wanted
        case Remove(path):
            yield path, None
        case Vouch() | Insert() | Move():
            return
