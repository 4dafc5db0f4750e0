"""Dates in the right order, on working days or knowingly not, and with a time of day."""

from datetime import date

import pytest

from domain.definition import Completion, Due, Evidence, Mark, Opening
from domain.lint import Finding, check
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, both, case, found_after
from tests.support.definitions import changed, small_batch

CONTACTS, RECOMMEND = "stages.contacts", "stages.recommend"
EVENING = Evidence(path=f"{CONTACTS}.due.at", mark=Mark.STATED, quote="20日24时前")

CASES = [
    case("zone", at("", timezone="Asia/Peking"), ("error", "bad_timezone", "timezone")),
    case("zone outside", at("", timezone="../../etc/passwd"), ("error", "bad_timezone", "timezone")),
    case("zone folder", at("", timezone="Asia"), ("error", "bad_timezone", "timezone")),
    case(
        "opening hour",
        at(CONTACTS, opens=Opening(on=date(2023, 3, 6), at="9:00")),
        ("error", "bad_time", f"{CONTACTS}.opens.at"),
    ),
    case(
        "opening at the end of a day",
        at(CONTACTS, opens=Opening(on=date(2023, 3, 6), at="24:00")),
        ("error", "bad_time", f"{CONTACTS}.opens.at"),
    ),
    case("closing hour", at(f"{CONTACTS}.due", at="24:30"), ("error", "bad_time", f"{CONTACTS}.due.at")),
    case("long ago", at(f"{CONTACTS}.due", on=date(1, 1, 1)), ("error", "date_out_of_range", f"{CONTACTS}.due.on")),
    case("never", at(f"{CONTACTS}.due", on=date(9999, 12, 31)), ("error", "date_out_of_range", f"{CONTACTS}.due.on")),
    case(
        "opening out of range",
        at(f"{CONTACTS}.opens", on=date(2101, 1, 1)),
        ("error", "date_out_of_range", f"{CONTACTS}.opens.on"),
    ),
    case("two deadlines", at(f"{CONTACTS}.due", working_days=5), ("error", "bad_due", f"{CONTACTS}.due")),
    case("no deadline", at(f"{CONTACTS}.due", on=None), ("error", "bad_due", f"{CONTACTS}.due")),
    case(
        "no working days",
        at(RECOMMEND, due=Due(working_days=0, at="18:00")),
        ("error", "bad_due", f"{RECOMMEND}.due.working_days"),
    ),
    case("working days", at(RECOMMEND, due=Due(working_days=5, at="18:00"))),
    case("negative grace", at(CONTACTS, grace_minutes=-1), ("error", "bad_grace", f"{CONTACTS}.grace_minutes")),
    case("days of grace", at(CONTACTS, grace_minutes=1441), ("error", "bad_grace", f"{CONTACTS}.grace_minutes")),
    case(
        "due before opening",
        at(RECOMMEND, opens=Opening(on=date(2023, 6, 1))),
        ("error", "due_before_opening", f"{RECOMMEND}.due"),
    ),
    case(
        "due before the stage it follows",
        at(f"{CONTACTS}.due", on=date(2023, 6, 1)),
        ("error", "due_before_opening", f"{RECOMMEND}.due"),
        ("error", "due_order", f"{RECOMMEND}.due"),
    ),
    case(
        "another year",
        at(f"{CONTACTS}.opens", on=date(2022, 3, 7)),
        ("warning", "year_mismatch", f"{CONTACTS}.opens.on"),
    ),
    case(
        "another year to be due",
        at(f"{RECOMMEND}.due", on=date(2024, 5, 31)),
        ("warning", "year_mismatch", f"{RECOMMEND}.due.on"),
    ),
    case("early in the next year", at(f"{RECOMMEND}.due", on=date(2024, 1, 31))),
    case("no time of day", at(f"{CONTACTS}.due", at="24:00"), ("info", "no_time_of_day", f"{CONTACTS}.due.at")),
    case("24:00 in so many words", both(at(f"{CONTACTS}.due", at="24:00"), at("", evidence=(EVENING,)))),
    case(
        "same day",
        at(f"{CONTACTS}.due", on=date(2023, 5, 30)),
    ),
    case("no deadline at all", at(RECOMMEND, due=None)),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_dates_make_sense(change: Change, expected: list[Found]) -> None:
    """T8: a stage without any date is no finding. T11: a deadline without a time of day is told."""
    assert found_after(change) == expected


def due_on(on: date) -> list[Finding]:
    batch = changed(small_batch(year=on.year), "stages.recommend", due=Due(on=on, at="18:00"))
    batch = changed(batch, "stages.contacts", opens=Opening(), due=None, ladder=None, completes=Completion.BY_HAND)
    return check(changed(batch, "", ladders=(), evidence=()), official_calendar())


def test_a_deadline_on_a_saturday_is_warned_of_with_the_working_days_around_it() -> None:
    """T1, S001-50: 2021-11-20 is a Saturday and no make-up day."""
    found = due_on(date(2021, 11, 20))

    assert [(f.level, f.code, f.path, f.value) for f in found] == [
        ("warning", "due_on_day_off", "stages.recommend.due.on", "2021-11-20")
    ]
    assert found[0].sentence == "「推荐报送」的截止日 2021-11-20（周六）是休息日（周末）"
    assert "2021-11-19（周五）" in found[0].advice
    assert "2021-11-22（周一）" in found[0].advice


def test_a_deadline_on_a_saturday_that_is_worked_is_not_warned_of() -> None:
    """T2, S004-23: 2020-10-10 is a Saturday and a make-up day."""
    assert due_on(date(2020, 10, 10)) == []


def test_a_deadline_on_a_holiday_in_the_week_is_warned_of() -> None:
    """T13: 2023-05-02 is a Tuesday and off."""
    assert [f.code for f in due_on(date(2023, 5, 2))] == ["due_on_day_off"]


def test_a_deadline_at_midnight_belongs_to_the_day_before() -> None:
    batch = changed(small_batch(), "stages.recommend", due=Due(on=date(2023, 6, 3), at="00:00"))

    assert check(batch, official_calendar()) == [], "00:00 on Saturday 3 June ends Friday 2 June, a working day"


def test_a_year_without_arrangement_is_told_once() -> None:
    found = due_on(date(2031, 3, 20))

    assert [(f.level, f.code, f.path) for f in found] == [("warning", "provisional_year", "stages.recommend.due")]


def test_deadlines_on_one_day_are_told_and_stay_separate() -> None:
    """S003-62: two deadlines on one day are two milestones."""
    batch = changed(small_batch(), "stages.recommend", opens=Opening(on=date(2023, 3, 6)))
    batch = changed(batch, "stages.recommend.due", on=date(2023, 3, 20))

    found = check(batch, official_calendar())

    assert [(f.level, f.code, f.path) for f in found] == [("info", "same_day", "stages.contacts.due")]
    assert found[0].sentence == "「联系人反馈」、「推荐报送」同在 2023-03-20（周一）截止"
