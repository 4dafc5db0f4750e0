"""Read models in the shapes that the pictures take: rows of the grid, bars of the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import Calendar
from domain.duties import DutyState
from domain.instants import due_day, local_day
from services.progress.grid import Cell, Grid
from services.progress.timeline import Bar, Phase
from web.filters import moment, state_label

PHASES: Mapping[Phase, tuple[str, str]] = {
    Phase.PLANNED: ("planned", "未开始"),
    Phase.OPEN: ("running", "进行中"),
    Phase.OVERDUE: ("overdue", "已截止，有未报"),
    Phase.CLOSED: ("finished", "已结束"),
    Phase.BLOCKED: ("held", "不能开放"),
}
"""The state that paints a phase, and its word."""
FAR = timedelta(days=45)
ROOM = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class GridStage:
    """A column of `macros/grid.html`."""

    key: str
    label: str
    due_at: datetime | None
    href: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of `macros/grid.html`."""

    state: DutyState
    href: str
    text: str | None
    title: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of `macros/grid.html`."""

    label: str
    href: str
    note: str | None
    cells: Mapping[str, GridCell]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A row of `macros/timeline.html`."""

    label: str
    start: date | None
    end: date | None
    state: str
    href: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What `macros/timeline.html` takes. since, until: None where the rows and today give the span."""

    rows: Sequence[TimelineRow]
    today: date
    days_off: "DaysOff"
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The days on which offices do not work, as a container."""

    calendar: Calendar

    def __contains__(self, on: date) -> bool:
        """Tell whether a day is off."""
        return not self.calendar.is_working(on)


def grid_rows(found: Grid, href: str, *, has_classes: bool) -> list[GridRow]:
    """Return the rows of the grid. href: address of a unit's page with "{}" for its id."""
    return [
        GridRow(
            row.name,
            href.format(row.unit_id),
            row.unit_class if has_classes else None,
            {key: _cell(cell, f"{href.format(row.unit_id)}#{key}") for key, cell in row.cells.items()},
        )
        for row in found.rows
    ]


def _cell(cell: Cell, href: str) -> GridCell:
    words, marks = [state_label(cell.state)], []
    if cell.total > 1:
        words.append(f"已了结 {cell.done} / {cell.total} 项")
        marks.append(f"{cell.done}/{cell.total}")
    if cell.due_at is not None:
        words.append(f"截止 {moment(cell.due_at)}")
    if cell.is_extended:
        words.append("有延期")
        marks.append("延")
    if cell.has_permit or cell.is_late:
        words.append("补报" if cell.is_late else "允许补报")
        marks.append("补")
    return GridCell(cell.state, href, " ".join(marks) or None, "，".join(words))


def grid_stages(found: Grid, bars: Sequence[Bar], href: str) -> list[GridStage]:
    """Return the columns of the grid: the stages in which somebody owes something, all of them before any does.

    href: address of a stage's missing list with "{}" for its key.
    """
    has_duties = any(totals.total for totals in found.totals.values())
    return [
        GridStage(
            bar.key,
            bar.title,
            bar.due_at,
            href.format(bar.key) if found.totals[bar.key].total else None,
            bar.because or PHASES[bar.phase][1],
        )
        for bar in bars
        if found.totals[bar.key].total or not has_duties
    ]


def timeline(bars: Sequence[Bar], now: datetime, zone: ZoneInfo, calendar: Calendar) -> Timeline:
    """Return the timeline of a batch; a today that is far from all its dates does not stretch it."""
    rows = [_row(bar, zone) for bar in bars]
    days = [day for row in rows for day in (row.start, row.end) if day is not None]
    today = local_day(now, zone)
    is_far = bool(days) and not min(days) - FAR <= today <= max(days) + FAR
    since, until = (min(days) - ROOM, max(days) + ROOM) if is_far else (None, None)
    return Timeline(rows, today, DaysOff(calendar), since, until)


def _row(bar: Bar, zone: ZoneInfo) -> TimelineRow:
    notes = [bar.because, "有延期" if bar.extended_at else ""]
    notes += [f"个别单位延至 {moment(due_at)}" for due_at in bar.special]
    return TimelineRow(
        bar.title,
        local_day(bar.opens_at, zone) if bar.opens_at else None,
        due_day(bar.ends_at, zone) if bar.ends_at else None,
        "planned" if bar.phase is Phase.BLOCKED else PHASES[bar.phase][0],
        f"#stage-{bar.key}",
        "；".join(note for note in notes if note) or None,
    )
