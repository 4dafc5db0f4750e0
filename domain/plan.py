"""Every future event of a batch, as a pure function of its definition and of what has happened.

The plan works on moments (stage x rule x instant x deadline), not on units: who still owes something at a moment is
one query when the moment comes. A moment's key is unique in the batch's ledger, so no moment happens twice; a changed
deadline is part of the key and so makes new moments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendar import Calendar
from domain.definition import Anchor, Audience, Completion, Counting, Definition, Stage, Step
from domain.instants import due_day, local_day, local_instant, stamp
from domain.milestones import BatchState, Deadline, Milestone, StageState, milestones
from domain.stages import KINDS


class MomentKind(StrEnum):
    """What happens at a moment; the order of the members is the order at one instant."""

    CLOSE = "close"
    OPEN = "open"
    REMIND = "remind"
    ESCALATE = "escalate"


SETTLED = "settled"
MOMENT_NAMES: Mapping[MomentKind, str] = {
    MomentKind.CLOSE: "截止",
    MomentKind.OPEN: "开放",
    MomentKind.REMIND: "提醒",
    MomentKind.ESCALATE: "提请催办",
}
ORDER = {kind: position for position, kind in enumerate(MomentKind)}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that is to happen once.

    at: the instant it is planned for; effective_at: when the engine does it (a closing waits for the grace).
    step: key of the ladder's rung, for reminders.
    deadline: the deadline that it belongs to; None for an opening without one.
    """

    key: str
    stage: str
    kind: MomentKind
    at: datetime
    effective_at: datetime
    step: str | None = None
    deadline: Deadline | None = None


def plan(
    definition: Definition,
    state: BatchState,
    calendar: Calendar,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Moment]:
    """Return the moments not yet in the ledger with since <= effective_at <= until, in the order they happen.

    At one instant closings come first, then openings, reminders and escalations, each in the definition's order.
    A stage that is blocked (its form is missing) has no moments.
    """
    found = []
    for key, milestone in milestones(definition, state, calendar).items():
        stage = definition.stage(key)
        for moment in _moments(definition, stage, state.stage(key), milestone, calendar):
            if moment.key in state.applied:
                continue
            if (since is None or since <= moment.effective_at) and (until is None or moment.effective_at <= until):
                found.append(moment)
    return sorted(found, key=lambda moment: (moment.effective_at, ORDER[moment.kind]))


def _moments(
    definition: Definition, stage: Stage, state: StageState, milestone: Milestone, calendar: Calendar
) -> Iterator[Moment]:
    if milestone.opens_at is None or KINDS[stage.kind].blocked_because(stage):
        return
    if state.opened_at is None and state.closed_at is None:
        yield _moment(stage, MomentKind.OPEN, milestone.opens_at, version=stamp(milestone.opens_at))
    base = state.base or (Deadline(milestone.due_at) if milestone.due_at else None)
    yield from _closings(stage, state, base)
    ladder = definition.ladder_of(stage)
    if ladder is None:
        return
    for deadline in (base, *state.special):
        if deadline is None:
            continue
        for step in ladder.steps:
            at = step_instant(definition, step, milestone.opens_at, deadline, calendar)
            if at is None or at < milestone.opens_at or (deadline.since is not None and at < deadline.since):
                continue
            kind = MomentKind.REMIND if step.to is Audience.OWING else MomentKind.ESCALATE
            version = stamp(milestone.opens_at if step.anchor is Anchor.OPENS else deadline.due_at)
            yield _moment(stage, kind, at, step=step.key, version=version, deadline=deadline)


def _closings(stage: Stage, state: StageState, base: Deadline | None) -> Iterator[Moment]:
    if stage.completes is Completion.BY_HAND:
        return
    for deadline in (base if state.closed_at is None else None, *state.special):
        if deadline is not None:
            at, version = deadline.due_at, stamp(deadline.due_at)
            yield _moment(stage, MomentKind.CLOSE, at, version=version, deadline=deadline)
    if stage.completes is Completion.ALL_SETTLED and state.settled_at is not None and state.closed_at is None:
        yield _moment(stage, MomentKind.CLOSE, state.settled_at, version=SETTLED, deadline=base)


def _moment(
    stage: Stage,
    kind: MomentKind,
    at: datetime,
    *,
    version: str,
    step: str | None = None,
    deadline: Deadline | None = None,
) -> Moment:
    rule = kind.value if step is None else f"{kind.value}.{step}"
    wait = timedelta(minutes=stage.grace_minutes) if kind is MomentKind.CLOSE and version != SETTLED else timedelta(0)
    return Moment(f"{stage.key}:{rule}:{version}", stage.key, kind, at, at + wait, step, deadline)


def step_instant(
    definition: Definition, step: Step, opens_at: datetime, deadline: Deadline, calendar: Calendar
) -> datetime | None:
    """Return when a rung falls for a deadline, or None when a rung from the opening belongs to another deadline.

    A rung on a day off moves away from it, toward the past before the deadline and toward the future after it, so
    that no reminder comes later than promised.
    """
    zone = definition.zone
    opening, last = local_day(opens_at, zone), due_day(deadline.due_at, zone)
    match step.anchor:
        case Anchor.DUE:
            start = last
        case Anchor.OPENS if not deadline.is_base:
            return None
        case Anchor.OPENS:
            start = opening
        case Anchor.HALF:
            start = opening + (last - opening) / 2
    if step.counting is Counting.WORKING:
        day = calendar.move(start, step.days).result
    else:
        day = start + timedelta(days=step.days)
    if step.skip_days_off:
        day = calendar.nearest(day, later=day > last or step.anchor is Anchor.OPENS)
    return local_instant(day, step.at, zone)


def next_instant(moments: list[Moment]) -> datetime | None:
    """Return when the engine must look again; None when nothing is planned any more."""
    return min((moment.effective_at for moment in moments), default=None)
