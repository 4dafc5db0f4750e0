"""The plan: every future moment of a batch, from its definition and what has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calendar import Calendar, SpecialDay
from domain.definition import (
    Anchor,
    Audience,
    Completion,
    Counting,
    Definition,
    Due,
    Opening,
    Stage,
    StageKind,
    Step,
)
from domain.milestones import BatchState, Deadline, StageState, milestones
from domain.plan import Moment, MomentKind, plan
from tests.support.batches import contacts_stage, definition, ladder, local

CALENDAR = Calendar(
    special={
        date(2023, 4, 23): SpecialDay(True, "劳动节调休"),
        date(2023, 5, 6): SpecialDay(True, "劳动节调休"),
        **{date(2023, 4, 29) + timedelta(days=n): SpecialDay(False, "劳动节") for n in range(5)},
    },
    published_years=frozenset({2023}),
    version="test",
)
EMPTY = BatchState()


def moments(wanted: Definition, state: BatchState = EMPTY) -> list[Moment]:
    return plan(wanted, state, CALENDAR)


def instants(wanted: Definition, kind: MomentKind, state: BatchState = EMPTY) -> list[datetime]:
    return [moment.at for moment in moments(wanted, state) if moment.kind is kind]


def dated(key: str, **changes: object) -> Stage:
    return replace(Stage(key=key, kind=StageKind.SCORE, title=key), **changes)  # type: ignore[arg-type]  # the fields' own types, passed through


def test_a_day_is_inclusive_and_ends_at_midnight() -> None:
    """R1, S003-28: "3月20日前" is due when the 21st begins, in the batch's zone."""
    milestone = milestones(definition(), EMPTY, CALENDAR)["contacts"]

    assert milestone.due_at == datetime(2023, 3, 20, 16, 0, tzinfo=UTC)
    assert milestone.closes_at == datetime(2023, 3, 20, 16, 5, tzinfo=UTC)


def test_a_ladder_gives_its_rungs_in_order() -> None:
    """S003-63, S001-60: reminders so many working days before, on the day; then the coordinator is told."""
    found = [(m.kind, m.step, m.at) for m in moments(definition())]

    assert found == [
        (MomentKind.OPEN, None, local("2023-03-06 09:00")),
        (MomentKind.REMIND, "d5", local("2023-03-13 09:00")),
        (MomentKind.REMIND, "d1", local("2023-03-17 09:00")),
        (MomentKind.REMIND, "d0", local("2023-03-20 09:00")),
        (MomentKind.CLOSE, None, local("2023-03-21 00:00")),
        (MomentKind.ESCALATE, "after1", local("2023-03-21 09:00")),
    ]


def test_the_closing_takes_effect_after_the_grace() -> None:
    """R2: requests that began in time may commit until the grace is over."""
    close = next(m for m in moments(definition()) if m.kind is MomentKind.CLOSE)

    assert close.effective_at - close.at == timedelta(minutes=5)


def test_working_day_rungs_use_make_up_days_and_skip_the_holiday() -> None:
    """S003-71, T13: 23 April and 6 May 2023 are worked, 29 April to 3 May are not."""
    steps = (Step(key="to-may-6", days=-18), Step(key="to-april-23", days=-26), Step(key="d19", days=-19))
    stage = contacts_stage(due=Due(on=date(2023, 5, 31)))
    wanted = definition(stages=(stage,), ladders=(ladder(steps=steps),))

    days = {m.step: m.at.astimezone(wanted.zone).date() for m in moments(wanted) if m.kind is MomentKind.REMIND}

    assert days == {"to-may-6": date(2023, 5, 6), "to-april-23": date(2023, 4, 23), "d19": date(2023, 5, 5)}


@pytest.mark.parametrize(
    ("days", "expected"), [(-31, date(2023, 4, 28)), (-30, date(2023, 4, 28)), (-28, date(2023, 4, 28))]
)
def test_a_calendar_day_rung_on_a_day_off_moves_to_the_working_day_before(days: int, expected: date) -> None:
    """A promise of "n days before" is never kept later than promised."""
    stage = contacts_stage(due=Due(on=date(2023, 5, 31)))
    step = Step(key="x", days=days, counting=Counting.CALENDAR)
    wanted = definition(stages=(stage,), ladders=(ladder(steps=(step,)),))

    (at,) = instants(wanted, MomentKind.REMIND)

    assert at.astimezone(wanted.zone).date() == expected


def test_a_rung_after_the_deadline_moves_to_the_next_working_day() -> None:
    stage = contacts_stage(due=Due(on=date(2023, 4, 28)))
    step = Step(key="x", days=1, counting=Counting.CALENDAR, to=Audience.UPPER)
    wanted = definition(stages=(stage,), ladders=(ladder(steps=(step,)),))

    (at,) = instants(wanted, MomentKind.ESCALATE)

    assert at.astimezone(wanted.zone).date() == date(2023, 5, 4)


def test_half_time_lies_between_opening_and_deadline() -> None:
    """S001-60: a reminder at half-time."""
    wanted = definition(ladders=(ladder(steps=(Step(key="half", days=0, anchor=Anchor.HALF),)),))

    (at,) = instants(wanted, MomentKind.REMIND)

    assert at == local("2023-03-13 09:00")


def test_an_extension_for_all_makes_new_moments_and_forgets_the_old_ones() -> None:
    """S003-42, R4: the deadline is part of the key, so a moved date gives new reminders."""
    new = Deadline(local("2023-03-28 00:00"), since=local("2023-03-14 10:00"))
    state = BatchState({"contacts": StageState(opened_at=local("2023-03-06 09:00"), base=new)})

    assert instants(definition(), MomentKind.REMIND, state) == [
        local("2023-03-20 09:00"),
        local("2023-03-24 09:00"),
        local("2023-03-27 09:00"),
    ]
    assert instants(definition(), MomentKind.CLOSE, state) == [local("2023-03-28 00:00")]


def test_a_unit_with_more_time_has_rungs_of_its_own_beside_the_others() -> None:
    """S000-56: others are unaffected; rungs that lay before the grant never existed."""
    special = Deadline(local("2023-03-25 00:00"), since=local("2023-03-18 10:00"), is_base=False)
    state = BatchState(
        {
            "contacts": StageState(
                opened_at=local("2023-03-06 09:00"), base=Deadline(local("2023-03-21 00:00")), special=(special,)
            )
        }
    )

    found = [(m.kind.value, m.at) for m in moments(definition(), state) if m.deadline == special]

    assert found == [
        ("remind", local("2023-03-23 09:00")),
        ("remind", local("2023-03-24 09:00")),
        ("close", local("2023-03-25 00:00")),
        ("escalate", local("2023-03-27 09:00")),
    ]


def test_what_is_in_the_ledger_is_not_planned_again() -> None:
    first = moments(definition())[0]

    assert first not in moments(definition(), BatchState(applied=frozenset({first.key})))


def test_a_stage_follows_the_closing_of_others_and_counts_its_days_from_there() -> None:
    """Stages that follow: the deadline may be so many working days after the opening."""
    second = dated("second", opens=Opening(after=("contacts",)), due=Due(working_days=3))
    dates = milestones(definition(stages=(contacts_stage(), second)), EMPTY, CALENDAR)["second"]

    assert dates.opens_at == local("2023-03-21 00:05")
    assert dates.due_at == local("2023-03-25 00:00")


def test_stages_run_beside_each_other() -> None:
    """S003-62: three dates in one batch, same-day ones stay separate."""
    other = contacts_stage(key="evaluation")
    found = moments(definition(stages=(contacts_stage(), other)))

    assert [m.stage for m in found if m.kind is MomentKind.CLOSE] == ["contacts", "evaluation"]


def test_a_stage_without_dates_waits_for_a_person() -> None:
    """T8: stages without dates are allowed; what follows one that ends by hand is unknown."""
    by_hand = dated("score", opens=Opening(after=("contacts",)), completes=Completion.BY_HAND)
    after = dated("publish", opens=Opening(after=("score",)))
    wanted = definition(stages=(contacts_stage(), by_hand, after))

    dates = milestones(wanted, EMPTY, CALENDAR)

    assert dates["score"].opens_at == local("2023-03-21 00:05")
    assert dates["publish"].opens_at is None
    assert [m.stage for m in moments(wanted) if m.kind is MomentKind.CLOSE] == ["contacts"]


def test_a_stage_whose_form_is_missing_has_no_moments_while_others_run() -> None:
    """S003-33: the declare stage cannot open to applicants without its form; other stages run."""
    declare = dated(
        "declare", kind=StageKind.DECLARE, opens=Opening(on=date(2023, 3, 6)), due=Due(on=date(2023, 5, 31))
    )

    assert {m.stage for m in moments(definition(stages=(declare, contacts_stage())))} == {"contacts"}


def test_a_stage_that_ends_when_nothing_is_owed_closes_at_that_instant() -> None:
    stage = contacts_stage(completes=Completion.ALL_SETTLED)
    settled = local("2023-03-10 15:00")
    state = BatchState({"contacts": StageState(opened_at=local("2023-03-06 09:00"), settled_at=settled)})

    close = next(m for m in moments(definition(stages=(stage,)), state) if m.kind is MomentKind.CLOSE)

    assert (close.at, close.effective_at, close.key) == (settled, settled, "contacts:close:settled")
