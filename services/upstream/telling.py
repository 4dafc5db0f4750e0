"""Telling the batches below of a change: a row that waits for an answer, and a mail to each office."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from domain.instants import describe, due_day, local_instant, stamp
from domain.tree.binding import counterpart
from models import Batch, BatchLink, BatchState, Extension, UpstreamChange
from models.scope import seeing_all
from services.batches.context import BatchContext, load
from services.mail.notify import Notice, notify_office

MOST_BELOW = 5_000
"""Batches that may rest on one; the whole country has about 3,000 counties."""


def tell_extension(session: Session, upper: BatchContext, extension: Extension, now: datetime) -> int:
    """Tell every batch below that a deadline for all was moved (S003-67); return how many were told.

    The proposal keeps the number of working days that the lower office had left itself.
    """
    told = 0
    with seeing_all(session):
        below = session.scalars(
            select(Batch.id)
            .join(BatchLink, BatchLink.batch_id == Batch.id)
            .where(BatchLink.upper_id == upper.batch.id, Batch.state != BatchState.FINISHED)
            .order_by(Batch.id)
            .limit(MOST_BELOW)
        ).all()
        for batch_id in below:
            child = load(session, batch_id)
            told += _tell_one(session, child, upper, extension, now)
    return told


def _tell_one(session: Session, child: BatchContext, upper: BatchContext, extension: Extension, now: datetime) -> int:
    dates = child.milestones()
    differences = []
    for stage in child.definition.stages:
        above = counterpart(stage, upper.definition)
        own = dates[stage.key].due_at
        if above is None or above.key != extension.stage_key or own is None:
            continue
        proposed = _keeping_distance(child, own, extension)
        differences.append(
            {
                "path": f"stages.{stage.key}.due",
                "title": f"上级「{above.title}」截止时间",
                "before": describe(extension.was_due_at, upper.definition.zone, is_deadline=True),
                "after": describe(extension.due_at, upper.definition.zone, is_deadline=True),
                "own": describe(own, child.definition.zone, is_deadline=True),
                "proposed": proposed.isoformat(),
                "proposed_words": describe(proposed, child.definition.zone, is_deadline=True),
                "stage": stage.key,
            }
        )
    if not differences:
        return 0
    return add_change(session, child, upper, f"extension:{extension.id}", differences, now)


def _keeping_distance(child: BatchContext, own: datetime, extension: Extension) -> datetime:
    """Return the child's deadline moved so that as many working days as before lie between it and the upper one."""
    zone, calendar = child.definition.zone, child.calendar
    last, was = due_day(own, zone), due_day(extension.was_due_at, zone)
    left = calendar.count(last, was) if last <= was else 0
    day = calendar.move(due_day(extension.due_at, zone), -left).result if left else due_day(extension.due_at, zone)
    return local_instant(day, "24:00", zone)


def add_change(
    session: Session,
    child: BatchContext,
    upper: BatchContext,
    cause: str,
    differences: Sequence[dict[str, str]],
    now: datetime,
) -> int:
    """Put a change on the lower office's desk and write to it; return 0 when it lies there already."""
    known = select(UpstreamChange.id).where(
        UpstreamChange.batch_id == child.batch.id,
        UpstreamChange.upper_revision == upper.batch.revision,
        UpstreamChange.cause == cause,
    )
    if session.scalar(known) is not None:
        return 0
    session.add(
        UpstreamChange(
            batch_id=child.batch.id,
            upper_revision=upper.batch.revision,
            cause=cause,
            differences=list(differences),
            made_at=now,
        )
    )
    session.flush()
    _write(session, child, upper, cause, differences, now)
    return 1


def _write(
    session: Session,
    child: BatchContext,
    upper: BatchContext,
    cause: str,
    differences: Sequence[dict[str, str]],
    now: datetime,
) -> None:
    key = f"upstream:{cause}:{stamp(now)}"
    lines = [f"{item['title']}：{item['before']} 改为 {item['after']}" for item in differences]
    facts = {"upper": upper.batch.title, "changes": lines}
    stage, prefix = differences[0].get("stage", ""), f"{child.batch.code}/{key}"
    notify_office(session, child, Notice(stage, key, now, MailKind.UPSTREAM, prefix, now, facts=facts))
