"""Dates carried into another year by working days, over the official calendar."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.shifting import Shift, same_day
from services.calendar import official_calendar

CALENDAR = official_calendar()
OLD = st.dates(date(2019, 1, 1), date(2024, 12, 31))
WORKED = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(lambda on: CALENDAR.nearest(on, later=True))


@given(st.lists(OLD, min_size=2, max_size=6), OLD, WORKED)
def test_the_order_of_dates_is_kept(days: list[date], since: date, to: date) -> None:
    shift = Shift(since, to, CALENDAR)

    carried = [shift.carry(on).after for on in sorted(days)]

    assert carried == sorted(carried)


@given(OLD, OLD, OLD, WORKED)
def test_working_days_between_dates_are_kept(one: date, other: date, since: date, to: date) -> None:
    first, last = sorted((one, other))
    shift = Shift(since, to, CALENDAR)

    carried = CALENDAR.count(shift.carry(first).after, shift.carry(last).after)

    assert carried == CALENDAR.count(first, last)


@given(OLD, OLD, WORKED)
def test_no_date_comes_to_a_day_off(on: date, since: date, to: date) -> None:
    assert since == to or CALENDAR.is_working(Shift(since, to, CALENDAR).carry(on).after)


@given(OLD, OLD)
def test_an_anchor_that_does_not_move_changes_no_date(on: date, since: date) -> None:
    """Not even a deadline on a day off, which the notice may have meant."""
    assert Shift(since, since, CALENDAR).carry(on).after == on


@given(OLD, WORKED)
def test_the_anchor_comes_to_where_it_was_put(since: date, to: date) -> None:
    found = Shift(since, to, CALENDAR).carry(since)

    assert (found.after, found.working_days) == (to, 0)


def test_a_year_without_an_arrangement_is_provisional() -> None:
    published = max(CALENDAR.published_years)
    shift = Shift(date(2023, 3, 6), date(published + 1, 3, 1), CALENDAR)

    assert shift.carry(date(2023, 3, 20)).is_provisional
    assert not Shift(date(2023, 3, 6), date(2024, 3, 4), CALENDAR).carry(date(2023, 3, 20)).is_provisional


def test_the_same_day_of_another_year_exists() -> None:
    assert same_day(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert same_day(date(2024, 2, 29), 4) == date(2028, 2, 29)
