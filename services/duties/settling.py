"""Settling a duty, and letting a stage that waits for all of them end at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Completion, Stage
from domain.duties import Settlement
from models import Duty
from services.batches.context import BatchContext
from services.batches.schedule import refresh
from services.duties.access import DutyInHand


def settle(session: Session, found: DutyInHand, how: Settlement, *, at: datetime, is_late: bool = False) -> None:
    """Mark the duty as settled; the last one of a stage that completes so makes its closing due."""
    duty = found.duty
    duty.settled_as, duty.settled_at, duty.is_late = how, at, is_late
    session.flush()
    if found.stage.completes is Completion.ALL_SETTLED:
        note_if_all_settled(session, found.context, found.stage, at)


def unsettle(session: Session, found: DutyInHand) -> None:
    """Open the duty again, as after a withdrawn explanation."""
    duty = found.duty
    duty.settled_as, duty.settled_at, duty.is_late = None, None, False
    found.context.stages[duty.stage_key].settled_at = None
    session.flush()


def note_if_all_settled(session: Session, context: BatchContext, stage: Stage, at: datetime) -> None:
    """Record that nothing is owed in the stage any more, if that is so."""
    open_duties = select(Duty.id).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == stage.key, Duty.settled_as.is_(None)
    )
    row = context.stages[stage.key]
    if row.closed_at is None and session.execute(open_duties.limit(1)).first() is None:
        row.settled_at = at
        refresh(session, context)
