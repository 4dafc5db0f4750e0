"""Letting a new version of a running batch take effect: its tables, dates, duties and moments, in one transaction."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.changes import Moved, moved_deadlines
from domain.definition import Definition
from models import BatchCategory, BatchQuota, BatchStage, BatchUnit, BatchVersion, Duty, Extension
from services.batches.context import BatchContext, reload
from services.batches.drafts import add_version, category_rows, describe, ensure_units, quota_rows, stage_rows
from services.batches.schedule import refresh
from services.duties.rows import sync_duties


def enforce(
    session: Session, context: BatchContext, definition: Definition, reason: str, *, actor: Actor, now: datetime
) -> BatchVersion:
    """Make a definition the one in force; return its version.

    What it may not change was refused before. Moments before `now` that the new definition would have had never
    existed: nobody is reminded late of a rung that was added today.
    """
    old, batch = context.definition, context.batch
    moved = moved_deadlines(old, definition, context.state, context.calendar)
    version = add_version(session, batch, definition, actor=actor, now=now)
    version.published_at = now
    describe(batch, definition)
    _project(session, context, definition)
    for each in moved:
        _move(session, context, each, reason, actor=actor, now=now)
    context = refresh(session, reload(session, context))
    _lay_duties(session, context)
    refresh(session, context)
    return version


def _project(session: Session, context: BatchContext, definition: Definition) -> None:
    """Bring the tables in line with the definition; what has happened to a stage stays with its row."""
    batch = context.batch
    for row in stage_rows(batch, definition):
        known = context.stages.get(row.key)
        if known is None:
            session.add(row)
        else:
            known.position, known.title, known.kind = row.position, row.title, row.kind
    kept = {stage.key for stage in definition.stages}
    for key, known in context.stages.items():
        if key not in kept:
            session.delete(known)
    session.flush()
    for table in (BatchCategory, BatchQuota):
        session.execute(delete(table).where(table.batch_id == batch.id))
    session.add_all([*category_rows(batch, definition), *quota_rows(batch, definition)])
    _project_units(session, context, definition)
    session.flush()


def _project_units(session: Session, context: BatchContext, definition: Definition) -> None:
    units = ensure_units(session, definition.units)
    wanted = {units[entry.code].id: entry.unit_class for entry in definition.units}
    rows = session.scalars(select(BatchUnit).where(BatchUnit.batch_id == context.batch.id)).all()
    for row in rows:
        if row.unit_id in wanted:
            row.class_key = wanted.pop(row.unit_id)
        else:
            session.delete(row)
    session.add_all(
        BatchUnit(batch_id=context.batch.id, unit_id=unit_id, class_key=key) for unit_id, key in wanted.items()
    )


def _move(session: Session, context: BatchContext, moved: Moved, reason: str, *, actor: Actor, now: datetime) -> None:
    """Move the deadline of a stage that has begun; a later one is an extension."""
    row = context.stages[moved.stage]
    row.due_at, row.due_since = moved.after, now
    if moved.before == moved.after:
        return
    duties = update(Duty).where(Duty.batch_id == context.batch.id, Duty.stage_key == moved.stage)
    own = Duty.due_at.is_not_distinct_from(moved.before)
    is_later = moved.before is not None and moved.after is not None and moved.after > moved.before
    session.execute(duties.where(Duty.due_at < moved.after if is_later else own).values(due_at=moved.after))
    if moved.after is None or moved.after > now:
        row.closed_at = None
    if moved.before is None or moved.after is None or not is_later:
        return
    extension = Extension(
        batch_id=context.batch.id,
        stage_key=moved.stage,
        was_due_at=moved.before,
        due_at=moved.after,
        reason=reason,
        granted_at=now,
        granted_by=actor.name,
    )
    session.add(extension)
    session.flush()


def _lay_duties(session: Session, context: BatchContext) -> None:
    """Add and take away duties; a stage that owes something again is no longer settled."""
    sync_duties(session, context)
    owing = select(Duty.stage_key).where(Duty.batch_id == context.batch.id, Duty.settled_as.is_(None))
    session.execute(
        update(BatchStage)
        .where(BatchStage.batch_id == context.batch.id, BatchStage.settled_at.is_not(None))
        .where(BatchStage.key.in_(owing))
        .values(settled_at=None)
    )
    session.flush()
