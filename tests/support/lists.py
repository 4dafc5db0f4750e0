"""Many cases at once, as rows, for tests of lists; and what the lists' own tables ought to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from domain.access import Actor
from models import Case, CaseState, case_branches, case_grams, case_lines
from models.migrations import listing
from services.batches.context import BatchContext
from services.cases.reading import CasePage, Filter, Seek, case_list
from tests.support.case_rows import AT, case_row, organisation
from tests.support.cases import NOW

TABLES = (case_lines, case_branches, case_grams)
UNITS = ("000001", "000002", "000004", "000005")
CATEGORIES = ("enterprise", "platform")


def many(session: Session, context: BatchContext, count: int, *, first: int = 1, **changes: Any) -> list[Case]:
    """Return cases of `count` applicants over all states, units and two categories, some at the same second."""
    states = list(CaseState)
    made = []
    for number in range(first, first + count):
        state = changes.get("state", states[number % len(states)])
        code = UNITS[number % len(UNITS)]
        at = AT + timedelta(seconds=number // 3)
        given: dict[str, Any] = {
            "state": state,
            "title": f"项目{number * 7919 % 997:03d}",
            "category_key": CATEGORIES[number % 5 == 0],
            "submitted_at": None if state is CaseState.DRAFT else at,
            "forwarded_at": at if state is CaseState.FORWARDED else None,
            **changes,
        }
        made.append(case_row(session, context, organisation(session, number, code), code, **given))
    return made


def read_through(session: Session, wanted: Filter, actor: Actor, *, backwards: bool = False) -> list[CasePage]:
    """Return every page of a list, from its first to its last; or the same, read from its end."""
    wanted, pages = replace(wanted, seek=Seek(is_backward=backwards)), []
    for _ in range(500):
        page = case_list(session, wanted, actor=actor, now=NOW)
        pages.append(page)
        place = page.before if backwards else page.after
        if place is None:
            return pages[::-1] if backwards else pages
        wanted = replace(wanted, seek=Seek(place, backwards), order=page.order, is_descending=page.is_descending)
    raise AssertionError("a list without an end")


def kept(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """Return what the lists' own tables hold."""
    return [sorted(tuple(row) for row in connection.execute(select(table))) for table in TABLES]


def made_anew(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """Return what they hold after being made anew from cases, organisations and units."""
    for table in TABLES:
        connection.execute(table.delete())
    listing.drop(connection)
    for table in TABLES:
        connection.execute(table.delete())
    listing.fill(connection)
    listing.create(connection)
    return kept(connection)


@contextmanager
def asked(session: Session) -> Iterator[list[str]]:
    """Note the statements of a session."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield found
    event.remove(session.get_bind(), "before_cursor_execute", note)
