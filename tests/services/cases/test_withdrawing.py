"""Taking a case back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Quota
from domain.errors import Conflict, Invalid, NotAllowed
from models import ActKind, CaseAct, CaseState, Duty, Place
from services.batches.context import BatchContext
from services.cases.reading import counts_by_unit
from services.cases.withdrawing import withdraw
from services.recommending.places import take
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, unit_of
from tests.support.cases import DUE, NOW, case_definition, fill, in_hand, opened, send, send_back, submitted

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    quota = Quota(key="enterprise", classes=("city",), category="enterprise", limit=1, clause="不超过1个")
    return running(db, case_definition(quotas=(quota,)))


def test_a_case_is_withdrawn_before_it_goes_up_and_the_counts_change(db: Session, context: BatchContext) -> None:
    """S004-58: allowed, logged, counts change."""
    case = submitted(db, context)

    withdraw(db, case.id, "企业重组", received_at=LATER, actor=applicant(case.organisation))

    counts = counts_by_unit(db, context, actor=COORDINATOR).total
    assert (counts.live, counts.by_state[CaseState.WITHDRAWN], counts.total) == (0, 1, 1)
    act = db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.WITHDRAWN)).one()
    assert (act.note, act.by, act.at) == ("企业重组", "申报人", LATER)
    open_checks = select(Duty).where(Duty.stage_key == "review", Duty.settled_as.is_(None))
    assert db.scalars(open_checks).all() == []


def test_a_withdrawn_case_gives_its_place_back_and_makes_room_for_another(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    case.state = CaseState.PASSED
    take(db, in_hand(db, case), case.unit_id, at=NOW)

    withdraw(db, case.id, "重报", received_at=LATER, actor=applicant(case.organisation))

    assert db.scalars(select(Place)).all() == []
    second = opened(db, context, case.organisation, now=LATER)
    assert second.values["share"] == "35"
    assert send(db, fill(db, second, now=LATER), now=LATER).version == 1


def test_a_case_that_only_the_county_has_forwarded_may_still_be_withdrawn(db: Session, context: BatchContext) -> None:
    """S004-58: until the last unit has forwarded it to the office."""
    case = submitted(db, context, unit_code="000004")
    case.at_unit_id = unit_of(db, "000001").id

    assert withdraw(db, case.id, "重报", received_at=LATER, actor=applicant(case.organisation)).claim is None


def test_a_case_that_is_with_the_office_is_not_withdrawn(db: Session, context: BatchContext) -> None:
    """S004-58"""
    case = submitted(db, context)
    case.state, case.forwarded_at = CaseState.FORWARDED, NOW

    with pytest.raises(Conflict, match="李敏 010-68205191"):
        withdraw(db, case.id, "重报", received_at=LATER, actor=applicant(case.organisation))


def test_withdrawing_twice_is_withdrawing_once(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    for _ in range(2):
        withdraw(db, case.id, "重报", received_at=LATER, actor=applicant(case.organisation))

    assert len(db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.WITHDRAWN)).all()) == 1


def test_a_reason_is_asked_once_it_was_submitted(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)

    with pytest.raises(Invalid, match="撤回原因"):
        withdraw(db, case.id, "  ", received_at=LATER, actor=applicant(case.organisation))
    draft = opened(db, context, case.organisation)
    assert withdraw(db, draft.id, "", received_at=LATER, actor=applicant(case.organisation)).state is (
        CaseState.WITHDRAWN
    )


def test_a_returned_case_may_be_withdrawn_and_its_return_is_over(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    row = send_back(db, case, due_at=DUE)

    withdraw(db, case.id, "放弃", received_at=LATER, actor=applicant(case.organisation))

    assert (row.ended_at, case.correct_by) == (LATER, None)


def test_a_refused_case_need_not_be_withdrawn(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    case.state = CaseState.REFUSED

    with pytest.raises(Conflict, match="不予推荐"):
        withdraw(db, case.id, "重报", received_at=LATER, actor=applicant(case.organisation))


def test_a_unit_does_not_withdraw_an_applicants_case(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)

    with pytest.raises(NotAllowed):
        withdraw(db, case.id, "重报", received_at=LATER, actor=officer(db, 1))


@pytest.mark.parametrize("reason", ["长" * 501, "重\x00报", "重\u202e报"])
def test_a_reason_that_cannot_be_kept_is_refused(db: Session, context: BatchContext, reason: str) -> None:
    case = submitted(db, context)

    with pytest.raises(Invalid, match="原因"):
        withdraw(db, case.id, reason, received_at=LATER, actor=applicant(case.organisation))
    assert case.state is CaseState.SUBMITTED
