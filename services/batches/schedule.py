"""Keeping the rows that say when the engine must look again, after anything has changed."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.plan import next_instant
from models import BatchState, Duty
from services.batches.context import BatchContext, reload


def refresh(session: Session, context: BatchContext) -> BatchContext:
    """Bring predicted dates of stages and duties and the batch's next due instant up to date; return it reloaded."""
    context = reload(session, context)
    for key, milestone in context.milestones().items():
        row = context.stages[key]
        if row.opened_at is None and (row.opens_at, row.due_at) != (milestone.opens_at, milestone.due_at):
            session.execute(
                update(Duty)
                .where(Duty.batch_id == context.batch.id, Duty.stage_key == key)
                .where(Duty.due_at.is_not_distinct_from(row.due_at))
                .values(opens_at=milestone.opens_at, due_at=milestone.due_at)
            )
            row.opens_at, row.due_at = milestone.opens_at, milestone.due_at
    upcoming = next_instant(context.plan()) if context.batch.state is BatchState.RUNNING else None
    context.batch.next_due_at = upcoming
    session.flush()
    return context
