"""Changing the unit by which a case goes up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, TooLate
from models import ActKind, CaseAct, CaseFile, CaseState, CaseVersion, Duty, StoredFile
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.access import get_case
from services.cases.channel import change_channel
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, unit_of
from tests.support.cases import DUE, NOW, case_definition, opened, submitted

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_a_switch_before_forwarding_is_made_and_written_down(db: Session, context: BatchContext) -> None:
    """S001-59: one case has one unit."""
    case = submitted(db, context)
    target = unit_of(db, "000002")

    change_channel(db, case.id, target.id, "属地调整", actor=applicant(case.organisation), now=LATER)

    assert (case.unit_id, case.at_unit_id, case.state) == (target.id, target.id, CaseState.SUBMITTED)
    act = db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.CHANNEL)).one()
    assert (act.note, act.detail) == ("属地调整", {"from": "第1单位", "to": "第2单位"})
    for table in (CaseVersion, CaseFile, CaseAct, StoredFile):
        assert {row.unit_id for row in db.scalars(select(table))} == {target.id}
    owing = db.scalars(select(Duty).where(Duty.stage_key == "review", Duty.settled_as.is_(None)))
    assert {duty.unit_id for duty in owing} == {target.id}


def test_the_old_unit_no_longer_sees_the_case_and_the_new_one_does(database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as db:
        case = submitted(db, running(db, case_definition()))
        case_id, old, new = case.id, officer(db, 1), officer(db, 2)
        change_channel(
            db, case_id, unit_of(db, "000002").id, "属地调整", actor=applicant(case.organisation), now=LATER
        )

    with database.read(Scope.of(new)) as db:
        assert get_case(db, case_id, actor=new, action=Action.VIEW_CASE).case.version_no == 1
    with database.read(Scope.of(old)) as db, pytest.raises(NotFound):
        get_case(db, case_id, actor=old, action=Action.VIEW_CASE)


def test_a_passed_case_is_checked_anew_by_the_new_unit(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    case.state = CaseState.PASSED

    change_channel(db, case.id, unit_of(db, "000002").id, "属地调整", actor=COORDINATOR, now=LATER)

    assert case.state is CaseState.SUBMITTED


def test_a_case_that_was_handed_on_stays_where_it_is(db: Session, context: BatchContext) -> None:
    case = submitted(db, context, unit_code="000004")
    case.at_unit_id = unit_of(db, "000001").id
    db.flush()

    with pytest.raises(Conflict, match="不能再变更申报渠道"):
        change_channel(db, case.id, unit_of(db, "000002").id, "x", actor=applicant(case.organisation), now=LATER)


def test_a_switch_says_why_lies_in_the_window_and_goes_to_a_unit_that_takes_it(
    db: Session, context: BatchContext
) -> None:
    case = submitted(db, context)
    actor, target = applicant(case.organisation), unit_of(db, "000002").id

    with pytest.raises(Invalid, match="变更申报渠道的原因"):
        change_channel(db, case.id, target, "", actor=actor, now=LATER)
    with pytest.raises(TooLate):
        change_channel(db, case.id, target, "x", actor=actor, now=DUE)
    with pytest.raises(NotAllowed, match="名单"):
        change_channel(db, case.id, unit_of(db, "000006").id, "x", actor=actor, now=LATER)
    with pytest.raises(NotAllowed):
        change_channel(db, case.id, target, "x", actor=officer(db, 1), now=LATER)


def test_a_draft_moves_without_a_reason_and_the_same_unit_is_no_move(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    actor = applicant(case.organisation)

    change_channel(db, case.id, case.unit_id, "", actor=actor, now=LATER)
    assert db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.CHANNEL)).all() == []

    assert change_channel(db, case.id, unit_of(db, "000005").id, "", actor=actor, now=LATER).unit.code == "000005"
