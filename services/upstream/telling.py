"""Telling the batches below of a change: a row that waits for an answer, and a mail to each office."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import MailKind, Stage
from domain.instants import describe, due_day, local_instant, stamp
from domain.milestones import Milestone
from domain.tree.binding import counterpart
from models import Batch, BatchLink, BatchState, Extension, UpstreamChange
from models.scope import seeing_all
from services.batches.context import BatchContext, load
from services.mail.notify import Notice, notify_office

MOST_BELOW = 5_000
"""Batches that may rest on one; the whole country has about 3,000 counties."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A deadline above that moved. stage: key of the stage above. before, after: None where there is no deadline."""

    stage: str
    before: datetime | None
    after: datetime | None

    @property
    def is_earlier(self) -> bool:
        """Tell whether there is less time than before."""
        return self.after is not None and (self.before is None or self.after < self.before)


def tell_extension(session: Session, upper: BatchContext, extension: Extension, now: datetime) -> int:
    """Tell every batch below that a deadline for all was moved (S003-67); return how many were told.

    The proposal keeps the number of working days that the lower office had left itself.
    """
    shift = Shift(extension.stage_key, extension.was_due_at, extension.due_at)
    return _tell(session, upper, f"extension:{extension.id}", [shift], now)


def tell_dates(session: Session, upper: BatchContext, before: Mapping[str, Milestone], now: datetime) -> int:
    """Tell every batch below of all deadlines that a new revision moves, later or earlier.

    before: the milestones above before this revision. Returns how many batches were told.
    """
    dates = upper.milestones()
    shifts = [Shift(key, before[key].due_at, dates[key].due_at) for key in dates if key in before]
    moved = [shift for shift in shifts if shift.before != shift.after]
    return _tell(session, upper, f"revision:{upper.batch.revision}", moved, now) if moved else 0


def _tell(session: Session, upper: BatchContext, cause: str, shifts: Sequence[Shift], now: datetime) -> int:
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
            differences = list(_differences(child, upper, {shift.stage: shift for shift in shifts}))
            told += add_change(session, child, upper, cause, differences, now) if differences else 0
    return told


def _differences(child: BatchContext, upper: BatchContext, shifts: Mapping[str, Shift]) -> Iterator[dict[str, str]]:
    """Yield what a lower office must know of each of its stages that answers to one above that moved."""
    dates = child.milestones()
    for stage in child.definition.stages:
        above, own = counterpart(stage, upper.definition), dates[stage.key].due_at
        shift = shifts.get(above.key) if above is not None else None
        if above is not None and shift is not None and own is not None:
            yield _difference(child, upper, stage, above, shift, own)


def _difference(
    child: BatchContext, upper: BatchContext, stage: Stage, above: Stage, shift: Shift, own: datetime
) -> dict[str, str]:
    proposed = _keeping_distance(child, own, shift)
    found = {
        "path": f"stages.{stage.key}.due",
        "title": f"上级「{above.title}」截止时间",
        "before": _told(shift.before, upper),
        "after": _told(shift.after, upper),
        "own": _told(own, child),
        "proposed": proposed.isoformat(),
        "proposed_words": _told(proposed, child),
        "stage": stage.key,
    }
    return found | ({"is_earlier": "yes"} if shift.is_earlier else {})


def _told(instant: datetime | None, context: BatchContext) -> str:
    return "没有截止时间" if instant is None else describe(instant, context.definition.zone, is_deadline=True)


def _keeping_distance(child: BatchContext, own: datetime, shift: Shift) -> datetime:
    """Return the child's deadline moved so that as many working days as before lie between it and the upper one."""
    if shift.after is None:
        return own
    zone, calendar = child.definition.zone, child.calendar
    last, day = due_day(own, zone), due_day(shift.after, zone)
    if shift.before is None:
        return min(own, local_instant(day, "24:00", zone))
    was = due_day(shift.before, zone)
    left = calendar.count(last, was) if last <= was else 0
    return local_instant(calendar.move(day, -left).result if left else day, "24:00", zone)


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
