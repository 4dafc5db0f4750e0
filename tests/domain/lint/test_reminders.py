"""Ladders that can fire, at moments that make sense, and not too often."""

from dataclasses import replace
from datetime import date

import pytest

from domain.definition import Anchor, Audience, Collect, Completion, Counting, Due, Opening, OwedBy, Step
from domain.lint import check
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, both, case, found_after
from tests.support.definitions import changed, small_batch

LADDER, CONTACTS = "ladders.contacts", "stages.contacts"
SMALL = small_batch()
STEPS = SMALL.ladders[0].steps


def with_step(**step: object) -> Change:
    return at(LADDER, steps=(Step(key="extra", **step),))


CASES = [
    case("no rung", at(LADDER, steps=()), ("error", "no_steps", f"{LADDER}.steps")),
    case(
        "ceiling of nothing", at(LADDER, ceiling_per_week=0), ("error", "bad_ceiling", f"{LADDER}.ceiling_per_week")
    ),
    case("no ceiling", at(LADDER, ceiling_per_week=None)),
    case("hour", with_step(days=-1, at="25:00"), ("error", "bad_time", f"{LADDER}.steps.extra.at")),
    case("end of a day", with_step(days=-1, at="24:00"), ("error", "bad_time", f"{LADDER}.steps.extra.at")),
    case("years ahead", with_step(days=-251), ("error", "bad_days", f"{LADDER}.steps.extra.days")),
    case(
        "before any opening",
        with_step(days=-1, anchor=Anchor.OPENS),
        ("error", "step_before_opening", f"{LADDER}.steps.extra.days"),
    ),
    case("before the opening", with_step(days=-11), ("error", "step_before_opening", f"{LADDER}.steps.extra")),
    case("ten working days are the opening day", with_step(days=-10)),
    case(
        "the opening hour counts",
        with_step(days=-10, at="08:59"),
        ("error", "step_before_opening", f"{LADDER}.steps.extra"),
    ),
    case(
        "on the day, after the hour",
        with_step(days=0, at="18:00"),
        ("error", "step_after_due", f"{LADDER}.steps.extra"),
    ),
    case("on the day, before the hour", with_step(days=0, at="17:59")),
    case(
        "half, after the deadline",
        both(with_step(days=-1, anchor=Anchor.HALF, at="19:00"), at(CONTACTS, opens=Opening(on=date(2023, 3, 20)))),
        ("error", "step_before_opening", f"{LADDER}.steps.extra"),
    ),
    case(
        "from the opening, past the deadline",
        with_step(days=15, anchor=Anchor.OPENS),
        ("warning", "step_after_due", f"{LADDER}.steps.extra"),
    ),
    case("from the opening", with_step(days=3, anchor=Anchor.OPENS)),
    case("half way", with_step(days=0, anchor=Anchor.HALF)),
    case("after the deadline", with_step(days=3), ("warning", "ladder_never_reminds", f"{LADDER}.steps")),
    case("used by nobody", at(CONTACTS, ladder=None), ("warning", "ladder_never_fires", LADDER)),
    case(
        "without a deadline",
        both(at(CONTACTS, due=None, completes=Completion.BY_HAND), at("", evidence=())),
        ("warning", "ladder_never_fires", f"{CONTACTS}.ladder"),
    ),
    case("opened by hand", at(CONTACTS, opens=Opening(), due=Due(working_days=3, at="18:00"))),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_a_ladder_fires_at_moments_that_make_sense(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected


def test_working_days_are_counted_with_the_calendar_that_is_given() -> None:
    """S003-71: across Labour Day 2023 the same rung lies before or after the opening, as days are worked or not."""
    batch = changed(
        small_batch(), CONTACTS, opens=Opening(on=date(2023, 4, 26)), due=Due(on=date(2023, 5, 9), at="18:00")
    )
    batch = changed(batch, "stages.recommend", due=Due(on=date(2023, 5, 31), at="18:00"))
    inside = changed(batch, LADDER, steps=(Step(key="extra", days=-7),))
    outside = changed(batch, LADDER, steps=(Step(key="extra", days=-8),))
    plain = replace(official_calendar(), special={})

    assert check(inside, official_calendar()) == []
    assert [f.code for f in check(outside, official_calendar())] == ["step_before_opening"]
    assert check(outside, plain) == []


def test_days_off_may_be_counted_on_purpose() -> None:
    step = Step(key="extra", days=-14, counting=Counting.CALENDAR)

    assert check(changed(small_batch(), LADDER, steps=(step,)), official_calendar()) == []


def test_more_reminders_in_seven_days_than_the_ceiling_allows_are_warned_of() -> None:
    steps = tuple(Step(key=f"before-{n}", days=-n) for n in (1, 2, 3))

    found = check(changed(small_batch(), LADDER, steps=steps), official_calendar())

    assert [(f.level, f.code, f.path) for f in found] == [
        ("warning", "ceiling_exceeded", "ladders.contacts.ceiling_per_week")
    ]
    assert found[0].sentence == "自 2023-03-15（周三）起七天内同一单位要收 3 次提醒，超过每周最多 2 次"


def test_two_stages_on_one_day_count_as_one_mail() -> None:
    """S003-63: a unit with two open duties gets one mail a day."""
    twin = replace(SMALL.stages[0], key="twin", title="另一件事", due=Due(on=date(2023, 3, 20), at="17:00"))
    same = small_batch(stages=(*SMALL.stages, twin))
    apart = changed(same, "stages.twin.due", on=date(2023, 3, 21))

    assert [f.code for f in check(same, official_calendar())] == ["same_day"]
    assert [f.code for f in check(apart, official_calendar())] == ["ceiling_exceeded"]


def test_reminders_of_different_units_are_not_added_up() -> None:
    classes = (*SMALL.unit_classes, replace(SMALL.unit_classes[0], key="county", name="县级"))
    units = (SMALL.units[0], replace(SMALL.units[1], unit_class="county"))
    twin = replace(
        SMALL.stages[0],
        key="twin",
        title="另一件事",
        due=Due(on=date(2023, 3, 21), at="17:00"),
        collect=Collect(owed_by=OwedBy.UNITS, form="contact", classes=("county",)),
    )
    batch = small_batch(stages=(*SMALL.stages, twin), unit_classes=classes, units=units, quotas=())
    batch = changed(batch, "stages.contacts.collect", classes=("city",))

    assert [f.code for f in check(changed(batch, "", evidence=()), official_calendar())] == []


def test_an_escalation_is_not_counted_as_a_reminder() -> None:
    steps = tuple(Step(key=f"before-{n}", days=-n, to=Audience.COORDINATOR) for n in (1, 2, 3))

    assert check(changed(small_batch(), LADDER, steps=steps), official_calendar()) == []
