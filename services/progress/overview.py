"""The coordinator's home (工作台): every batch with what comes next, what is owed, and what waits for a person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from domain.duties import DutyState
from models import Batch, BatchStage, BatchState, Duty, MailState, PhoneDuty
from services.batches.context import BatchContext, load
from services.progress.grid import Totals
from services.progress.mails import TROUBLED, counts
from services.progress.paging import Page, page_of
from services.progress.planned import PlannedMoment, planned
from services.progress.states import STATE, state_at

BATCH_ROWS = 10
CALL_ROWS = 20
AHEAD = timedelta(days=7)
"""How far the home looks ahead for mails."""


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """What happens next in a batch: a stage opens, or is due."""

    stage: str
    at: datetime
    is_opening: bool


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch. next: None when nothing is dated any more. calls: reminders that wait for a call (待人工催办)."""

    batch: Batch
    next: NextMilestone | None
    duties: Totals
    overdue_units: int
    calls: int
    mails: Mapping[MailState, int]

    @property
    def troubled_mails(self) -> int:
        """Return how many mails a person should look at."""
        return sum(self.mails.get(state, 0) for state in TROUBLED)


@dataclass(frozen=True, slots=True)
class ComingMail:
    """A moment of the next days that writes to somebody."""

    batch: Batch
    planned: PlannedMoment


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A reminder that waits for a call, in the batch with this code."""

    call: PhoneDuty
    code: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The home. calls: the longest waiting ones of all batches, of `calls_total`."""

    batches: Sequence[BatchLine]
    page: Page
    calls: Sequence[WaitingCall]
    calls_total: int
    coming: Sequence[ComingMail]


def overview(session: Session, now: datetime, page: int = 1) -> Overview:
    """Return a page of batches, running ones first, with what waits for a person in any of them.

    The number of queries grows with the running batches that write in the next days, never with units.
    """
    shown = page_of(session.scalar(select(func.count(Batch.id))) or 0, page, BATCH_ROWS)
    order = case({BatchState.RUNNING: 0, BatchState.PAUSED: 0, BatchState.DRAFT: 1}, value=Batch.state, else_=2)
    batches = session.scalars(
        select(Batch)
        .options(joinedload(Batch.programme))
        .order_by(order, Batch.year.desc(), Batch.id.desc())
        .limit(shown.size)
        .offset(shown.offset)
    ).all()
    waiting = PhoneDuty.done_at.is_(None)
    calls = session.execute(
        select(PhoneDuty, Batch.code)
        .join(Batch, Batch.id == PhoneDuty.batch_id)
        .options(joinedload(PhoneDuty.unit))
        .where(waiting)
        .order_by(PhoneDuty.at, PhoneDuty.id)
        .limit(CALL_ROWS)
    ).all()
    return Overview(
        _lines(session, batches, now),
        shown,
        [WaitingCall(call, code) for call, code in calls],
        session.scalar(select(func.count(PhoneDuty.id)).where(waiting)) or 0,
        _coming(session, now),
    )


def _lines(session: Session, batches: Sequence[Batch], now: datetime) -> list[BatchLine]:
    ids = [batch.id for batch in batches]
    coming, duties, mails = _next(session, ids, now), _duties(session, ids, now), counts(session, ids)
    overdue = _units_overdue(session, ids, now)
    calls = dict(
        session.execute(
            select(PhoneDuty.batch_id, func.count())
            .where(PhoneDuty.batch_id.in_(ids), PhoneDuty.done_at.is_(None))
            .group_by(PhoneDuty.batch_id)
        ).all()
    )
    return [
        BatchLine(
            batch,
            coming.get(batch.id),
            Totals(duties[batch.id]),
            overdue.get(batch.id, 0),
            calls.get(batch.id, 0),
            mails[batch.id],
        )
        for batch in batches
    ]


def _next(session: Session, batch_ids: Sequence[int], now: datetime) -> dict[int, NextMilestone]:
    found: dict[int, NextMilestone] = {}
    stages = select(BatchStage).where(BatchStage.batch_id.in_(batch_ids), BatchStage.closed_at.is_(None))
    for stage in session.scalars(stages.order_by(BatchStage.position)):
        for at in (stage.opens_at, stage.due_at):
            known = found.get(stage.batch_id)
            if at is not None and at > now and (known is None or at < known.at):
                found[stage.batch_id] = NextMilestone(stage.title, at, is_opening=at == stage.opens_at)
    return found


def _duties(session: Session, batch_ids: Sequence[int], now: datetime) -> defaultdict[int, dict[DutyState, int]]:
    found: defaultdict[int, dict[DutyState, int]] = defaultdict(dict)
    rows = session.execute(
        select(Duty.batch_id, state_at(now), func.count())
        .where(Duty.batch_id.in_(batch_ids))
        .group_by(Duty.batch_id, STATE)
    )
    for batch_id, state, number in rows:
        found[batch_id][DutyState(state)] = number
    return found


def _units_overdue(session: Session, batch_ids: Sequence[int], now: datetime) -> dict[int, int]:
    return dict(
        session.execute(
            select(Duty.batch_id, func.count(Duty.unit_id.distinct()))
            .where(Duty.batch_id.in_(batch_ids), Duty.settled_as.is_(None), Duty.due_at <= now)
            .group_by(Duty.batch_id)
        ).all()
    )


def _coming(session: Session, now: datetime) -> list[ComingMail]:
    """Return the moments of the next days that write to somebody, over all running batches, in order."""
    soon = session.scalars(
        select(Batch.id)
        .where(Batch.state == BatchState.RUNNING, Batch.next_due_at <= now + AHEAD)
        .order_by(Batch.next_due_at)
        .limit(BATCH_ROWS)
    ).all()
    found = [line for batch_id in soon for line in _mails_of(session, load(session, batch_id), now)]
    return sorted(found, key=lambda line: line.planned.moment.at)


def _mails_of(session: Session, context: BatchContext, now: datetime) -> list[ComingMail]:
    moments = planned(session, context, now, now + AHEAD, is_named=False)
    return [ComingMail(context.batch, moment) for moment in moments if moment.to is not None]
