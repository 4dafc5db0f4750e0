"""The grid of units and stages."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.duties import DutyState, Settlement, Window, state_of
from models import Duty
from models.scope import Scope
from models.session import Database
from services.batches.context import load
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.duties.answers import file_answer
from services.progress.grid import Totals, Wanted, grid, totals
from services.progress.states import WORST_FIRST, is_state, state_at, worst
from tests.support.batches import ANSWER, COORDINATOR, definition, duty_of, local, officer, running
from tests.support.progress import counted, rich, small_and_large

IN_TIME = local("2023-03-10 10:00")
AFTER = local("2023-03-21 09:00")


def test_a_cell_sums_the_units_duties_and_the_worst_open_one_wins(db: Session) -> None:
    """S003-50, S003-56: status per winner, a grid per unit, red after the cut-off."""
    context = rich(db, units=2, titles=2)
    duty = duty_of(db, context.batch, 1, "evaluation")
    file_answer(db, duty.id, {"filed_on": "2023-03-10"}, received_at=IN_TIME, actor=officer(db, 1))

    found = grid(db, context, local("2023-06-01 09:00"))

    assert [row.name for row in found.rows] == ["第1单位", "第2单位"]
    first, second = (row.cells["evaluation"] for row in found.rows)
    assert (first.state, first.done, first.total) == (DutyState.OVERDUE, 1, 2)
    assert (second.state, second.done, second.total) == (DutyState.OVERDUE, 0, 2)
    assert "recommend" not in found.rows[0].cells
    assert found.rows[0].unit_class == "省级"


def test_all_states_are_told_apart_as_the_domain_does(db: Session) -> None:
    """The condition of a query and the rule of the domain never differ."""
    context = running(db, definition(1))
    duty = duty_of(db, context.batch, 1)
    instants = (None, local("2023-03-06 09:00"), local("2023-03-21 00:00"))
    nows = (
        local("2023-03-06 08:59"),
        local("2023-03-06 09:00"),
        local("2023-03-20 23:59"),
        local("2023-03-21 00:00"),
    )
    for opens_at, due_at, settled in product(instants, instants, (None, *Settlement)):
        duty.opens_at, duty.due_at, duty.settled_as = opens_at, due_at, settled
        duty.settled_at = IN_TIME if settled else None
        db.flush()
        for now in nows:
            expected = state_of(Window(opens_at, due_at), settled, now)
            assert db.scalars(select(state_at(now))).one() == expected.value
            matching = [s for s in DutyState if db.scalars(select(Duty.id).where(is_state(s, now))).first()]
            assert matching == [expected]


def test_totals_count_every_unit_whatever_is_searched(db: Session) -> None:
    context = rich(db, units=3, titles=2)
    file_answer(db, duty_of(db, context.batch, 2).id, ANSWER, received_at=IN_TIME, actor=officer(db, 2))

    found = grid(db, context, AFTER, Wanted(name="第2"))

    assert [row.name for row in found.rows] == ["第2单位"]
    assert found.totals["contacts"] == Totals({DutyState.OVERDUE: 2, DutyState.DONE: 1})
    assert found.totals["evaluation"] == Totals({DutyState.OPEN: 6})
    assert found.totals["recommend"].total == 0
    assert (found.totals["contacts"].done, found.totals["contacts"].owed) == (1, 2)


def test_units_are_found_by_state_in_a_stage(db: Session) -> None:
    context = rich(db, units=3, titles=1)
    file_answer(db, duty_of(db, context.batch, 2).id, ANSWER, received_at=IN_TIME, actor=officer(db, 2))

    def names(**wanted: object) -> list[str]:
        return [row.name for row in grid(db, context, AFTER, Wanted(**wanted)).rows]  # type: ignore[arg-type]  # the keys are those of Wanted

    assert names(state=DutyState.OVERDUE) == ["第1单位", "第3单位"]
    assert names(state=DutyState.OPEN) == ["第1单位", "第2单位", "第3单位"]
    assert names(state=DutyState.DONE) == []
    assert names(state=DutyState.DONE, stage="contacts") == ["第2单位"]
    assert names(state=DutyState.OPEN, stage="contacts") == []


@pytest.mark.parametrize("name", ["%", "_", "\\", "' or 1=1 --", "第1" * 50])
def test_what_is_searched_is_taken_literally(db: Session, name: str) -> None:
    """S20, S21: wildcards and quotes find only themselves."""
    assert grid(db, running(db), IN_TIME, Wanted(name=name)).rows == ()


def test_an_extension_and_a_permit_show_in_their_cells_only(db: Session) -> None:
    """S003-42: more time for one unit, and leave for another to answer late."""
    context = rich(db, units=3, titles=2)
    unit_ids = [duty_of(db, context.batch, number).unit_id for number in (1, 2, 3)]
    until = local("2023-03-25 00:00")
    more = MoreTime(stage="contacts", due_at=until, reason="地震", unit_id=unit_ids[0])
    extend(db, context.batch.id, more, actor=COORDINATOR, now=AFTER)
    leave = LateLeave(stage="contacts", unit_id=unit_ids[1], until=until, reason="断网", approver="王主任")
    accept_late(db, context.batch.id, leave, actor=COORDINATOR, now=AFTER)
    file_answer(db, duty_of(db, context.batch, 2).id, ANSWER, received_at=AFTER, actor=officer(db, 2))

    cells = [row.cells["contacts"] for row in grid(db, load(db, context.batch.id), AFTER).rows]

    assert [(cell.state, cell.due_at) for cell in cells] == [
        (DutyState.OPEN, until),
        (DutyState.DONE, None),
        (DutyState.OVERDUE, None),
    ]
    assert [(cell.is_extended, cell.has_permit, cell.is_late) for cell in cells] == [
        (True, False, False),
        (False, True, True),
        (False, False, False),
    ]
    assert not grid(db, context, AFTER).rows[0].cells["evaluation"].is_extended


def test_a_page_beyond_the_end_is_the_last_one(db: Session) -> None:
    """S22, S63: at most a hundred units a page, and no page number is a fault."""
    context = running(db, definition(101))

    first, beyond = grid(db, context, IN_TIME), grid(db, context, IN_TIME, Wanted(page=10**9))

    assert (len(first.rows), first.page.pages, first.page.total) == (100, 2, 101)
    assert [row.name for row in beyond.rows] == ["第101单位"]
    assert beyond.page.number == 2


def test_the_number_of_queries_does_not_grow_with_units(database: Database) -> None:
    """G-G1: three units or three hundred, the grid costs the same queries."""
    costs = []
    for batch_id in small_and_large(database):
        with database.read(Scope()) as session:
            context = load(session, batch_id)
            with counted(database.reader) as count:
                grid(session, context, IN_TIME)
        costs.append(count.queries)

    assert costs == [6, 6]


def test_a_reader_sees_the_units_of_their_branch_and_counts_of_these_alone(database: Database) -> None:
    """S03: no row, no count, no name of another unit."""
    with database.write(Scope()) as session:
        context = rich(session, units=3, titles=2)
        branch = officer(session, 2).branch

    with database.read(Scope(branch=branch)) as session:
        own = load(session, context.batch.id)
        found = grid(session, own, AFTER)

        assert [row.name for row in found.rows] == ["第2单位"]
        assert found.page.total == 1
        assert totals(session, own, AFTER)["evaluation"].total == 2
        assert grid(session, own, AFTER, Wanted(state=DutyState.OVERDUE)).page.total == 1


def test_another_programmes_coordinator_sees_nothing(database: Database) -> None:
    """S03: the batch itself is not found, and what is read by its number is empty."""
    with database.write(Scope()) as session:
        context = rich(session)

    with database.read(Scope(programmes=frozenset({10_000}))) as session:
        found = grid(session, context, AFTER)

    assert (found.rows, found.page.total, found.totals["contacts"].total) == ((), 0, 0)


def test_the_worst_state_is_the_one_that_is_owed_longest() -> None:
    assert worst([DutyState.DONE, DutyState.PLANNED, DutyState.OPEN]) is DutyState.OPEN
    assert sorted(WORST_FIRST) == sorted(DutyState)
