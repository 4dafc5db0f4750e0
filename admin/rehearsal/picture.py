"""A rehearsal along time: stages as bars, what happens as marks, the days off, today, and where the clock stands."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from admin.progress.shown import DaysOff
from admin.rehearsal.shown import BY_KEY, FAMILIES, Family, day_of, family_of
from domain.calendar import Calendar
from domain.instants import local_day
from services.rehearsal.courses import StageCourse, StageState
from services.rehearsal.events import Event
from services.rehearsal.kept import Result

ROOM = 2
"""Days left empty before the first date; twice as many after the last one."""
ON_BAR = frozenset({"opens", "closes"})
STATES: Mapping[StageState, tuple[str, str]] = {
    StageState.BLOCKED: ("held", "不能开放"),
    StageState.UNKNOWN: ("planned", "日期未定"),
    StageState.PLANNED: ("planned", "未开始"),
    StageState.OPEN: ("running", "进行中"),
    StageState.OVERDUE: ("overdue", "已截止，有未报"),
    StageState.CLOSED: ("finished", "已结束"),
}
"""The state that paints a stage at an instant, and its word."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Events of one family on one day of a stage, in the picture.

    place: days from its left edge. beside: how many other marks of the day stand before it under the bar.
    """

    day: date
    family: Family
    count: int
    place: float
    beside: int = 0

    @property
    def is_on_bar(self) -> bool:
        """Tell whether it stands on the stage's bar, and not under it."""
        return self.family.key in ON_BAR


@dataclass(frozen=True, slots=True)
class Row:
    """A stage in the picture. start, end: places of its bar, None where it has none."""

    course: StageCourse
    state: str
    word: str
    start: float | None
    end: float | None
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Picture:
    """A rehearsal along time. first: its first day. days: its width. today, at: places of the two lines, or None."""

    first: date
    days: int
    rows: Sequence[Row]
    days_off: DaysOff
    today: float | None
    at: float | None


def picture(result: Result, at: datetime, now: datetime, zone: ZoneInfo, calendar: Calendar) -> Picture | None:
    """Return the picture of a rehearsal at an instant; None where nothing has a date."""
    instants = [event.at for event in result.events]
    for course in result.courses:
        instants += [x for x in (course.opens_at, course.closed_at, *(due for _, due in course.deadlines)) if x]
    if not instants:
        return None
    room = timedelta(days=ROOM)
    first = local_day(min(instants), zone) - room
    days = max((local_day(max(instants), zone) + 2 * room - first).days + 1, 14)

    def place(instant: datetime) -> float:
        return round((instant.astimezone(zone) - datetime.combine(first, datetime.min.time(), zone)) / room * ROOM, 3)

    marks = _marks(result.events, first, zone)
    rows = [_row(course, at, place, marks[course.key]) for course in result.courses]
    today = place(now)
    return Picture(
        first, days, rows, DaysOff(calendar), today if 0 <= today <= days else None, min(max(place(at), 0), days)
    )


def _marks(events: Sequence[Event], first: date, zone: ZoneInfo) -> defaultdict[str, list[Mark]]:
    totals: defaultdict[tuple[str, date, str], int] = defaultdict(int)
    for event in events:
        totals[event.milestone, day_of(event, zone), family_of(event).key] += 1
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for (stage, day, key), total in sorted(totals.items()):
        others = sum(1 for mark in found[stage][-len(FAMILIES) :] if mark.day == day and not mark.is_on_bar)
        beside = 0 if key in ON_BAR else others
        found[stage].append(Mark(day, BY_KEY[key], total, (day - first).days + 0.5, beside))
    return found


def _row(course: StageCourse, at: datetime, place: Callable[[datetime], float], marks: Sequence[Mark]) -> Row:
    state, word = STATES[course.state(at)]
    end = course.deadlines[-1][1] if course.deadlines else course.closed_at
    start = course.opens_at if course.opens_at is not None and not course.because else None
    return Row(course, state, word, place(start) if start else None, place(end) if start and end else None, marks)
