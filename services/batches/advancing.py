"""Advancing batches: which are due, which stages of one are due, and all of it in one go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.plan import Moment
from models import Batch, BatchStage, BatchState
from services.batches.context import load
from services.batches.steps import KINDS_OF, StepKind, hand_over, take_step

ROUNDS = 20
"""More rounds than any chain of following stages; a batch that needs more is stuck and must be seen."""


@dataclass(frozen=True, slots=True)
class DueStage:
    """A stage that has something due, with the steps it needs, in order."""

    key: str
    title: str
    steps: tuple[StepKind, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class DueBatch:
    """A batch that has something due."""

    id: int
    code: str
    due_at: datetime


def due_batches(session: Session, now: datetime, limit: int = 500) -> list[DueBatch]:
    """Return the running batches that must be looked at, the longest waiting first, in one indexed query."""
    rows = session.execute(
        select(Batch.id, Batch.code, Batch.next_due_at)
        .where(Batch.state == BatchState.RUNNING, Batch.next_due_at <= now)
        .order_by(Batch.next_due_at, Batch.id)
        .limit(limit)
    )
    return [DueBatch(id_, code, due_at) for id_, code, due_at in rows if due_at is not None]


def closings_first(session: Session, due: Sequence[DueBatch], now: datetime) -> list[DueBatch]:
    """Return the batches in an order that puts those first in which a deadline has come; one query."""
    closing = set(
        session.scalars(
            select(BatchStage.batch_id)
            .where(
                BatchStage.batch_id.in_([batch.id for batch in due]),
                BatchStage.closed_at.is_(None),
                BatchStage.due_at <= now,
            )
            .distinct()
        )
    )
    return sorted(due, key=lambda batch: batch.id not in closing)


def next_wake(session: Session) -> datetime | None:
    """Return the earliest instant at which any batch is due; None when nothing is planned."""
    return session.scalar(
        select(Batch.next_due_at)
        .where(Batch.state == BatchState.RUNNING, Batch.next_due_at.is_not(None))
        .order_by(Batch.next_due_at)
        .limit(1)
    )


def due_stages(session: Session, batch_id: int, now: datetime) -> list[DueStage]:
    """Return the stages of a batch that have something due, in the definition's order."""
    context = load(session, batch_id)
    if context.batch.state is not BatchState.RUNNING:
        return []
    due = context.plan(until=now)
    return [
        DueStage(
            stage.key,
            stage.title,
            tuple(step for step in StepKind if any(m.kind in KINDS_OF[step] for m in mine)),
            mine,
        )
        for stage in context.definition.stages
        if (mine := tuple(moment for moment in due if moment.stage == stage.key))
    ]


def rounds(session: Session, batch_id: int, now: datetime) -> Iterator[list[DueStage]]:
    """Yield what is due, round after round, until closing stages have let in all that follow them."""
    for _ in range(ROUNDS):
        due = due_stages(session, batch_id, now)
        if not due:
            return
        yield due


def advance(session: Session, batch_id: int, now: datetime) -> int:
    """Do everything that is due in a batch, in this transaction; return how many moments went into the ledger.

    The same steps that the flow takes one by one; used by rehearsals and by the direct path of small commands.
    """
    applied = 0
    for due in rounds(session, batch_id, now):
        for stage in due:
            applied += sum(take_step(session, batch_id, stage.key, step, now) for step in stage.steps)
        hand_over(session, batch_id, now)
    return applied
