"""Duties to check and to recommend follow the cases: they equal what the facts alone give, whatever was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Completion, Definition, Owed
from domain.duties import Settlement
from models import CaseState, Duty, Unit
from services.batches.extending import MoreTime, extend
from services.duties.loads import chain_of, loads, paths_above, settle_units, units_of
from services.recommending.forwarding import recall
from tests.support.batches import COORDINATOR, running
from tests.support.case_rows import case_row, organisation
from tests.support.recommending import (
    CITY_A,
    CORPS,
    COUNTY,
    DUE,
    NOW,
    OTHER,
    PLAN_CITY,
    PROVINCE,
    changed,
    give_opinion,
    opened,
    passed,
    person,
    recommend_stage,
    review_stage,
    send,
    unit,
    with_places,
)


def lazily_owed(**stage: object) -> Definition:
    """Return a batch in which nobody owes anything until a case has come."""
    recommend = replace(recommend_stage(owed=Owed.WITH_CASES), **stage)
    return changed(with_places(), recommend=recommend, review=replace(review_stage(owed=Owed.WITH_CASES), **stage))


def settled(session: Session, stage: str) -> dict[str, Settlement | None]:
    """Return how the duties of a stage stand, by the unit's code."""
    rows = session.execute(
        select(Unit.code, Duty.settled_as).join(Unit, Unit.id == Duty.unit_id).where(Duty.stage_key == stage)
    )
    return {row.code: row.settled_as for row in rows}


def test_a_duty_to_check_comes_with_a_case_and_goes_with_it(db: Session) -> None:
    """S000-47: nobody owes a check until a case is there; done when none waits."""
    context = opened(db, lazily_owed())
    assert settled(db, "review") == {} == settled(db, "recommend")

    case = case_row(db, context, organisation(db, 1, CITY_A), CITY_A, state=CaseState.SUBMITTED)
    chain = chain_of(db, case.unit_id)
    settle_units(db, context, chain, at=NOW)
    assert settled(db, "review") == {CITY_A: None}

    give_opinion(db, case)
    settle_units(db, context, chain, at=NOW)
    assert settled(db, "review") == {CITY_A: Settlement.DONE}
    send(db, case)
    assert settled(db, "review") == {CITY_A: Settlement.DONE, PROVINCE: None}
    assert settled(db, "recommend") == {PROVINCE: None}

    recall(db, case.id, reason="材料有误", received_at=NOW, actor=person(db, CITY_A))
    assert settled(db, "review") == {CITY_A: Settlement.DONE}
    assert settled(db, "recommend") == {}


def test_a_unit_that_recommends_is_done_once_it_has_sent_up_all(db: Session) -> None:
    """S001-61, S003-64: with nothing in hand a unit still owes its word; one with cases owes them."""
    context = opened(db)
    first, second = passed(db, context, PROVINCE, 1), passed(db, context, PROVINCE, 2)

    send(db, first)
    assert settled(db, "recommend")[PROVINCE] is None
    send(db, second)
    assert settled(db, "recommend") == dict.fromkeys((OTHER, PLAN_CITY, CORPS)) | {PROVINCE: Settlement.DONE}


def test_a_duty_settled_after_its_deadline_is_marked_as_late(db: Session) -> None:
    """补报: by a permit; an extension moves the deadline itself, so nothing is late then."""
    context = opened(db)
    case = passed(db, context, PROVINCE, 1)
    more = MoreTime(stage="recommend", due_at=DUE + timedelta(days=2), reason="来函", unit_id=case.unit_id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)

    send(db, case, received_at=DUE + timedelta(days=1))

    duty = db.scalars(select(Duty).where(Duty.unit_id == case.unit_id, Duty.stage_key == "recommend")).one()
    assert (duty.settled_as, duty.is_late) == (Settlement.DONE, False)


def test_a_stage_that_ends_when_nothing_is_owed_waits_again_for_a_new_case(db: Session) -> None:
    context = opened(db, lazily_owed(completes=Completion.ALL_SETTLED))
    case = passed(db, context, PROVINCE, 1)
    send(db, case)
    assert context.stages["recommend"].settled_at == NOW

    another = case_row(db, context, organisation(db, 2, OTHER), OTHER, state=CaseState.SUBMITTED)
    settle_units(db, context, chain_of(db, another.unit_id), at=NOW)

    assert context.stages["recommend"].settled_at is None


def test_codes_that_look_alike_are_told_apart(db: Session) -> None:
    """A code may hold the wildcard of LIKE: "00_001" is not above what lies below "000001"."""
    units = tuple(replace(item, code="00_001") if item.code == OTHER else item for item in with_places().units)
    context = running(db, with_places(units=units))
    case_row(db, context, organisation(db, 1, CITY_A), CITY_A, state=CaseState.SUBMITTED)

    found = loads(db, context.batch.id)

    by_code = {row.id: row.code for row in db.execute(select(Unit.id, Unit.code))}
    assert {by_code[unit_id]: load.in_hand for unit_id, load in found.items()} == {CITY_A: 1, PROVINCE: 1}
    assert chain_of(db, unit(db, CITY_A).id) == [unit(db, CITY_A).id, unit(db, PROVINCE).id]


def test_a_unit_is_at_the_top_when_none_above_it_takes_part(db: Session) -> None:
    """A level that takes no part may lie between two that do."""
    units = tuple(replace(item, upper=None if item.upper == CITY_A else item.upper) for item in with_places().units)
    context = running(db, with_places(units=units))

    tops = {row.id for row in units_of(db, context.batch.id) if row.is_top}

    codes = set(db.scalars(select(Unit.code).where(Unit.id.in_(tops))))
    assert codes == {PROVINCE, OTHER, CORPS, COUNTY}
    assert paths_above("/a/b/c/") == ["/a/b/", "/a/"]
