"""How each stage of a played copy goes: when it opens and closes, and who owes at every instant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Owed
from domain.milestones import Milestone
from domain.stages import KINDS
from models import BatchStage, Duty, Extension
from services.batches.context import BatchContext


class StageState(StrEnum):
    """What a stage is at an instant."""

    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    PLANNED = "planned"
    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Owing:
    """From `at` on, so many of the stage's duties are open. total: duties that have begun by then."""

    at: datetime
    open: int
    total: int


@dataclass(frozen=True, slots=True)
class StageCourse:
    """How one stage goes. All instants are aware.

    opens_at: None where nobody can know it. closed_at: None where it does not end in the copy.
    deadlines: (since, due_at) of the stage as a whole, the earliest first; since None is the definition's own.
    because: why it cannot open; "" for any other. owing: by instant, the earliest first.
    """

    key: str
    title: str
    opens_at: datetime | None
    closed_at: datetime | None
    deadlines: tuple[tuple[datetime | None, datetime], ...] = ()
    because: str = ""
    owing: tuple[Owing, ...] = ()

    def due_at(self, at: datetime) -> datetime | None:
        """Return the deadline in force at an instant; None for a stage without one."""
        known = [due_at for since, due_at in self.deadlines if since is None or since <= at]
        return known[-1] if known else None

    def owed(self, at: datetime) -> Owing:
        """Return what is owed at an instant."""
        return next((step for step in reversed(self.owing) if step.at <= at), Owing(at, 0, 0))

    def state(self, at: datetime) -> StageState:
        """Return what the stage is at an instant."""
        if self.because:
            return StageState.BLOCKED
        if self.opens_at is None:
            return StageState.UNKNOWN
        if at < self.opens_at:
            return StageState.PLANNED
        due_at = self.due_at(at)
        is_over = (due_at is not None and at >= due_at) or (self.closed_at is not None and at >= self.closed_at)
        if not is_over:
            return StageState.OPEN
        return StageState.OVERDUE if self.owed(at).open else StageState.CLOSED


def courses(session: Session, context: BatchContext) -> list[StageCourse]:
    """Return how the stages of a played copy went, in the definition's order."""
    milestones, deadlines = context.milestones(), _extended(session, context)
    windows = _windows(session, context)
    return [
        _course(context, context.stages[key], milestone, deadlines[key], windows[key])
        for key, milestone in milestones.items()
    ]


def _course(
    context: BatchContext,
    row: BatchStage,
    milestone: Milestone,
    extended: list[tuple[datetime, datetime, datetime]],
    windows: list[tuple[datetime | None, datetime | None]],
) -> StageCourse:
    stage, opens_at = context.definition.stage(row.key), row.opened_at or milestone.opens_at
    first = extended[0][1] if extended else milestone.due_at
    deadlines: list[tuple[datetime | None, datetime]] = [(None, first)] if first is not None else []
    deadlines += [(since, due_at) for since, _, due_at in extended]
    return StageCourse(
        row.key,
        row.title,
        opens_at,
        row.closed_at,
        tuple(deadlines),
        "" if row.opened_at else KINDS[stage.kind].blocked_because(stage),
        tuple(_steps((begin or opens_at, settled) for begin, settled in windows)),
    )


def _extended(session: Session, context: BatchContext) -> defaultdict[str, list[tuple[datetime, datetime, datetime]]]:
    """Return (granted, was due, due) of every extension for all, by stage, the earliest first."""
    found: defaultdict[str, list[tuple[datetime, datetime, datetime]]] = defaultdict(list)
    rows = session.scalars(
        select(Extension)
        .where(Extension.batch_id == context.batch.id, Extension.unit_id.is_(None))
        .order_by(Extension.granted_at, Extension.id)
    )
    for row in rows:
        found[row.stage_key].append((row.granted_at, row.was_due_at, row.due_at))
    return found


def _windows(
    session: Session, context: BatchContext
) -> defaultdict[str, list[tuple[datetime | None, datetime | None]]]:
    """Return (begins, settled) of every duty, by stage; one that comes with cases begins with what settles it."""
    found: defaultdict[str, list[tuple[datetime | None, datetime | None]]] = defaultdict(list)
    with_cases = {
        stage.key
        for stage in context.definition.stages
        if any(block is not None and block.owed is Owed.WITH_CASES for block in (stage.review, stage.recommend))
    }
    rows = session.execute(
        select(Duty.stage_key, Duty.opens_at, Duty.settled_at).where(Duty.batch_id == context.batch.id)
    )
    for stage_key, opens_at, settled_at in rows:
        found[stage_key].append((settled_at if settled_at and stage_key in with_cases else opens_at, settled_at))
    return found


def _steps(windows: Iterable[tuple[datetime | None, datetime | None]]) -> list[Owing]:
    changes: defaultdict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for opens_at, settled_at in windows:
        if opens_at is not None:
            changes[opens_at][0] += 1
            changes[opens_at][1] += 1
            if settled_at is not None:
                changes[max(settled_at, opens_at)][0] -= 1
    steps: list[Owing] = []
    is_open = total = 0
    for at, (more, begun) in sorted(changes.items()):
        is_open, total = is_open + more, total + begun
        steps.append(Owing(at, is_open, total))
    return steps
