"""The cases that somebody must do something with: to check and to forward for a unit, to fill in for an applicant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import StageKind
from models import Batch, BatchStage, BatchState, Case, CaseReturn, CaseState, Unit
from models.base import UTCDateTime

LIVE = (BatchState.RUNNING, BatchState.PAUSED)
TO_FILL = (CaseState.DRAFT, CaseState.RETURNED)
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """A unit's own cases of one batch. oldest_at: when the one that came first was submitted; None without any."""

    batch_id: int
    batch_code: str
    batch_title: str
    to_check: int
    to_forward: int
    with_applicant: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case that its applicant must go on with.

    due_at: when the correction, or the declaring, is due; None without a date. is_overdue: that is over.
    summary: what a return asks for; "" for a draft.
    """

    case_id: int
    title: str
    batch_code: str
    batch_title: str
    state: CaseState
    due_at: datetime | None
    is_overdue: bool
    saved_at: datetime
    summary: str

    @property
    def is_returned(self) -> bool:
        """Tell whether a unit waits for a correction."""
        return self.state is CaseState.RETURNED


def cases_of_unit(session: Session, *, actor: Actor) -> tuple[CaseGroup, ...]:
    """Return the cases that lie with the actor's own unit, not with those below it, by batch; one query."""
    if actor.branch is None:
        return ()
    waits = Case.state.in_((CaseState.SUBMITTED, CaseState.PASSED))
    rows = session.execute(
        select(
            Batch.id,
            Batch.code,
            Batch.title,
            func.count(when((Case.state == CaseState.SUBMITTED, 1))),
            func.count(when((Case.state == CaseState.PASSED, 1))),
            func.count(when((Case.state == CaseState.RETURNED, 1))),
            func.min(when((waits, Case.submitted_at)), type_=UTCDateTime()),
        )
        .select_from(Case)
        .join(Batch, Batch.id == Case.batch_id)
        .join(Unit, Unit.id == Case.at_unit_id)
        .where(
            Batch.state.in_(LIVE),
            Unit.path == actor.branch,
            Case.state.in_((CaseState.SUBMITTED, CaseState.PASSED, CaseState.RETURNED)),
        )
        .group_by(Batch.id, Batch.code, Batch.title)
        .order_by(Batch.id)
    )
    return tuple(CaseGroup(*row) for row in rows)


def cases_of_applicant(session: Session, *, actor: Actor, now: datetime) -> tuple[OwnCase, ...]:
    """Return what an applicant must go on with, corrections first, then by date; at most MOST_SHOWN, one query.

    Raises NotAllowed.
    """
    require(actor, Action.DECLARE)
    stages = _declare_stages()
    due = when((Case.state == CaseState.RETURNED, Case.correct_by), else_=stages.c.due_at)
    rows = session.execute(
        select(Case, Batch.code, Batch.title, due, _asked())
        .join(Batch, Batch.id == Case.batch_id)
        .outerjoin(stages, stages.c.batch_id == Case.batch_id)
        .where(*_to_fill(actor))
        .order_by(Case.state != CaseState.RETURNED, due.is_(None), due, Case.id)
        .limit(MOST_SHOWN)
    )
    return tuple(_own(case, code, title, due_at, asked or "", now) for case, code, title, due_at, asked in rows)


def count_of_applicant(session: Session, *, actor: Actor) -> int:
    """Return how many cases an applicant must go on with; for the figure beside the menu's entry."""
    wanted = select(func.count(Case.id)).join(Batch, Batch.id == Case.batch_id).where(*_to_fill(actor))
    return session.scalar(wanted) or 0


def _to_fill(actor: Actor) -> Sequence[ColumnElement[bool]]:
    return (
        Batch.state.in_(LIVE),
        Case.state.in_(TO_FILL),
        Case.organisation_id == actor.organisation_id,
    )


def _declare_stages() -> Subquery:
    """Return when declaring is due in each batch, for everybody."""
    return (
        select(BatchStage.batch_id, func.min(BatchStage.due_at, type_=UTCDateTime()).label("due_at"))
        .where(BatchStage.kind == StageKind.DECLARE)
        .group_by(BatchStage.batch_id)
        .subquery()
    )


def _asked() -> ScalarSelect[str]:
    """Return what the open return of a case asks its applicant for."""
    return (
        select(CaseReturn.summary)
        .where(
            CaseReturn.case_id == Case.id,
            CaseReturn.to_unit_id.is_(None),
            CaseReturn.ended_at.is_(None),
        )
        .order_by(CaseReturn.number.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def _own(case: Case, code: str, title: str, due_at: datetime | None, asked: str, now: datetime) -> OwnCase:
    is_overdue = due_at is not None and due_at <= now
    return OwnCase(case.id, case.title, code, title, case.state, due_at, is_overdue, case.saved_at, asked)
