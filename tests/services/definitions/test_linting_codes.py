"""Every kind of finding: registered, provoked by one definition, not by one close to it, at a place that is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import domain.lint
import services.definitions
from domain.definition.paths import lookup
from domain.lint.codes import CODES
from domain.lint.findings import Level
from services.calendar import official_calendar
from services.definitions.linting import findings
from tests.support.lint_table.rows import Row, found_beyond
from tests.support.lint_table.whole import PARAMS, TABLE

MAKERS = {"error": Level.ERROR, "warning": Level.WARNING, "info": Level.INFO}
ROOMS = [Path(str(package.__file__)).parent for package in (domain.lint, services.definitions)]
BY_READING = {"shape"}
"""What no definition can provoke: it tells of a file that is none; `test_linting` proves it."""


def calls() -> Iterator[tuple[str, Level, str]]:
    """Yield code, level and place of every finding that the linter can make."""
    for path in (path for room in ROOMS for path in sorted(room.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name, where = node.func.id, f"{path.name}:{node.lineno}"
            if name in MAKERS:
                yield ast.literal_eval(node.args[0]), MAKERS[name], where
            elif name == "Finding" and path.name != "findings.py":
                yield ast.literal_eval(node.args[1]), Level.ERROR, where


def test_every_finding_has_a_registered_code_at_a_registered_level() -> None:
    """Issue 4, linter: what a page lists, links and mends is known beforehand."""
    assert [(code, where) for code, level, where in calls() if level not in CODES[code].levels] == []


def test_every_registered_code_is_found_somewhere_at_each_of_its_levels() -> None:
    made: dict[str, set[Level]] = {}
    for code, level, _ in calls():
        made.setdefault(code, set()).add(level)

    assert made == {code: set(kind.levels) for code, kind in CODES.items()}


def test_titles_and_meanings_can_be_read() -> None:
    assert [code for code, kind in CODES.items() if not (kind.title and kind.meaning.endswith("。"))] == []
    assert len({kind.title for kind in CODES.values()}) == len(CODES)


def test_the_table_is_complete() -> None:
    """Issue 4, bar: each linter finding has a definition that provokes it and one that does not."""
    assert {row.code for row in TABLE} == CODES.keys() - BY_READING


@pytest.mark.parametrize("row", PARAMS)
def test_the_smallest_edit_provokes_exactly_this_finding(row: Row) -> None:
    """Issue 4, bar: a definition that provokes it."""
    base = row.base()

    assert sorted(found_beyond(base, row.edit(base))) == sorted([(row.code, row.path), *row.also])


@pytest.mark.parametrize("row", PARAMS)
def test_what_is_close_by_does_not_provoke_it(row: Row) -> None:
    """Issue 4, bar: and one that does not."""
    base = row.base()

    assert row.code not in {code for code, _ in found_beyond(base, row.near(base))}


@pytest.mark.parametrize("row", PARAMS)
def test_a_finding_says_where_it_is_and_the_place_is_there(row: Row) -> None:
    """Issue 4, point 4: each finding links to its place."""
    definition = row.edit(row.base())

    for finding in findings(definition, official_calendar()):
        lookup(definition, finding.path)
        assert finding.sentence and not finding.sentence.endswith("。")


def test_the_definitions_that_edits_start_from_are_in_order() -> None:
    for base in {row.base for row in TABLE}:
        assert findings(base(), official_calendar()) == []
