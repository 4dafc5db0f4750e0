"""The stages as a picture: bars over a calendar, in percent of its width, so that the page needs no style."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import Calendar
from domain.instants import WEEKDAYS
from services.designing.tables.schedule import Given, Span

HEAD, ROW = 34, 38
"""Heights of the head and of a row, as the style sheet has them."""
ROOM_BEFORE, ROOM_AFTER = 7, 30
FAR = timedelta(days=60)
MOST_DAYS = 1100
DAYS_SHOWN, WEEKS_SHOWN, SHADED = 24, 140, 420
"""Up to how many days single days and weeks are named, and days off shaded."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis with a text."""

    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Shade:
    """Days side by side of one kind. kind: "off" for weekends, "holiday", "worked" for make-up days (调休)."""

    x: str
    width: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage's bar. top: of its row. to: where it ends; is_open: it has no end of its own. text: its days."""

    span: Span
    top: int
    x: str
    width: str
    to: str
    end_text: str
    is_near_end: bool
    is_open: bool
    text: str

    @property
    def middle(self) -> int:
        """Return the height of its middle."""
        return self.top + ROW // 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the end of a stage to the beginning of one that waits for it."""

    x: str
    y: int
    to_x: str
    to_y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn. size: which least width the style sheet gives it; today: None when far away."""

    first: date
    days: int
    height: int
    size: str
    months: Sequence[Mark]
    marks: Sequence[Mark]
    shades: Sequence[Shade]
    bars: Sequence[Bar]
    arrows: Sequence[Arrow]
    today: str | None
    special: Mapping[str, tuple[bool, str]]


def picture(spans: Sequence[Span], today: date, calendar: Calendar) -> Picture | None:
    """Return the picture of some stages; None while none of them has a date."""
    days = [day for span in spans for day in (span.opens, span.due) if day is not None]
    if not days:
        return None
    first, last = min(days), max(days)
    is_near = first - FAR <= today <= last + FAR
    if is_near:
        first, last = min(first, today), max(last, today)
    first, last = first - timedelta(days=ROOM_BEFORE), last + timedelta(days=ROOM_AFTER)
    axis = _Axis(first, min((last - first).days + 1, MOST_DAYS))
    bars = [bar for number, span in enumerate(spans) if (bar := _bar(axis, span, number)) is not None]
    return Picture(
        first,
        axis.days,
        HEAD + ROW * len(spans),
        "s" if axis.days <= 45 else "m" if axis.days <= 130 else "l" if axis.days <= 400 else "xl",
        list(_months(axis)),
        list(_marks(axis)),
        list(_shades(axis, calendar)),
        bars,
        list(_arrows(axis, bars)),
        axis.x(today, 0.5) if is_near else None,
        _special(axis, calendar),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    days: int

    def x(self, on: date, part: float = 0) -> str:
        """Return where a day is, or so many days later, in percent of the width."""
        return f"{100 * self._place(on, part) / self.days:.3f}%"

    def _place(self, on: date, part: float) -> float:
        return max(0.0, min(self.days, (on - self.first).days + part))

    def width(self, since: date, days: float) -> str:
        return f"{100 * (self._place(since, days) - self._place(since, 0)) / self.days:.3f}%"

    def all_days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


def _months(axis: _Axis) -> Iterator[Mark]:
    year = None
    for on in axis.all_days():
        # The first, partial month is named only where its label leaves room for the next one.
        if on.day == 1 or (on == axis.first and on.day <= (20 if axis.days <= 60 else 8)):
            yield Mark(axis.x(on), f"{f'{on.year}年' if on.year != year else ''}{on.month}月")
            year = on.year
        elif on == axis.first:
            yield Mark(axis.x(on), "")


def _marks(axis: _Axis) -> Iterator[Mark]:
    # A number on the first days would be cut off by the edge.
    for on in list(axis.all_days())[2:]:
        if axis.days <= DAYS_SHOWN or (axis.days <= WEEKS_SHOWN and on.weekday() == 0):
            yield Mark(axis.x(on, 0.5), str(on.day))


def _shades(axis: _Axis, calendar: Calendar) -> Iterator[Shade]:
    if axis.days > SHADED:
        return
    begun: tuple[date, str, str] | None = None
    for on in [*axis.all_days(), axis.last + timedelta(days=1)]:
        kind, name = _kind(calendar, on)
        if on > axis.last:
            kind = ""
        if begun is not None and (kind, name) != begun[1:]:
            since, was, said = begun
            yield Shade(axis.x(since), axis.width(since, (on - since).days), was, said)
            begun = None
        if kind and begun is None:
            begun = (on, kind, name)


def _kind(calendar: Calendar, on: date) -> tuple[str, str]:
    day = calendar.day(on)
    is_weekend = on.weekday() >= 5
    if day.is_working:
        return ("worked", day.name) if is_weekend else ("", "")
    return ("off", "") if is_weekend and day.name == "周末" else ("holiday", day.name)


def _special(axis: _Axis, calendar: Calendar) -> dict[str, tuple[bool, str]]:
    """Return the days that the week alone gets wrong, as far as one may drag: whether they are worked, the name."""
    found = {}
    for number in range(-60, axis.days + 120):
        on = axis.first + timedelta(days=number)
        kind, name = _kind(calendar, on)
        if kind in {"holiday", "worked"}:
            found[on.isoformat()] = (kind == "worked", name)
    return found


def _bar(axis: _Axis, span: Span, number: int) -> Bar | None:
    start, end = span.opens or span.due, span.due
    if start is None:
        return None
    is_open = end is None
    until = axis.last if end is None else max(end, start)
    days = (until - start).days + 1
    return Bar(
        span,
        HEAD + ROW * number,
        axis.x(start),
        axis.width(start, days),
        axis.x(start, days),
        "" if end is None else f"{end.month}月{end.day}日",
        (until - axis.first).days > 0.86 * axis.days,
        is_open,
        f"{told(span.opens)} 至 {told(end)}",
    )


def _arrows(axis: _Axis, bars: Sequence[Bar]) -> Iterator[Arrow]:
    by_key = {bar.span.stage.key: bar for bar in bars}
    for bar in bars:
        for key in bar.span.stage.opens.after:
            before = by_key.get(key)
            if before is not None and not before.is_open and bar.span.opening is not Given.OPEN:
                yield Arrow(before.to, before.middle, bar.x, bar.middle - (9 if bar.top > before.top else -9))


def told(on: date | None) -> str:
    """Return a day for people: "2023-03-20 周一"; "未定" for none."""
    return "未定" if on is None else f"{on.isoformat()} 周{WEEKDAYS[on.weekday()]}"
