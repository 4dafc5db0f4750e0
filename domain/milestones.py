"""The one deadline object, and how the stages of a batch get theirs.

A milestone is computed from the definition and from what has happened (openings, extensions); it is never stored as
truth. All instants are UTC; `due_at` is exclusive: who arrives before it is in time (rule R1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.calendar import Calendar
from domain.definition import Completion, Definition, Stage
from domain.errors import TooEarly, TooLate
from domain.instants import describe, local_day, local_instant


@dataclass(frozen=True, slots=True)
class Milestone:
    """When a stage opens, when it is due, and how long requests that began in time may still commit.

    opens_at: None while nobody can know it (a stage opened by hand, or after one that ends by hand).
    due_at: None for a stage without a date.
    """

    opens_at: datetime | None
    due_at: datetime | None
    grace: timedelta

    @property
    def closes_at(self) -> datetime | None:
        """Return when the closing takes effect: the deadline plus the grace; None without a deadline."""
        return None if self.due_at is None else self.due_at + self.grace


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline in force: the stage's own, or that of single units that were given more time.

    since: when an extension made it; moments before that never existed. None for the definition's own date.
    is_base: whether it is the deadline of the stage as a whole.
    """

    due_at: datetime
    since: datetime | None = None
    is_base: bool = True


@dataclass(frozen=True, slots=True)
class StageState:
    """What has happened to one stage.

    base: the deadline in force after extensions for all; None: as the definition says.
    special: further deadlines, of units with more time; each instant once.
    settled_at: when the last open duty was settled; None while something is owed.
    """

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    base: Deadline | None = None
    special: tuple[Deadline, ...] = ()
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchState:
    """What has happened to a batch.

    stages: by stage key; a missing key means that nothing has happened yet.
    applied: keys of the moments that are in the ledger.
    """

    stages: Mapping[str, StageState] = field(default_factory=dict)
    applied: frozenset[str] = frozenset()

    def stage(self, key: str) -> StageState:
        """Return the state of a stage, the empty one if nothing has happened to it."""
        return self.stages.get(key, StageState())


def milestones(definition: Definition, state: BatchState, calendar: Calendar) -> dict[str, Milestone]:
    """Return the milestone of every stage by its key, in the definition's order.

    A stage that follows others is predicted from their closing; the definition's stages have no cycle.
    """
    known: dict[str, Milestone] = {}
    stages = {stage.key: stage for stage in definition.stages}

    def of(key: str) -> Milestone:
        if key not in known:
            stage = stages[key]
            followed = [_closing(stages[k], state.stage(k), of(k)) for k in stage.opens.after]
            known[key] = _milestone(definition, stage, state.stage(key), followed, calendar)
        return known[key]

    return {stage.key: of(stage.key) for stage in definition.stages}


def _closing(stage: Stage, state: StageState, milestone: Milestone) -> datetime | None:
    if state.closed_at is not None:
        return state.closed_at
    return None if stage.completes is Completion.BY_HAND else milestone.closes_at


def _milestone(
    definition: Definition,
    stage: Stage,
    state: StageState,
    followed: list[datetime | None],
    calendar: Calendar,
) -> Milestone:
    opens_at = state.opened_at or _opening(definition, stage, followed)
    if state.base is not None:
        due_at: datetime | None = state.base.due_at
    else:
        due_at = _due(definition, stage, opens_at, calendar)
    return Milestone(opens_at, due_at, timedelta(minutes=stage.grace_minutes))


def _opening(definition: Definition, stage: Stage, followed: list[datetime | None]) -> datetime | None:
    known = [instant for instant in followed if instant is not None]
    if len(known) < len(followed):
        return None
    if stage.opens.on is not None:
        known.append(local_instant(stage.opens.on, stage.opens.at, definition.zone))
    return max(known, default=None)


def _due(definition: Definition, stage: Stage, opens_at: datetime | None, calendar: Calendar) -> datetime | None:
    if stage.due is None:
        return None
    if stage.due.on is not None:
        return local_instant(stage.due.on, stage.due.at, definition.zone)
    if stage.due.working_days is None or opens_at is None:
        return None
    day = calendar.move(local_day(opens_at, definition.zone), stage.due.working_days).result
    return local_instant(day, stage.due.at, definition.zone)


def require_in_time(
    definition: Definition,
    milestone: Milestone,
    received_at: datetime,
) -> None:
    """Refuse an act outside its window; `received_at` is when the server began to receive it (rule R2).

    Raises TooEarly before the opening, TooLate at or after the deadline, naming the moment and whom to ask.
    """
    zone = definition.zone
    if milestone.opens_at is None or received_at < milestone.opens_at:
        start = "开放时间未定" if milestone.opens_at is None else f"{describe(milestone.opens_at, zone)} 开放"
        raise TooEarly(f"本环节尚未开放（{start}）。")
    if milestone.due_at is not None and received_at >= milestone.due_at:
        due = describe(milestone.due_at, zone, is_deadline=True)
        arrived = f"{received_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        raise TooLate(
            f"已于 {due}（{zone_name(definition)}）截止，您的提交到达时间为 {arrived}。"
            f"填写内容已存为草稿；如需补报，请联系{whom_to_ask(definition)}。",
            due_at=milestone.due_at,
            received_at=received_at,
        )


def zone_name(definition: Definition) -> str:
    """Return how people call the batch's zone."""
    return "北京时间" if definition.timezone == "Asia/Shanghai" else definition.timezone


def whom_to_ask(definition: Definition) -> str:
    """Return the office and its telephone numbers, for a refusal."""
    people = "、".join(f"{person.name} {person.phone}" for person in definition.office.contacts)
    return f"{definition.office.name}（{people}）" if people else definition.office.name
