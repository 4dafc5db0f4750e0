"""The stages of a batch as bars on a time axis: what was planned, what holds after extensions, what has happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.definition import StageKind
from domain.stages import KINDS
from services.batches.context import BatchContext
from services.progress.grid import Totals


class Phase(StrEnum):
    """Where a stage stands. OVERDUE: past its deadline with something still owed. BLOCKED: it cannot open."""

    PLANNED = "planned"
    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage on the time axis.

    opens_at, due_at: in force, or predicted; None while nobody can know. extended_at: when an extension for all made
    the deadline in force, None for the definition's own. special: later deadlines of single units, earliest first.
    because: why the stage is blocked, otherwise empty.
    """

    key: str
    title: str
    kind: StageKind
    phase: Phase
    opens_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    extended_at: datetime | None
    special: Sequence[datetime]
    because: str

    @property
    def kind_name(self) -> str:
        """Return the kind in words."""
        return KINDS[self.kind].name

    @property
    def ends_at(self) -> datetime | None:
        """Return the last instant that belongs to the stage: its closing by hand, or its deadline."""
        if self.closed_at is not None and (self.due_at is None or self.closed_at < self.due_at):
            return self.closed_at
        return self.due_at


def bars(context: BatchContext, now: datetime, totals: Mapping[str, Totals] | None = None) -> list[Bar]:
    """Return a bar for every stage in order, from what is in the context alone.

    totals: of each stage; without them a stage past its deadline is taken for closed, never for overdue.
    """
    found = []
    for key, milestone in context.milestones().items():
        stage, row = context.definition.stage(key), context.stages[key]
        because = "" if row.opened_at is not None else KINDS[stage.kind].blocked_because(stage)
        special = sorted(deadline.due_at for deadline in context.state.stage(key).special)
        is_owed = totals is not None and totals[key].overdue > 0
        found.append(
            Bar(
                key,
                stage.title,
                stage.kind,
                Phase.BLOCKED if because else _phase(context, key, now, is_owed=is_owed),
                milestone.opens_at,
                milestone.due_at,
                row.closed_at,
                row.due_since,
                special,
                because,
            )
        )
    return found


def _phase(context: BatchContext, key: str, now: datetime, *, is_owed: bool) -> Phase:
    row, milestone = context.stages[key], context.milestones()[key]
    if context.batch.published_at is None or milestone.opens_at is None or now < milestone.opens_at:
        return Phase.PLANNED
    if row.closed_at is None and (milestone.due_at is None or now < milestone.due_at):
        return Phase.OPEN
    return Phase.OVERDUE if is_owed else Phase.CLOSED


def next_milestone(found: Sequence[Bar], now: datetime) -> tuple[Bar, datetime] | None:
    """Return the stage that opens or is due next, with that instant; None when nothing is dated any more."""
    coming = [
        (bar, instant)
        for bar in found
        for instant in (bar.opens_at, bar.due_at)
        if instant is not None and instant > now and bar.closed_at is None and bar.phase is not Phase.BLOCKED
    ]
    return min(coming, key=lambda item: item[1], default=None)
