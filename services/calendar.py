"""The data of the official calendar, and its arithmetic for the command line.

chinesecalendar knows the arrangements that the State Council has announced, with their make-up days. The years that
it does not know get their statutory days from holidays and stay provisional: their make-up days are not known yet.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import TypedDict

import chinese_calendar
import holidays

from domain.calendar import Calendar, Day, SpecialDay
from domain.errors import Invalid, Problem

YEARS_BEFORE, YEARS_AFTER = 5, 15
"""How far statutory days are known around the published years; further away only weekends are off."""
MOST_WORKING_DAYS = 10_000


class Step(TypedDict):
    """One day passed while counting, dates as ISO 8601."""

    date: str
    working: bool
    name: str
    provisional: bool


class Answer(TypedDict):
    """What `linxuan calendar` prints; `steps` holds the start and every day passed, in the order of counting."""

    date: str
    result: str
    steps: list[Step]
    provisional: bool


@cache
def official_calendar() -> Calendar:
    """Return the calendar of mainland China; built once a process.

    Source: 国务院办公厅 yearly notices on holidays, as kept by the two libraries that the version names.
    """
    published = dict(_published())
    years = frozenset(day.year for day in published)
    around = range(min(years) - YEARS_BEFORE, max(years) + YEARS_AFTER + 1)
    expected = _expected([year for year in around if year not in years])
    data = f"chinesecalendar {version('chinesecalendar')} / holidays {version('holidays')}"
    return Calendar(dict(expected) | published, years, data)


def _published() -> Iterator[tuple[date, SpecialDay]]:
    chinese = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    for day, english in chinese_calendar.holidays.items():
        yield day, SpecialDay(False, chinese[english])
    for day, english in chinese_calendar.workdays.items():
        yield day, SpecialDay(True, f"{chinese[english]}调休")


def _expected(years: list[int]) -> Iterator[tuple[date, SpecialDay]]:
    statutory = holidays.country_holidays("CN", years=years, language="zh_CN")
    for day in statutory:
        yield day, SpecialDay(False, statutory[day])
    for day in statutory.weekend_workdays:
        yield day, SpecialDay(True, "调休")


def answer(on: date, *, plus: int = 0, minus: int = 0) -> Answer:
    """Return the day that many working days after or before, with every day passed on the way.

    The start itself is not counted; with neither number the answer is about the day alone.
    Raises Invalid when both numbers are given, when one is negative or too large, or the calendar ends on the way.
    """
    problems = [
        Problem(name, str(number), "工作日数超出范围", f"可填 0 至 {MOST_WORKING_DAYS}")
        for name, number in (("plus", plus), ("minus", minus))
        if not 0 <= number <= MOST_WORKING_DAYS
    ]
    if plus and minus:
        problems.append(Problem("minus", str(minus), "往后推和往前推不能同时填写"))
    if problems:
        raise Invalid(problems)
    try:
        computed = official_calendar().move(on, plus - minus)
    except OverflowError:
        raise Invalid([Problem("date", on.isoformat(), "推算结果超出公历可表示的范围")]) from None
    return Answer(
        date=on.isoformat(),
        result=computed.result.isoformat(),
        steps=[_step(day) for day in computed.steps],
        provisional=computed.is_provisional,
    )


def _step(day: Day) -> Step:
    return Step(date=day.on.isoformat(), working=day.is_working, name=day.name, provisional=day.is_provisional)
