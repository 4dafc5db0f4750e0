"""What approval is good for: nothing is submitted without it, and it holds for every later batch."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Approval, CaseState, Membership, Organisation
from services.batches.advancing import advance
from services.batches.context import BatchContext
from services.cases.submitting import NotSubmitted, Receipt, submit
from services.identity.memberships import actor_of, choices
from services.organisations.approving import approve
from services.organisations.registering import NewOrganisation, Outcome, register
from tests.support.accounts import answers, person
from tests.support.batches import officer, running
from tests.support.case_rows import applicant, unit_of
from tests.support.cases import NOW, OPENED, STATEMENTS, case_definition, fill, opened


def begun(session: Session, **changes: object) -> BatchContext:
    context = running(session, replace(case_definition(), **changes))
    advance(session, context.batch.id, OPENED)
    return context


def join_in(session: Session, context: BatchContext, who: int | None = None) -> Outcome:
    area = unit_of(session, "000001").id
    new = NewOrganisation(batch_id=context.batch.id, unit_id=area, values=answers())
    return register(session, new, who or person(), now=NOW).outcome


def test_nothing_is_submitted_before_the_account_is_approved(db: Session) -> None:
    """S000-39: unapproved, a case is filled and not submitted; approved, the same case is."""
    context = begun(db)
    assert join_in(db, context) is Outcome.NEW
    organisation = db.scalars(select(Organisation)).one()
    case = fill(db, opened(db, context, organisation))

    refused = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=applicant(organisation))
    assert isinstance(refused, NotSubmitted)
    assert (refused.refusal.code, case.state) == ("not_approved", CaseState.DRAFT)

    approve(db, organisation.id, actor=officer(db, 1), now=NOW)
    done = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=applicant(organisation))
    assert isinstance(done, Receipt)


def test_the_approval_of_an_earlier_batch_is_good_for_the_next(db: Session) -> None:
    """S000-40: the person signs in to the next batch and submits; nobody is asked again."""
    first = begun(db)
    join_in(db, first)
    organisation = db.scalars(select(Organisation)).one()
    approve(db, organisation.id, actor=officer(db, 1), now=NOW)
    person_id = db.scalars(select(Membership.user_id)).one()

    later = begun(db, code="batch-later", title="下一批")
    actor = actor_of(db, choices(db, person_id, now=NOW)[0], now=NOW)
    case = fill(db, opened(db, later, organisation))

    done = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=actor)
    assert isinstance(done, Receipt)
    assert join_in(db, later, who=person_id) is Outcome.MEMBER
    assert organisation.approval is Approval.APPROVED
    assert db.scalar(select(func.count()).select_from(Organisation)) == 1
