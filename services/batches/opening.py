"""Opening a stage: its dates become facts, and everyone who owes something in it is told once."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.definition import MailKind
from domain.instants import stamp
from domain.plan import Moment
from models import AppliedMoment, Duty
from services.batches.context import BatchContext
from services.batches.entries import entry
from services.duties.rows import sync_duties
from services.mail.notify import Notice, notify_units


def open_stage(
    session: Session, context: BatchContext, stage_key: str, due: list[Moment], now: datetime
) -> list[AppliedMoment]:
    """Open the stage and write to the units that owe; return the ledger rows.

    Stages that open at the same instant share one mail per person, because the text lists every open duty.
    A stage whose deadline has passed meanwhile is opened without a mail: it would only mislead.
    """
    moment, row = due[0], context.stages[stage_key]
    milestone = context.milestones()[stage_key]
    row.opened_at, row.opens_at, row.due_at = milestone.opens_at, milestone.opens_at, milestone.due_at
    sync_duties(session, context)
    session.execute(
        update(Duty)
        .where(Duty.batch_id == context.batch.id, Duty.stage_key == stage_key, Duty.opens_at.is_(None))
        .values(opens_at=milestone.opens_at, due_at=milestone.due_at)
    )
    if milestone.due_at is not None and now >= milestone.due_at:
        return [entry(context, moment, now, because="恢复运行时已过截止时间，未发开放通知")]
    owing = session.scalars(
        select(Duty.unit_id)
        .where(Duty.batch_id == context.batch.id, Duty.stage_key == stage_key, Duty.settled_as.is_(None))
        .distinct()
    ).all()
    notify_units(
        session,
        context,
        owing,
        Notice.of(moment, MailKind.STAGE_OPENS, f"{context.batch.code}/opens/{stamp(moment.at)}", moment.at),
    )
    return [entry(context, moment, now, units=len(owing))]
