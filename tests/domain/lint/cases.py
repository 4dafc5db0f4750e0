"""How the tests of the findings state what they expect."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.definition import Definition
from domain.lint import check
from services.calendar import official_calendar
from tests.support.definitions import changed, small_batch

Change = Callable[[Definition], Definition]
Found = tuple[str, str, str]


def at(path: str, **changes: Any) -> Change:
    return lambda definition: changed(definition, path, **changes)


def both(*changes: Change) -> Change:
    def apply(definition: Definition) -> Definition:
        for change in changes:
            definition = change(definition)
        return definition

    return apply


def case(name: str, change: Change, *expected: Found) -> Any:
    return pytest.param(change, list(expected), id=name)


def found(definition: Definition) -> list[Found]:
    return [(finding.level.value, finding.code, finding.path) for finding in check(definition, official_calendar())]


def found_after(change: Change) -> list[Found]:
    return found(change(small_batch()))
