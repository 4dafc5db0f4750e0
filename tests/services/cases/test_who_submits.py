"""Who may submit a case, and who reads what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role
from domain.definition import Quota
from domain.errors import Invalid, NotAllowed, NotFound, RuleBroken, TooLate
from models import (
    ActKind,
    Approval,
    CaseAct,
    CaseState,
    CaseVersion,
    OrganisationKind,
)
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.access import get_case, shows_content, values_for
from services.cases.drafts import Typed, save
from services.cases.opening import open_case
from services.cases.submitting import NotSubmitted, Receipt, submit
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import (
    DUE,
    NOW,
    STATEMENTS,
    case_definition,
    fill,
    in_hand,
    new_case,
    opened,
    put,
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


def test_the_right_comes_before_all(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    other = applicant(organisation(db, 2))

    for actor in (other, officer(db, 1), COORDINATOR, Actor("专家", Role.EXPERT)):
        with pytest.raises(NotAllowed):
            submit(db, case.id, statements={}, received_at=DUE, actor=actor)


def test_an_applicant_does_not_find_the_case_of_another(database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as db:
        case_id = opened(db, running(db, case_definition())).id
        other = applicant(organisation(db, 2))

    with database.write(Scope.of(other)) as db, pytest.raises(NotFound):
        submit(db, case_id, statements={}, received_at=NOW, actor=other)


def test_an_account_that_was_refused_is_told_why(db: Session, context: BatchContext) -> None:
    other = organisation(db, approval=Approval.REFUSED, reason="执照已过期")

    assert "执照已过期" in refused(db, opened(db, context, other)).sentence


def test_an_account_approved_earlier_is_not_approved_again(db: Session, context: BatchContext) -> None:
    """S000-40: the second batch takes the same account without a second approval."""
    declarer = organisation(db)
    submitted(db, context, declarer)
    second = running(db, case_definition(code="batch-2024", year=2024))

    assert submitted(db, second, declarer).state is CaseState.SUBMITTED


def test_a_kind_that_was_corrected_meanwhile_is_asked_again(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    case.organisation.kind = OrganisationKind.ASSOCIATION
    db.flush()

    refusal = refused(db, case)

    assert (refusal.code, case.version_no) == ("kind_not_allowed", 0)


def test_a_category_that_the_unit_may_never_recommend_is_not_taken(db: Session) -> None:
    quota = Quota(key="none", classes=("city",), category="enterprise", limit=0, clause="市级不推荐企业")
    context = running(db, case_definition(quotas=(quota,)))

    with pytest.raises(RuleBroken, match="市级不推荐企业"):
        opened(db, context)


def test_an_officer_enters_a_paper_case_for_an_applicant(db: Session, context: BatchContext) -> None:
    """代填: who did it and for whom stay apart, and the day of the paper moves no deadline."""
    declarer, actor = organisation(db), officer(db, 1)
    case = open_case(db, new_case(context, db), actor=actor, now=NOW, organisation_id=declarer.id)
    values = {
        "share": "35",
        "modes": "sharing",
        "promise": "yes",
        "promise.name": "李四",
        "promise.date": "2023-03-08",
    }
    save(db, case.id, Typed(values, {}, case.revision), actor=actor, now=NOW)
    put(db, case, "licence")
    paper = local("2023-03-10 10:00")

    late = submit(db, case.id, statements=STATEMENTS, received_at=DUE, actor=actor, paper_at=paper)
    future = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=actor, paper_at=LATER)
    receipt = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=actor, paper_at=paper)

    assert isinstance(late, NotSubmitted) and isinstance(late.refusal, TooLate)
    assert isinstance(future, NotSubmitted) and isinstance(future.refusal, Invalid)
    assert isinstance(receipt, Receipt) and receipt.received_at == NOW
    act = db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.SUBMITTED)).one()
    assert (act.at, act.recorded_at, act.by, act.by_unit, act.detail["for"]) == (
        paper,
        NOW,
        "经办人1",
        "第1单位",
        declarer.name,
    )
    assert {item["name"] for item in db.scalars(select(CaseVersion)).one().statements} == {"经办人1", "李四"}


def test_a_city_case_is_submitted_by_its_unit(db: Session, context: BatchContext) -> None:
    """S003-32"""
    case = open_case(db, new_case(context, db, category="city", title="甲市"), actor=officer(db, 1), now=NOW)

    assert send(db, fill(db, case)).version == 1
    assert case.claim is not None


def test_what_is_being_corrected_is_not_shown_to_others(db: Session, context: BatchContext) -> None:
    """S003-68: a unit reads what was last submitted, not the correction that is being typed."""
    case = submitted(db, context)
    send_back(db, case, due_at=LATER)
    type_in(db, case, {"share": "99"})

    reader = officer(db, 1)
    found = get_case(db, case.id, actor=reader, action=Action.VIEW_CASE)

    assert values_for(db, found, reader)["share"] == "35"
    assert values_for(db, found, applicant(case.organisation))["share"] == "99"


def test_a_draft_is_its_writers_alone(db: Session, context: BatchContext) -> None:
    """S003-68"""
    case = fill(db, opened(db, context))
    found = in_hand(db, case)

    for reader in (officer(db, 1), COORDINATOR):
        assert not shows_content(found, reader)
        assert values_for(db, found, reader) == {}
    assert shows_content(found, applicant(case.organisation))
