"""Working days of the official calendar, with 调休 make-up days; every computed date explains itself.

The data comes from outside (services/calendar.py); here is only the arithmetic. A year whose arrangement has not
been published yet is provisional: weekends only, and every result that touches it says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day; `name` tells why it is off or worked against the weekly rule."""

    on: date
    is_working: bool
    name: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed date with every day passed on the way, in the order of counting."""

    result: date
    steps: tuple[Day, ...]

    @property
    def is_provisional(self) -> bool:
        """Tell whether a year without a published arrangement was touched."""
        return any(day.is_provisional for day in self.steps)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from the plain week: a holiday, or a weekend day that is worked."""

    is_working: bool
    name: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The official calendar.

    special: every day that the weekly rule gets wrong, or that bears a holiday's name.
    published_years: years whose arrangement the State Council has announced.
    version: names the data, for the record of what a date was computed with.
    """

    special: Mapping[date, SpecialDay]
    published_years: frozenset[int]
    version: str

    def day(self, on: date) -> Day:
        """Return what kind of day this is."""
        provisional = on.year not in self.published_years
        found = self.special.get(on)
        if found is not None:
            return Day(on, found.is_working, found.name, provisional)
        weekend = on.weekday() >= SATURDAY
        return Day(on, not weekend, "周末" if weekend else "", provisional)

    def is_working(self, on: date) -> bool:
        """Tell whether offices work on this day."""
        return self.day(on).is_working

    def move(self, on: date, working_days: int) -> Computed:
        """Return the day that many working days later (negative: earlier); the start itself is not counted.

        Zero gives the start unchanged, working or not.
        """
        direction = ONE_DAY if working_days > 0 else -ONE_DAY
        left, current, steps = abs(working_days), on, [self.day(on)]
        while left:
            current += direction
            day = self.day(current)
            steps.append(day)
            left -= day.is_working
        return Computed(current, tuple(steps))

    def nearest(self, on: date, *, later: bool) -> date:
        """Return the day itself if it is worked, otherwise the next (or the previous) working day."""
        direction = ONE_DAY if later else -ONE_DAY
        while not self.is_working(on):
            on += direction
        return on

    def count(self, after: date, until: date) -> int:
        """Return how many working days lie after the first day, up to and including the last."""
        days = (until - after).days
        return sum(self.is_working(after + ONE_DAY * n) for n in range(1, days + 1))
