"""Ready scenarios (情景): nobody answers, all in time, half of them dawdle, everybody on the last day."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendar import Calendar
from domain.definition import Definition, Stage, StageKind
from domain.instants import due_day, local_instant
from domain.milestones import BatchState, milestones
from services.rehearsal.scenario import Deed, Several

Row = dict[str, object]
"""{"at", "stage", "do", "units"} as `services.rehearsal.scenario.read_rows` takes it."""


class Preset(StrEnum):
    """The ready scenarios."""

    NOBODY = "nobody"
    IN_TIME = "in_time"
    HALF = "half"
    LAST_DAY = "last_day"


NAMES: Mapping[Preset, str] = {
    Preset.NOBODY: "无人响应",
    Preset.IN_TIME: "全部按时",
    Preset.HALF: "一半按时一半拖延",
    Preset.LAST_DAY: "最后一天集中",
}
HINTS: Mapping[Preset, str] = {
    Preset.NOBODY: "谁也不报送：看到全部提醒和催办。",
    Preset.IN_TIME: "各单位在开放与截止的正中一天上午报送。",
    Preset.HALF: "一半单位按时；另一半在截止次日才报送，看到被拒绝的情形。",
    Preset.LAST_DAY: "全部单位在截止当天下午四点报送。",
}


def preset_rows(
    preset: Preset, definition: Definition, calendar: Calendar, since: datetime | None = None
) -> list[Row]:
    """Return the rows of a ready scenario for the stages in which units owe something by a date; maybe none.

    since: for a batch that runs, whose past stands: an open stage counts from then, one that is over counts not.
    """
    return [row for window in _windows(definition, calendar, since) for row in MAKERS[preset](window, definition)]


class Window:
    """A stage that units answer, with its opening and its deadline."""

    def __init__(self, stage: Stage, opens_at: datetime, due_at: datetime) -> None:
        self.stage, self.opens_at, self.due_at = stage, opens_at, due_at


def is_answered(stage: Stage) -> bool:
    """Tell whether units answer a stage as a whole: a rehearsal has no cases to check or score."""
    return stage.collect is not None or (stage.kind is StageKind.RECOMMEND and stage.recommend is not None)


def _windows(definition: Definition, calendar: Calendar, since: datetime | None) -> Iterator[Window]:
    for key, milestone in milestones(definition, BatchState(), calendar).items():
        stage = definition.stage(key)
        if not is_answered(stage) or milestone.opens_at is None or milestone.due_at is None:
            continue
        opens_at = milestone.opens_at if since is None else max(milestone.opens_at, since)
        if opens_at < milestone.due_at:
            yield Window(stage, opens_at, milestone.due_at)


def _row(window: Window, definition: Definition, at: datetime, units: Several) -> Row:
    local = at.astimezone(definition.zone).replace(tzinfo=None)
    return {
        "at": local.isoformat(timespec="minutes"),
        "stage": window.stage.key,
        "do": Deed.ANSWER.value,
        "units": units.value,
    }


def _middle(window: Window, definition: Definition) -> datetime:
    day = due_day(window.opens_at + (window.due_at - window.opens_at) / 2, definition.zone)
    at = local_instant(day, "10:00", definition.zone)
    return at if window.opens_at <= at < window.due_at else _next_minute(window.opens_at)


def _next_minute(instant: datetime) -> datetime:
    """Return the first whole minute that is not before an instant: rows are typed in minutes."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)


def _nobody(window: Window, definition: Definition) -> list[Row]:
    return []


def _in_time(window: Window, definition: Definition) -> list[Row]:
    return [_row(window, definition, _middle(window, definition), Several.ALL)]


def _half(window: Window, definition: Definition) -> list[Row]:
    after = due_day(window.due_at, definition.zone) + timedelta(days=1)
    return [
        _row(window, definition, _middle(window, definition), Several.ODD),
        _row(window, definition, local_instant(after, "10:00", definition.zone), Several.EVEN),
    ]


def _last_day(window: Window, definition: Definition) -> list[Row]:
    last = local_instant(due_day(window.due_at, definition.zone), "16:00", definition.zone)
    before = last if last < window.due_at else window.due_at - timedelta(hours=1)
    return [_row(window, definition, max(before, _next_minute(window.opens_at)), Several.ALL)]


MAKERS: Mapping[Preset, Callable[[Window, Definition], list[Row]]] = {
    Preset.NOBODY: _nobody,
    Preset.IN_TIME: _in_time,
    Preset.HALF: _half,
    Preset.LAST_DAY: _last_day,
}
