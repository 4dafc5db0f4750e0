"""Carrying dates into another year: each keeps its distance in working days from an anchor.

A date on a day off becomes the working day before it, so that the order of dates and the working days between them
stay; only where the anchor does not move do all dates stay as they are.
"""

from dataclasses import dataclass
from datetime import date

from domain.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Shifted:
    """A date that was carried.

    working_days: its distance from the anchor, negative before it. is_provisional: a year without a published
    arrangement of days off was touched.
    """

    before: date
    after: date
    working_days: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """From an old anchor to a new one, which is a working day unless it is the old one."""

    since: date
    to: date
    calendar: Calendar

    def carry(self, on: date) -> Shifted:
        """Return the date that stands to the new anchor as this one stands to the old."""
        start, found = self._worked(self.since), self._worked(on)
        days = self.calendar.count(start, found) if found >= start else -self.calendar.count(found, start)
        if self.since == self.to:
            return Shifted(on, on, days, self.calendar.day(on).is_provisional)
        computed = self.calendar.move(self._worked(self.to), days)
        return Shifted(on, computed.result, days, computed.is_provisional)

    def _worked(self, on: date) -> date:
        return self.calendar.nearest(on, later=False)


def same_day(on: date, years: int) -> date:
    """Return the same day of the year so many years later; 29 February becomes the 28th where there is none."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return on.replace(year=on.year + years, day=28)
