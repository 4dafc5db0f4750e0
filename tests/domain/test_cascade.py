"""Dates proposed for applicants and lower units by counting working days back."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.cascade import propose, shared_out
from services.calendar import official_calendar

CALENDAR = official_calendar()
OCTOBER_TENTH = date(2020, 10, 10)
NOTICE = date(2020, 9, 23)
HOLIDAY = {date(2020, 10, day) for day in range(1, 9)}


def test_the_levels_count_back_around_the_eight_day_holiday() -> None:
    """S004-24: city by Saturday 10-10 (worked); county two working days before, applicants three before that."""
    county, applicants = propose(OCTOBER_TENTH, [("县级", 2), ("applicants", 3)], CALENDAR, begins_on=NOTICE)

    assert (county.level, county.on) == ("县级", date(2020, 9, 30))
    assert [(day.on, day.name) for day in county.computed.steps if not day.is_working] == [
        (date(2020, 10, day), name)
        for day, name in zip(range(8, 0, -1), (step.name for step in county.computed.steps[2:10]), strict=True)
    ]
    assert (applicants.level, applicants.on) == ("applicants", date(2020, 9, 27))
    assert county.is_possible and applicants.is_possible


def test_eight_working_days_are_shared_among_two_levels_and_the_applicants() -> None:
    """S004-24, S004-25: no date falls on the holiday; the applicants keep the rest."""
    found = shared_out(OCTOBER_TENTH, ["县级", "applicants"], CALENDAR, begins_on=date(2020, 9, 24))

    assert CALENDAR.count(date(2020, 9, 24), OCTOBER_TENTH) == 7
    assert [(item.level, item.on) for item in found] == [
        ("县级", date(2020, 9, 30)),
        ("applicants", date(2020, 9, 28)),
    ]
    assert not HOLIDAY & {item.on for item in found}


def test_too_little_time_is_said_and_not_hidden() -> None:
    found = shared_out(date(2020, 9, 25), ["市级", "县级", "applicants"], CALENDAR, begins_on=date(2020, 9, 24))

    assert [item.is_possible for item in found] == [False, False, False]


@given(
    st.dates(date(2019, 1, 1), date(2023, 12, 31)),
    st.lists(st.integers(0, 12), min_size=1, max_size=5),
)
def test_every_proposal_is_a_working_day_before_the_level_above(due_on: date, days: list[int]) -> None:
    above = due_on
    for item in propose(due_on, [(str(n), n) for n in days], CALENDAR, begins_on=date(2018, 1, 1)):
        assert CALENDAR.is_working(item.on) and item.on < above
        above = item.on
