"""Lists that are read on from a place: every case once, in every order, under every filter, at the same price."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import NotAllowed
from models import Case, CaseState, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.reading import (
    Filter,
    Order,
    Place,
    Seek,
    branch_counts,
    case_lines_of,
    case_list,
    lists,
    narrowing,
    place_of,
)
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.cases import NOW, case_definition
from tests.support.lists import asked, many, read_through

FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"state": CaseState.SUBMITTED},
    {"category": "platform"},
    {"state": CaseState.DRAFT, "category": "enterprise"},
    {"unit_id": "000001"},
    {"unit_id": "000001", "state": CaseState.RETURNED},
    {"at_unit_id": "000004"},
    {"at_unit_id": "000004", "category": "enterprise"},
    {"unit_id": "000001", "at_unit_id": "000004"},
    {"unit_id": "000001", "at_unit_id": "000005", "state": CaseState.PASSED},
    {"category": "nothing"},
)


@pytest.fixture
def context(db: Session) -> BatchContext:
    found = running(db, case_definition())
    many(db, found, 83)
    return found


@pytest.fixture
def no_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every list be a long one."""
    monkeypatch.setattr(lists, "FEW", 1)


def asked_for(session: Session, context: BatchContext, **changes: Any) -> Filter:
    ids = {name: unit_of(session, changes.pop(name)).id for name in ("unit_id", "at_unit_id") if name in changes}
    return Filter(context.batch.id, size=7, **ids, **changes)


def expected(session: Session, wanted: Filter) -> list[int]:
    """Return what a plain walk over all cases gives."""
    units = {unit.id: unit.path for unit in session.scalars(select(Unit))}
    cases = [
        case
        for case in session.scalars(select(Case).where(Case.batch_id == wanted.batch_id))
        if (wanted.state is None or case.state is wanted.state)
        and (not wanted.category or case.category_key == wanted.category)
        and (wanted.at_unit_id is None or case.at_unit_id == wanted.at_unit_id)
        and (wanted.unit_id is None or units[case.unit_id].startswith(units[wanted.unit_id]))
    ]

    def key(case: Case) -> tuple[Any, int]:
        at = int(case.submitted_at.timestamp()) if case.submitted_at else 0
        is_out = case.version_no > 0 or case.state not in {CaseState.DRAFT, CaseState.WITHDRAWN}
        value = {Order.SUBMITTED: at, Order.TITLE: case.title if is_out else "", Order.ID: 0}[wanted.order]
        return value, case.id

    return [case.id for case in sorted(cases, key=key, reverse=wanted.is_descending)]


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_every_case_comes_once_in_every_order_forwards_and_backwards(
    db: Session, context: BatchContext, no_few: None, chosen: dict[str, Any]
) -> None:
    for order, is_descending in product(Order, (True, False)):
        wanted = asked_for(db, context, order=order, is_descending=is_descending, **chosen)
        for backwards in (False, True):
            pages = read_through(db, wanted, COORDINATOR, backwards=backwards)
            shown = replace(wanted, order=pages[0].order, is_descending=pages[0].is_descending)
            found = [line.id for page in pages for line in page.lines]
            assert found == expected(db, shown), (order, is_descending, backwards)
            assert order in pages[0].orders or pages[0].order is Order.SUBMITTED


def test_a_short_list_tells_the_number_of_its_lines(db: Session, context: BatchContext) -> None:
    pages = read_through(db, asked_for(db, context), COORDINATOR)

    begins = [page.begins_at for page in pages]
    assert begins == list(range(1, 84, 7))
    assert {page.total for page in pages} == {83}
    assert [line.id for page in pages for line in page.lines] == expected(db, asked_for(db, context))
    last = case_list(db, asked_for(db, context, seek=Seek(is_backward=True)), actor=COORDINATOR, now=NOW)
    assert (last.begins_at, len(last.lines), last.after) == (77, 7, None)


def test_a_long_list_is_counted_to_a_limit_and_says_so(
    db: Session, context: BatchContext, no_few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing.Narrowed.count, "__defaults__", (50,))
    monkeypatch.setattr(lists, "MOST_COUNTED", 50)

    assert case_list(db, asked_for(db, context), actor=COORDINATOR, now=NOW).total is None
    few = case_list(db, asked_for(db, context, state=CaseState.DRAFT), actor=COORDINATOR, now=NOW)
    assert few.total == len(expected(db, asked_for(db, context, state=CaseState.DRAFT)))


def test_a_branch_and_a_holder_together_come_in_the_order_of_submission(
    db: Session, context: BatchContext, no_few: None
) -> None:
    wanted = asked_for(db, context, unit_id="000001", at_unit_id="000004", order=Order.TITLE)

    page = case_list(db, wanted, actor=COORDINATOR, now=NOW)

    assert (page.order, page.orders) == (Order.SUBMITTED, (Order.SUBMITTED,))


def test_more_cases_and_deeper_pages_need_no_more_questions(db: Session, context: BatchContext, no_few: None) -> None:
    def count(**changes: Any) -> int:
        with asked(db) as found:
            case_list(db, asked_for(db, context, **changes), actor=COORDINATOR, now=NOW)
        return len(found)

    page = case_list(db, asked_for(db, context), actor=COORDINATOR, now=NOW)
    shapes = [
        {"seek": Seek(page.after)},
        {"seek": Seek(is_backward=True)},
        {"state": CaseState.DRAFT},
        {"unit_id": "000001"},
    ]
    before = [count(**shape) for shape in shapes]
    many(db, context, 60, first=100)

    assert [count(**shape) for shape in shapes] == before
    assert max(before) <= 10


def test_nobody_reads_more_than_the_own_branch(database: Database) -> None:
    """S003-69: neither lines nor figures, whatever is asked."""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        many(db, context, 40)
        city, county = officer(db, 1), officer(db, 4)
        units = {unit.code: unit.id for unit in db.scalars(select(Unit))}
        own = set(db.scalars(select(Case.id).where(Case.unit_id == units["000004"])))

    with database.read(Scope.of(county)) as db:
        for changes in (
            {},
            {"unit_id": units["000001"]},
            {"unit_id": units["000002"]},
            {"at_unit_id": units["000002"]},
        ):
            page = case_list(db, Filter(context.batch.id, **changes), actor=county, now=NOW)
            seen = {line.id for line in page.lines}
            assert (seen, page.total) == ((own, len(own)) if not changes else (set(), 0))
        counted = branch_counts(db, context.batch.id, units["000002"], actor=county)
        assert set(counted.values()) == {0}
    with database.read(Scope.of(city)) as db:
        page = case_list(db, Filter(context.batch.id, unit_id=units["000004"]), actor=city, now=NOW)
        assert {line.id for line in page.lines} == own
        counted = branch_counts(db, context.batch.id, units["000004"], actor=city)
        assert sum(count or 0 for count in counted.values()) == len(own)


def test_an_applicant_has_another_list(database: Database) -> None:
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        declarer = applicant(organisation(db, 1))

    with database.read(Scope.of(declarer)) as db, pytest.raises(NotAllowed, match="我的申报"):
        case_list(db, Filter(context.batch.id), actor=declarer, now=NOW, context=context)


def test_a_list_is_taken_away_in_parts_up_to_a_limit(db: Session, context: BatchContext, monkeypatch: Any) -> None:
    monkeypatch.setattr(lists, "EXPORTED_AT_ONCE", 9)
    wanted = asked_for(db, context, order=Order.TITLE, is_descending=False)

    parts = list(case_lines_of(db, wanted, 40, actor=COORDINATOR, now=NOW, context=context))

    assert [len(part) for part in parts] == [9, 9, 9, 9, 4]
    assert [line.id for part in parts for line in part] == expected(db, wanted)[:40]


@given(st.integers(0, 2**31 - 1), st.integers(1, 2**35), st.text(max_size=200))
def test_a_place_is_read_back_from_its_address(number: int, second: int, title: str) -> None:
    assert place_of(str(Place(second, number)), Order.SUBMITTED) == Place(second, number)
    assert place_of(str(Place(0, number)), Order.ID) == Place(0, number)
    read = place_of(str(Place(title, number)), Order.TITLE)
    assert read is None or read == Place(title, number)


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1.", "99999999999", "1.9999999999999", "1.x", "1.²", "1.-5", "１.5", f"1.{'9' * 30}"]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    assert place_of(text, Order.SUBMITTED) is None or text == "1."
    assert place_of("1." + "长" * 201, Order.TITLE) is None
    assert place_of("1.a\x00b", Order.TITLE) is None
    assert place_of("1.5", Order.ID) is None


def test_what_comes_in_while_somebody_reads_neither_hides_nor_doubles_a_case(
    db: Session, context: BatchContext, no_few: None
) -> None:
    """A page by number would show a case twice when another is submitted meanwhile."""
    wanted = asked_for(db, context)
    first = case_list(db, wanted, actor=COORDINATOR, now=NOW)
    many(db, context, 5, first=200, submitted_at=NOW, state=CaseState.SUBMITTED)

    second = case_list(db, asked_for(db, context, seek=Seek(first.after)), actor=COORDINATOR, now=NOW)

    both = [line.id for page in (first, second) for line in page.lines]
    assert len(set(both)) == 14
    assert all(one != other for one, other in pairwise(both))


def test_a_reader_of_one_branch_without_its_unit_sees_nothing(db: Session, context: BatchContext) -> None:
    stranger = Actor("别处", officer(db, 1).role, user_id=9, branch="/999999/")

    assert case_list(db, Filter(context.batch.id), actor=stranger, now=NOW).lines == []
