"""The steps by which a batch advances: open, remind, close. Each takes one stage's moments that are due.

A step runs in one short transaction under the batch's row lock, asks the ledger again, and writes its effects, its
mails and its ledger rows together; running it twice does nothing the second time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from domain.access import SYSTEM, Action
from domain.instants import describe
from domain.plan import MOMENT_NAMES, Moment, MomentKind
from domain.triage import Verdict
from models import AppliedMoment, BatchState
from models.failpoints import failpoint
from services import audit
from services.batches.closing import close
from services.batches.context import BatchContext, load
from services.batches.opening import open_stage
from services.batches.reminding import remind
from services.batches.schedule import refresh


class StepKind(StrEnum):
    """The steps, in the order in which a stage takes them."""

    OPEN = "open"
    REMIND = "remind"
    CLOSE = "close"


KINDS_OF: Mapping[StepKind, frozenset[MomentKind]] = {
    StepKind.OPEN: frozenset({MomentKind.OPEN}),
    StepKind.REMIND: frozenset({MomentKind.REMIND, MomentKind.ESCALATE}),
    StepKind.CLOSE: frozenset({MomentKind.CLOSE}),
}
Work = Callable[[Session, BatchContext, str, list[Moment], datetime], list[AppliedMoment]]
WORK: Mapping[StepKind, Work] = {StepKind.OPEN: open_stage, StepKind.REMIND: remind, StepKind.CLOSE: close}


def take_step(session: Session, batch_id: int, stage_key: str, step: StepKind, now: datetime) -> int:
    """Do what is due in one stage for one kind of step; return how many moments went into the ledger."""
    context = load(session, batch_id, lock=True)
    if context.batch.state is not BatchState.RUNNING:
        return 0
    due = [m for m in context.plan(until=now) if m.stage == stage_key and m.kind in KINDS_OF[step]]
    if not due:
        return 0
    failpoint(f"{step.value}.before_write")
    rows = WORK[step](session, context, stage_key, due, now)
    session.add_all(rows)
    session.flush()
    _log(session, context, rows, now)
    failpoint(f"{step.value}.after_write")
    return len(rows)


def hand_over(session: Session, batch_id: int, now: datetime) -> datetime | None:
    """Hand over to what comes next: dates of following stages are settled; return the next due instant."""
    context = load(session, batch_id, lock=True)
    return refresh(session, context).batch.next_due_at


def _log(session: Session, context: BatchContext, rows: list[AppliedMoment], now: datetime) -> None:
    for row in rows:
        if row.verdict is Verdict.APPLY and row.kind is MomentKind.REMIND and not row.units:
            continue
        title, planned = context.definition.stage(row.stage_key).title, describe(row.at, context.definition.zone)
        audit.record(
            session,
            audit.Act(
                actor=SYSTEM,
                now=now,
                action=Action.ADVANCE,
                what=f"{title}：{MOMENT_NAMES[row.kind]}（计划于 {planned}）",
                batch_id=context.batch.id,
                reason=row.because,
                after={"verdict": row.verdict.value, "units": row.units},
            ),
        )
