"""Working-day arithmetic on a calendar made by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Day, SpecialDay

# Wednesday 4 October 2023 and the two days around it are off, Saturday the 7th is worked for it.
SPECIAL = {
    date(2023, 10, 3): SpecialDay(False, "节日"),
    date(2023, 10, 4): SpecialDay(False, "节日"),
    date(2023, 10, 5): SpecialDay(False, "节日"),
    date(2023, 10, 7): SpecialDay(True, "节日调休"),
}
CALENDAR = Calendar(SPECIAL, frozenset({2023}), "by hand")
DAYS = st.dates(date(2023, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(2023, 10, 2), Day(date(2023, 10, 2), True)),
        (date(2023, 10, 3), Day(date(2023, 10, 3), False, "节日")),
        (date(2023, 10, 7), Day(date(2023, 10, 7), True, "节日调休")),
        (date(2023, 10, 8), Day(date(2023, 10, 8), False, "周末")),
        (date(2024, 10, 4), Day(date(2024, 10, 4), True, "", True)),
    ],
)
def test_a_day_says_what_it_is(on: date, day: Day) -> None:
    assert CALENDAR.day(on) == day


def test_moving_forward_skips_days_off_and_counts_make_up_days() -> None:
    moved = CALENDAR.move(date(2023, 10, 2), 3)

    assert moved.result == date(2023, 10, 9)
    assert [day.on.day for day in moved.steps] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert not moved.is_provisional


def test_moving_back_skips_days_off_and_counts_make_up_days() -> None:
    moved = CALENDAR.move(date(2023, 10, 9), -3)

    assert moved.result == date(2023, 10, 2)
    assert [day.on.day for day in moved.steps] == [9, 8, 7, 6, 5, 4, 3, 2]


def test_moving_by_nothing_gives_the_day_itself_even_off() -> None:
    assert CALENDAR.move(date(2023, 10, 4), 0).result == date(2023, 10, 4)


def test_a_result_that_touches_an_unpublished_year_is_provisional() -> None:
    assert CALENDAR.move(date(2023, 12, 29), 1).is_provisional
    assert not CALENDAR.move(date(2023, 12, 28), 1).is_provisional


def test_the_nearest_working_day_is_the_day_itself_when_it_is_worked() -> None:
    assert CALENDAR.nearest(date(2023, 10, 7), later=True) == date(2023, 10, 7)
    assert CALENDAR.nearest(date(2023, 10, 4), later=True) == date(2023, 10, 6)
    assert CALENDAR.nearest(date(2023, 10, 4), later=False) == date(2023, 10, 2)


def test_counting_leaves_out_the_first_day_and_keeps_the_last() -> None:
    assert CALENDAR.count(date(2023, 10, 2), date(2023, 10, 9)) == 3
    assert CALENDAR.count(date(2023, 10, 2), date(2023, 10, 2)) == 0


@given(on=DAYS, days=st.integers(1, 40))
def test_what_was_moved_forward_counts_back(on: date, days: int) -> None:
    there = CALENDAR.move(on, days).result

    assert CALENDAR.is_working(there)
    assert CALENDAR.count(on, there) == days
    back = CALENDAR.move(there, -days).result
    assert CALENDAR.is_working(back)
    assert back == on if CALENDAR.is_working(on) else back < on


@given(on=DAYS)
def test_the_nearest_days_enclose_only_days_off(on: date) -> None:
    before, after = CALENDAR.nearest(on, later=False), CALENDAR.nearest(on, later=True)

    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert before <= on <= after
    assert not any(CALENDAR.is_working(day) for day in between)
