"""Closing at a deadline: for the stage as a whole, or for the units that had more time."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import MailKind
from domain.errors import Conflict, Invalid, Problem
from domain.plan import SETTLED, Moment
from models import AppliedMoment, BatchStage, BatchState, Duty
from services import audit
from services.batches.context import BatchContext, load
from services.batches.entries import entry
from services.batches.schedule import refresh
from services.mail.notify import Notice, notify_office


def close(
    session: Session, context: BatchContext, stage_key: str, due: list[Moment], now: datetime
) -> list[AppliedMoment]:
    """Close what is due and tell the coordinator who is missing; return the ledger rows.

    A deadline of single units closes only for them: the stage's own state follows its own deadline.
    """
    return [_close(session, context, context.stages[stage_key], moment, now) for moment in due]


def _close(session: Session, context: BatchContext, row: BatchStage, moment: Moment, now: datetime) -> AppliedMoment:
    missing = select(func.count(Duty.unit_id.distinct())).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == row.key, Duty.settled_as.is_(None)
    )
    is_settled = moment.key.endswith(SETTLED)
    if moment.deadline is not None and not is_settled:
        missing = missing.where(Duty.due_at == moment.deadline.due_at)
    units = session.scalar(missing) or 0
    if is_settled or moment.deadline is None or moment.deadline.is_base:
        row.closed_at = moment.effective_at
    if context.definition.stage(row.key).collect is not None:
        due_at = moment.deadline.due_at.isoformat() if moment.deadline else ""
        prefix = f"{context.batch.code}/{moment.key}"
        notice = Notice.of(moment, MailKind.STAGE_CLOSES, prefix, moment.effective_at)
        notify_office(session, context, replace(notice, facts={"due_at": due_at}))
    return entry(context, moment, now, units=units)


def close_by_hand(
    session: Session, batch_id: int, stage_key: str, *, reason: str, actor: Actor, now: datetime
) -> BatchContext:
    """End a stage that has no date, or end one early.

    Raises NotAllowed, Invalid without a reason, Conflict when the stage is not open.
    """
    context = load(session, batch_id, lock=True)
    require(actor, Action.CLOSE_STAGE, context.whole)
    row = context.stages.get(stage_key)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写结束本环节的原因")])
    if (
        row is None
        or row.opened_at is None
        or row.closed_at is not None
        or context.batch.state is not BatchState.RUNNING
    ):
        raise Conflict("该环节不在进行中，请刷新页面。")
    row.closed_at = now
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.CLOSE_STAGE,
            what=f"环节“{row.title}”",
            batch_id=batch_id,
            reason=reason,
        ),
    )
    return refresh(session, context)
