"""What the coordinator's pages about cases read, asked directly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from operator import attrgetter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Arrival, Mode, Paper
from domain.errors import NotAllowed, NotFound
from models import BatchUnit, CaseState, Unit
from models.scope import Scope, set_scope
from services.cases.reading import Filter, case_list
from services.progress.casework.choices import unit_choices
from services.progress.casework.modes import mode_table, names_of
from services.progress.casework.places import ledger, movable, moves
from services.progress.casework.receipts import ParcelState, forwarded_cases, parcels, received_by_channel
from services.progress.casework.whereabouts import whereabouts
from services.recommending.allotting import Shares, allot
from services.recommending.dispatching import Parcel, receive, save
from services.recommending.moving import Move, move
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import organisation, unit_of
from tests.support.cases import NOW, case_definition
from tests.support.coordinating import fill_batch, office_batch, office_definition, out
from tests.support.recommending import CITY_A, CITY_B, PROVINCE, opened, person, with_places

PATH = attrgetter("path")
STRANGER = Actor("别处", Role.COORDINATOR, user_id=9, programmes=frozenset({99}))


def test_a_case_is_with_its_applicant_a_unit_the_office_or_nobody(db: Session) -> None:
    context = office_batch(db)
    fill_batch(db, context)
    lines = case_list(db, Filter(context.batch.id), actor=COORDINATOR, now=NOW).lines

    where = whereabouts(context, lines, NOW)

    holders = {line.state: where[line.id].holder for line in lines}
    units = {holders.pop(CaseState.SUBMITTED), holders.pop(CaseState.PASSED)}
    assert units <= {"第1单位", "第2单位", "第3单位", "第4县"}
    assert holders == {
        CaseState.DRAFT: "申报单位",
        CaseState.RETURNED: "申报单位",
        CaseState.FORWARDED: "某司",
        CaseState.REFUSED: "",
        CaseState.WITHDRAWN: "",
    }
    days = {line.state: where[line.id].days for line in lines}
    assert (days[CaseState.SUBMITTED], days[CaseState.DRAFT], days[CaseState.WITHDRAWN]) == (3, None, None)


def test_what_waits_for_the_office_is_the_oldest_first(db: Session) -> None:
    context = office_batch(db)
    cases = [case for case in fill_batch(db, context) if case.state is CaseState.FORWARDED]
    cases[0].received_at, cases[0].received_by = NOW, "王主任"
    db.flush()

    waiting = forwarded_cases(db, context, actor=COORDINATOR, now=NOW)
    received = forwarded_cases(db, context, actor=COORDINATOR, now=NOW, is_received=True)

    assert [one.line.id for one in waiting.cases] == [case.id for case in cases[1:]]
    assert (waiting.waiting, waiting.received) == (2, 1)
    assert [(one.line.id, one.received_by) for one in received.cases] == [(cases[0].id, "王主任")]
    assert received_by_channel(db, context) == {cases[0].unit_id: 1}


def test_a_parcel_is_missing_sent_or_received(db: Session) -> None:
    """S001-51: units that forward to the office are listed whether or not they have sent anything."""
    context = office_batch(db)
    first, second = unit_of(db, "000001").id, unit_of(db, "000002").id
    note = Parcel(copies=3, sent_on=date(2023, 3, 10))
    save(db, context, first, note, actor=officer(db, 1), now=NOW)
    receive(db, context, second, date(2023, 3, 11), actor=COORDINATOR, now=NOW)

    found = parcels(db, context, actor=COORDINATOR)

    assert {unit.name: unit.state for unit in found.units} == {
        "第1单位": ParcelState.SENT,
        "第2单位": ParcelState.RECEIVED,
        "第3单位": ParcelState.MISSING,
        "直报处": ParcelState.MISSING,
    }
    assert found.counts == {ParcelState.MISSING: 2, ParcelState.SENT: 1, ParcelState.RECEIVED: 1}
    only = parcels(db, context, actor=COORDINATOR, wanted=ParcelState.SENT)
    assert [unit.name for unit in only.units] == ["第1单位"]


@pytest.mark.parametrize(("arrival", "is_late"), [(Arrival.SENT, False), (Arrival.ARRIVED, True)])
def test_late_follows_the_day_that_the_notice_counts(db: Session, arrival: Arrival, is_late: bool) -> None:
    """S001-52: sent on the last day and come after it."""
    base = office_definition()
    stages = tuple(
        replace(stage, recommend=replace(stage.recommend, paper=Paper(copies=3, arrival=arrival)))
        if stage.recommend is not None
        else stage
        for stage in base.stages
    )
    context = office_batch(db, replace(base, stages=stages))
    unit, later = unit_of(db, "000001").id, NOW.replace(month=6, day=8)
    save(db, context, unit, Parcel(copies=3, sent_on=date(2023, 5, 31)), actor=officer(db, 1), now=later)
    receive(db, context, unit, date(2023, 6, 3), actor=COORDINATOR, now=later)

    assert parcels(db, context, actor=COORDINATOR).late == is_late


def test_shares_of_lower_units_are_shown_and_not_added(db: Session) -> None:
    """S003-27: what a province divides out lies within its own ten."""
    context = opened(db, with_places())
    upper = unit_of(db, PROVINCE).id
    places = {unit_of(db, CITY_A).id: 4, unit_of(db, CITY_B).id: 5}
    allot(db, context, Shares("enterprise", upper, places), actor=person(db, PROVINCE), now=NOW)

    found = ledger(db, context, actor=COORDINATOR)

    line = next(line for line in found.lines if line.key == "enterprise")
    assert (line.total, line.used, line.left) == (30, 0, 30)
    shares = {unit.name: [item.limit for item in unit.cells.get("示范企业", ())] for unit in found.units}
    assert (shares["甲市"], shares["乙市"], shares["第1省"], shares["计划单列市"]) == ([4], [5], [10], [3])
    free = {unit.name: unit.free for unit in movable(db, context, "enterprise").units}
    assert free == {"第1省": 1, "第2省": 10, "兵团": 10}


def test_a_move_is_listed_and_leaves_the_total(db: Session) -> None:
    context = opened(db, with_places())
    first, second = unit_of(db, PROVINCE).id, unit_of(db, "000002").id
    before = movable(db, context, "enterprise").total
    move(db, context, Move("enterprise", first, second, 3, "用不完"), actor=COORDINATOR, now=NOW)

    after = movable(db, context, "enterprise")
    listed = moves(db, context, actor=COORDINATOR)

    assert after.total == before == 30
    assert {unit.name: unit.limit for unit in after.units} == {"第1省": 7, "第2省": 13, "兵团": 10}
    assert [(one.giver, one.taker, one.count, one.reason) for one in listed.moves] == [
        ("第1省", "第2省", 3, "用不完")
    ]
    with pytest.raises(NotFound):
        movable(db, context, "none")


def test_modes_without_a_common_name_stand_apart(db: Session) -> None:
    """S002-11."""
    modes = (Mode(key="plant", name="共享工厂", standard="sharing"), Mode(key="own", name="本地特色"))
    base = case_definition()
    categories = (replace(base.categories[0], modes=("plant", "own")), *base.categories[1:])
    running(db, base)
    running(db, replace(base, code="batch-2022", year=2022, modes=modes, categories=categories))

    found = mode_table(db, actor=COORDINATOR)

    assert [source.year for source in found.sources] == [2023, 2022]
    rows = {row.standard: dict(row.names) for row in found.rows}
    assert rows == {"sharing": {0: "共享制造", 1: "共享工厂"}, "lifecycle": {0: "全生命周期管理"}}
    assert found.apart == {1: ["本地特色"]}
    assert names_of(found.rows, "sharing") == ["共享制造", "共享工厂"]


def test_nobody_of_another_programme_reads(db: Session) -> None:
    """S003-69."""
    context = office_batch(db)
    out(db, context, organisation(db, 1), "000001", state=CaseState.FORWARDED)

    for ask in (
        lambda actor: forwarded_cases(db, context, actor=actor, now=NOW),
        lambda actor: parcels(db, context, actor=actor),
        lambda actor: ledger(db, context, actor=actor),
        lambda actor: moves(db, context, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            ask(STRANGER)


def test_units_to_choose_from_stand_by_place_and_end_with_the_readers_branch(db: Session) -> None:
    """They come out of the database as one text: order, scope and odd names hold all the same."""
    context = office_batch(db)
    units = sorted(db.scalars(select(Unit).join(BatchUnit).where(BatchUnit.batch_id == context.batch.id)), key=PATH)
    units[0].name = "甲\n乙\t“丙”"
    db.flush()

    assert list(unit_choices(db, context).items()) == [(unit.id, unit.name) for unit in units]

    branch = units[-1]
    set_scope(db, Scope(branch=branch.path))
    assert list(unit_choices(db, context).items()) == [(branch.id, branch.name)]
    set_scope(db, None)
    assert unit_choices(db, context) == {}
