"""What a change of the registry means for running batches: their duties follow it in the same transaction."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Completion
from domain.duties import Settlement
from domain.errors import Invalid, Problem
from domain.facts import DutyKey
from models import Answer, Batch, BatchState, Duty, Extension, LatePermit, Programme, Title, Unit
from services.batches.context import BatchContext, definition_of, load
from services.batches.schedule import refresh
from services.duties.rows import recompute, sync_duties

LIVE = (BatchState.RUNNING, BatchState.PAUSED)


def sync_running(session: Session, programme_ids: Collection[int], now: datetime) -> None:
    """Give running batches the duties that titles of these programmes now call for."""
    for context in _asking(session, programme_ids):
        sync_duties(session, context)
        _note_settled(session, context, now)


def move_duties(session: Session, title: Title, from_unit: Unit, *, actor: Actor, now: datetime) -> int:
    """Take the open duties about a title over to its new unit, with drafts and leave granted; return how many.

    Raises Invalid when the new unit takes no part in a batch where one is owed.
    """
    moved = 0
    for context in _asking(session, {title.programme_id}):
        owed = select(Duty).where(
            Duty.batch_id == context.batch.id, Duty.title_id == title.id, Duty.settled_as.is_(None)
        )
        duties = session.scalars(owed).all()
        if not duties:
            continue
        _copy_leave(session, context, title, from_unit, actor=actor, now=now)
        expected = recompute(session, context)
        for duty in duties:
            window = expected.get(DutyKey(duty.stage_key, title.unit_id, title.id))
            if window is None:
                sentence = f"该单位不在进行中的批次“{context.batch.title}”内，无法接收“{title.holder}”的待办事项"
                raise Invalid([Problem("to_unit", title.unit.name, sentence)])
            duty.unit_id, duty.unit = title.unit_id, title.unit
            duty.opens_at, duty.due_at = window.opens_at, window.due_at
        ids = [duty.id for duty in duties]
        session.execute(update(Answer).where(Answer.duty_id.in_(ids)).values(unit_id=title.unit_id))
        session.flush()
        refresh(session, context)
        moved += len(duties)
    return moved


def waive_duties(session: Session, title: Title, *, now: datetime) -> int:
    """Settle the open duties about a title that is no more; return how many. Drafts stay to be read."""
    waived = 0
    for context in _asking(session, {title.programme_id}):
        owed = select(Duty).where(
            Duty.batch_id == context.batch.id, Duty.title_id == title.id, Duty.settled_as.is_(None)
        )
        for duty in session.scalars(owed).all():
            duty.settled_as, duty.settled_at = Settlement.WAIVED, now
            waived += 1
        session.flush()
        _note_settled(session, context, now)
    return waived


def _asking(session: Session, programme_ids: Collection[int]) -> Iterator[BatchContext]:
    """Yield the running batches in which titles of these programmes are asked about."""
    keys = set(session.scalars(select(Programme.key).where(Programme.id.in_(programme_ids))))
    for batch in session.scalars(select(Batch).where(Batch.state.in_(LIVE)).order_by(Batch.id)).all():
        stages = definition_of(session, batch).stages
        if any(stage.collect and stage.collect.titles and stage.collect.titles.programme in keys for stage in stages):
            yield load(session, batch.id, lock=True)


def _copy_leave(
    session: Session, context: BatchContext, title: Title, from_unit: Unit, *, actor: Actor, now: datetime
) -> None:
    """Let more time and leave to answer late that were granted for this very title hold in its new unit, too."""
    batch_id, note = context.batch.id, f"（随“{title.holder}”自{from_unit.name}转入）"
    extensions = select(Extension).where(
        Extension.batch_id == batch_id, Extension.unit_id == from_unit.id, Extension.title_id == title.id
    )
    permits = select(LatePermit).where(
        LatePermit.batch_id == batch_id, LatePermit.unit_id == from_unit.id, LatePermit.title_id == title.id
    )
    for old in session.scalars(extensions).all():
        session.add(
            Extension(
                batch_id=batch_id,
                stage_key=old.stage_key,
                unit_id=title.unit_id,
                title_id=title.id,
                was_due_at=old.was_due_at,
                due_at=old.due_at,
                reason=f"{old.reason}{note}",
                granted_at=now,
                granted_by=actor.name,
            )
        )
    for permit in session.scalars(permits).all():
        session.add(
            LatePermit(
                batch_id=batch_id,
                stage_key=permit.stage_key,
                unit_id=title.unit_id,
                title_id=title.id,
                until=permit.until,
                reason=f"{permit.reason}{note}",
                approver=permit.approver,
                granted_at=now,
                granted_by=actor.name,
            )
        )
    session.flush()


def _note_settled(session: Session, context: BatchContext, now: datetime) -> None:
    """Bring up to date whether anything is still owed in the stages that end as soon as nothing is."""
    for stage in context.definition.stages:
        row = context.stages[stage.key]
        if stage.completes is not Completion.ALL_SETTLED or row.opened_at is None or row.closed_at is not None:
            continue
        owed = select(Duty.id).where(
            Duty.batch_id == context.batch.id, Duty.stage_key == stage.key, Duty.settled_as.is_(None)
        )
        is_owed = session.execute(owed.limit(1)).first() is not None
        row.settled_at = None if is_owed else row.settled_at or now
    refresh(session, context)
