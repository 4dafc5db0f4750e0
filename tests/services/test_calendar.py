"""The official calendar's data, with a second library as witness, and its arithmetic for the command line."""

from datetime import date, timedelta

import holidays
import pytest

from domain.errors import Invalid
from services.calendar import answer, official_calendar

CALENDAR = official_calendar()


def test_a_second_library_agrees_on_every_day_of_2015_to_2026() -> None:
    witness = holidays.country_holidays("CN", years=range(2015, 2027))
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2015, 1, 1)).days)]

    differing = [
        day
        for day in days
        if CALENDAR.is_working(day) != (day not in witness and (day.weekday() < 5 or day in witness.weekend_workdays))
    ]

    assert len(days) == 4383
    assert differing == []


def test_the_published_years_and_the_data_are_named() -> None:
    assert CALENDAR.published_years == frozenset(range(2004, 2027))
    assert CALENDAR.version.startswith("chinesecalendar 1.")
    assert " / holidays 0." in CALENDAR.version


def test_the_calendar_is_built_once() -> None:
    assert official_calendar() is CALENDAR


def test_holidays_bear_their_chinese_names() -> None:
    assert CALENDAR.day(date(2023, 5, 1)).name == "劳动节"
    assert CALENDAR.day(date(2023, 4, 23)).name == "劳动节调休"
    assert CALENDAR.day(date(2027, 10, 1)).name == "国庆节"
    assert all(day.name.isascii() is False for day in CALENDAR.special.values())


def test_the_saturday_of_2021_11_20_is_off_with_working_days_around_it() -> None:
    """T1."""
    saturday = date(2021, 11, 20)

    assert not CALENDAR.is_working(saturday)
    assert CALENDAR.nearest(saturday, later=False) == date(2021, 11, 19)
    assert CALENDAR.nearest(saturday, later=True) == date(2021, 11, 22)


def test_the_saturday_of_2020_10_10_is_worked() -> None:
    """T2."""
    assert CALENDAR.is_working(date(2020, 10, 10))


def test_labour_day_2023_has_its_two_make_up_days() -> None:
    """T13, S003-71."""
    off = [date(2023, 4, 29) + timedelta(days=n) for n in range(5)]

    assert CALENDAR.is_working(date(2023, 4, 23))
    assert CALENDAR.is_working(date(2023, 5, 6))
    assert not any(CALENDAR.is_working(day) for day in off)


@pytest.mark.parametrize(
    ("after", "until", "days"),
    [
        pytest.param(date(2021, 10, 27), date(2021, 11, 20), 17, id="S001-57"),
        pytest.param(date(2020, 9, 23), date(2020, 10, 10), 8, id="S004-25"),
    ],
)
def test_working_days_from_a_notice_to_its_deadline(after: date, until: date, days: int) -> None:
    """S001-57: 17 of 24 days. S004-25: 8, where Mondays to Fridays are 12."""
    assert CALENDAR.count(after, until) == days


@pytest.mark.parametrize(
    ("due", "earlier"),
    [
        pytest.param(date(2023, 5, 31), date(2023, 5, 24), id="S003, materials"),
        pytest.param(date(2023, 3, 20), date(2023, 3, 13), id="S003, contacts"),
        pytest.param(date(2023, 3, 27), date(2023, 3, 20), id="S000"),
        pytest.param(date(2020, 10, 10), date(2020, 9, 27), id="S004-26, a Sunday"),
    ],
)
def test_five_working_days_before_a_deadline(due: date, earlier: date) -> None:
    """S004-26: the fifth working day before 2020-10-10 is a Sunday."""
    assert CALENDAR.move(due, -5).result == earlier


def test_nothing_is_worked_from_1_to_8_october_2020() -> None:
    """S004-27."""
    assert [day for day in range(1, 9) if CALENDAR.is_working(date(2020, 10, day))] == []


@pytest.mark.parametrize("year", [1999, 2003, 2027, 2041, 2042, 2200])
def test_an_unpublished_year_is_provisional_and_raises_nothing(year: int) -> None:
    day = CALENDAR.day(date(year, 3, 3))

    assert day.is_provisional
    assert CALENDAR.move(date(year, 3, 3), 5).is_provisional


def test_an_answer_explains_every_day_on_the_way() -> None:
    assert answer(date(2023, 5, 4), minus=1) == {
        "date": "2023-05-04",
        "result": "2023-04-28",
        "steps": [
            {"date": "2023-05-04", "working": True, "name": "", "provisional": False},
            {"date": "2023-05-03", "working": False, "name": "劳动节", "provisional": False},
            {"date": "2023-05-02", "working": False, "name": "劳动节", "provisional": False},
            {"date": "2023-05-01", "working": False, "name": "劳动节", "provisional": False},
            {"date": "2023-04-30", "working": False, "name": "劳动节", "provisional": False},
            {"date": "2023-04-29", "working": False, "name": "劳动节", "provisional": False},
            {"date": "2023-04-28", "working": True, "name": "", "provisional": False},
        ],
        "provisional": False,
    }


def test_an_answer_counts_forward_too() -> None:
    assert answer(date(2023, 4, 28), plus=1)["result"] == "2023-05-04"


def test_an_answer_about_the_day_alone_counts_nothing() -> None:
    asked = answer(date(2027, 3, 20))

    assert asked["result"] == "2027-03-20"
    assert asked["steps"] == [{"date": "2027-03-20", "working": False, "name": "周末", "provisional": True}]
    assert asked["provisional"]


@pytest.mark.parametrize(
    ("numbers", "path"),
    [({"plus": 1, "minus": 1}, "minus"), ({"plus": -1}, "plus"), ({"minus": 10_001}, "minus")],
)
def test_numbers_without_sense_are_refused(numbers: dict[str, int], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        answer(date(2023, 5, 4), **numbers)

    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(("on", "numbers"), [(date.max, {"plus": 1}), (date.min, {"minus": 1})])
def test_the_ends_of_the_calendar_are_refused(on: date, numbers: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        answer(on, **numbers)
