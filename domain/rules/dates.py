"""Whole years between two days, as a notice counts "满两年".

The day that corresponds to the first one completes a year; where a month has no such day (29 February), its last day
does. Source: Civil Code, articles 201 and 202.
"""

from datetime import date, timedelta


def add_years(start: date, years: int) -> date:
    """Return the day that completes so many years. Raises ValueError beyond the calendar (years 1 to 9999)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        if (start.month, start.day) != (2, 29):
            raise
        return date(start.year + years, 2, 28)


def full_years(start: date, end: date) -> int:
    """Return how many full years have passed from one day to another; negative when `end` lies before `start`."""
    years = end.year - start.year
    return years if add_years(start, years) <= end else years - 1


def latest_start(end: date, years: int) -> date:
    """Return the last day on which something could begin to be so many years old on `end`."""
    found = add_years(end, -years)
    after = found + timedelta(days=1)
    return after if add_years(after, years) <= end else found
