"""Marks of values: a person confirms what was inferred, and what a person changes is open again."""

from collections.abc import Collection
from dataclasses import replace

from domain.definition import Definition, Evidence, Mark
from domain.definition.paths import lookup, members
from domain.errors import Invalid, Problem
from domain.lint.findings import shown

CHANGED = "后台改动"


def confirm(definition: Definition, paths: Collection[str], by: str) -> Definition:
    """Return the definition with the inferred values at these paths confirmed.

    by: who confirms, with the date, as it is to be shown.
    Raises Invalid when a path bears no inferred value, or nobody is named.
    """
    open_paths = {item.path for item in definition.unconfirmed}
    marks = {item.path: item.mark for item in definition.evidence}
    problems = [_refused(path, marks.get(path)) for path in paths if path not in open_paths]
    if not by.strip():
        problems.append(Problem("by", "", "没有写明确认人"))
    if problems:
        raise Invalid(problems)
    evidence = tuple(_confirmed(item, by.strip()) if item.path in paths else item for item in definition.evidence)
    return replace(definition, evidence=evidence)


def _refused(path: str, mark: Mark | None) -> Problem:
    if mark is None:
        return Problem(path, "", "这里没有需要确认的推定值")
    return Problem(path, mark, "这里的值不是推定的，不需要确认")


def _confirmed(item: Evidence, by: str) -> Evidence:
    return replace(item, mark=Mark.CONFIRMED, confirmed_by=by)


def reopened(old: Definition, new: Definition) -> Definition:
    """Return the new definition with the marks of changed values reopened, and those of dropped ones dropped.

    A mark that was written anew, or went with its value to another place, stands as it is.
    """
    known = set(old.evidence)
    kept = (
        _mark(item, _value(old, item.path), _value(new, item.path), is_new=item not in known) for item in new.evidence
    )
    return replace(new, evidence=tuple(item for item in kept if item is not None))


def _mark(item: Evidence, was: object, becomes: object, *, is_new: bool) -> Evidence | None:
    if becomes is _GONE:
        return None
    if is_new or was == becomes:
        return item
    is_plain = members(was) is None and not isinstance(was, tuple)
    said = f"{CHANGED}，原为 {shown(was) or '空'}" if is_plain else CHANGED
    before, mark, _ = item.note.partition(CHANGED)
    if mark and item.mark is Mark.INFERRED:
        # Nobody has looked at it since the last change: what it was before that one is what counts.
        return item
    return replace(item, mark=Mark.INFERRED, note=noted(before.rstrip("；"), said), confirmed_by="")


def noted(*said: str) -> str:
    """Return parts of a note as one text; a part that ends a sentence needs no other mark behind it."""
    parts = [part for part in said if part]
    return "".join(part if part.endswith("。") else f"{part}；" for part in parts[:-1]) + (parts[-1] if parts else "")


class _Gone:
    """What stands at a path that points at nothing."""


_GONE = _Gone()


def _value(definition: Definition, path: str) -> object:
    try:
        return lookup(definition, path)
    except KeyError:
        return _GONE
