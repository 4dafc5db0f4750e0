"""When a case may be submitted, and when a correction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import NotAllowed, TooEarly, TooLate
from models import (
    Approval,
    CaseState,
    CaseVersion,
    UnitDate,
)
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.batches.extending import MoreTime, extend
from services.batches.publishing import set_paused
from services.cases.opening import open_case
from services.cases.submitting import NotSubmitted, Receipt, submit
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.cases import (
    DUE,
    NOW,
    STATEMENTS,
    case_definition,
    fill,
    new_case,
    opened,
    refused,
    send,
    send_back,
    submitted,
    type_in,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_the_last_second_is_in_time_and_the_deadline_is_not(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))

    late = refused(db, case, now=DUE)
    receipt = submit(
        db,
        case.id,
        statements=STATEMENTS,
        received_at=DUE - timedelta(microseconds=1),
        actor=applicant(case.organisation),
    )

    assert isinstance(late, TooLate)
    assert "24:00" in late.sentence
    assert isinstance(receipt, Receipt)
    assert not receipt.is_late


def test_more_time_for_the_unit_is_more_time_for_its_applicants(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    more = MoreTime(stage="declare", due_at=DUE + timedelta(days=2), reason="停电", unit_id=case.unit_id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)

    receipt = send(db, case, now=DUE + timedelta(days=1))

    assert receipt.is_late
    assert case.is_late


def test_a_units_own_earlier_date_holds_for_its_applicants(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    row = UnitDate(
        batch_id=context.batch.id,
        unit_id=case.unit_id,
        stage_key="declare",
        due_at=local("2023-03-12 00:00"),
        set_at=NOW,
        set_by="经办人1",
    )
    db.add(row)
    db.flush()

    assert isinstance(refused(db, case), TooLate)


def test_a_draft_is_kept_after_the_deadline_and_can_still_be_typed(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    assert isinstance(refused(db, case, now=DUE), TooLate)

    type_in(db, case, {"summary": "补写"}, now=DUE)

    assert (case.state, case.values["summary"], case.values["share"]) == (CaseState.DRAFT, "补写", "35")


def test_a_paused_batch_takes_nothing(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    set_paused(db, context.batch, is_paused=True, reason="上级通知", actor=COORDINATOR, now=NOW)

    assert isinstance(refused(db, case), TooLate)


def test_the_stage_is_asked_before_the_account(db: Session, context: BatchContext) -> None:
    waiting = organisation(db, approval=Approval.PENDING, decided_at=None)
    case = opened(db, context, waiting)

    assert isinstance(refused(db, case, now=local("2023-03-01 09:00")), TooEarly)
    assert isinstance(refused(db, case, now=DUE), TooLate)
    refusal = refused(db, case)
    assert (type(refusal), refusal.code) == (NotAllowed, "not_approved")


def test_a_correction_has_its_own_date_and_goes_back_to_who_returned_it(db: Session, context: BatchContext) -> None:
    """S000-57: the city returns a case that the county had passed; the stage's own deadline is long over."""
    case = submitted(db, context, unit_code="000004")
    row = send_back(db, case, due_at=DUE + timedelta(days=20), unit_code="000001")
    type_in(db, case, {"share": "50"}, now=DUE + timedelta(days=5))

    receipt = send(db, case, now=DUE + timedelta(days=20) - timedelta(seconds=1))

    assert (receipt.version, receipt.is_late) == (2, False)
    assert (case.at_unit_id, case.correct_by, row.ended_at) == (
        unit_of(db, "000001").id,
        None,
        receipt.received_at,
    )
    assert [version.values["share"] for version in db.scalars(select(CaseVersion).order_by(CaseVersion.id))] == [
        "35",
        "50",
    ]


def test_a_late_correction_is_refused_until_the_unit_gives_more_time(db: Session, context: BatchContext) -> None:
    """S000-57"""
    case = submitted(db, context, unit_code="000004")
    send_back(db, case, due_at=LATER, unit_code="000001")

    refusal = refused(db, case, now=LATER)
    assert isinstance(refusal, TooLate)
    assert "补正期限" in refusal.sentence
    assert "第1单位" in refusal.sentence

    case.correct_by = LATER + timedelta(days=1)
    db.flush()
    assert send(db, case, now=LATER).version == 2


def test_a_county_officer_hears_who_returned_a_case_from_above(database: Database) -> None:
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        actor = officer(db, 4)
        declarer = organisation(db, 1, "000004")
        case = open_case(db, new_case(context, db, "000004"), actor=actor, now=NOW, organisation_id=declarer.id)
        case.version_no = 1
        send_back(db, case, due_at=NOW, unit_code="000001")
        case_id = case.id

    with database.write(Scope.of(actor)) as db:
        result = submit(db, case_id, statements=STATEMENTS, received_at=LATER, actor=actor)
        assert isinstance(result, NotSubmitted)
        assert "第1单位" in result.refusal.sentence
