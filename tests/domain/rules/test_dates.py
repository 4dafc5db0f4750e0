"""Whole years between two days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.rules import add_years, full_years, latest_start

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@given(DAYS, st.integers(0, 60))
def test_the_day_that_completes_the_years_is_the_first_that_does(start: date, years: int) -> None:
    end = add_years(start, years)

    assert full_years(start, end) == years
    assert full_years(start, end - timedelta(days=1)) == years - 1


@given(DAYS, st.integers(1, 60))
def test_the_latest_start_is_the_last_that_is_old_enough(end: date, years: int) -> None:
    latest = latest_start(end, years)

    assert add_years(latest, years) <= end
    assert add_years(latest + timedelta(days=1), years) > end
