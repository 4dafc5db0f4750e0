"""Confirming what was inferred: a person answers for each value before a batch is published."""

from collections.abc import Collection
from dataclasses import replace

from domain.definition import Definition, Evidence, Mark
from domain.errors import Invalid, Problem


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
