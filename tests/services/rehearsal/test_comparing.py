"""The difference of two rehearsals: laws, and the cases in which people would look twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from domain.definition import Due
from presets import FOLDER
from services.definitions import load_file
from services.rehearsal import Event, Period, rehearse_definition
from services.rehearsal.comparing import Moved, compare
from tests.support.batches import contacts_stage, definition, ladder
from tests.support.rehearsing import EVENTS, applied, reminder, seen


def days(pairs: Sequence[Moved]) -> list[tuple[str, str]]:
    return [(f"{pair.before.at:%m-%d}", f"{pair.after.at:%m-%d}") for pair in pairs]


@settings(max_examples=200)
@given(events=EVENTS)
def test_a_rehearsal_does_not_differ_from_itself(events: list[Event]) -> None:
    """Issue 4.5: nothing is told where nothing changed, in whatever order it was listed."""
    assert compare(events, events).is_empty
    assert compare(events, list(reversed(events))).is_empty


@settings(max_examples=300)
@given(before=EVENTS, after=EVENTS)
def test_carrying_out_the_differences_gives_the_other_rehearsal(before: list[Event], after: list[Event]) -> None:
    """Issue 4.5, 4.6: the differences tell everything, and nothing twice."""
    found = compare(before, after)

    assert applied(before, found) == seen(after)
    assert not (seen(found.added) & seen(found.dropped))


@settings(max_examples=200)
@given(before=EVENTS, after=EVENTS)
def test_the_way_back_is_the_way_there_reversed(before: list[Event], after: list[Event]) -> None:
    there, back = compare(before, after), compare(after, before)

    assert seen(there.added) == seen(back.dropped)
    assert seen(there.dropped) == seen(back.added)


def test_each_reminder_keeps_its_rung_when_the_deadline_moves() -> None:
    """A reminder of the old plan falls on the day of another one of the new plan; both are told as moved."""
    before = [reminder("2023-03-13", "d5"), reminder("2023-03-17", "d1"), reminder("2023-03-20", "d0")]
    after = [reminder("2023-03-17", "d5"), reminder("2023-03-23", "d1"), reminder("2023-03-24", "d0")]

    found = compare(before, after)

    assert days(found.moved) == [("03-13", "03-17"), ("03-17", "03-23"), ("03-20", "03-24")]
    assert (found.added, found.dropped, found.reworded) == ([], [], [])


def test_rungs_that_got_other_names_are_known_by_their_minute() -> None:
    found = compare([reminder("2023-03-13", "d5")], [reminder("2023-03-13", "early", subject="请尽快报送")])

    assert days(found.reworded) == [("03-13", "03-13")]
    assert (found.added, found.dropped, found.moved) == ([], [], [])


def test_a_reminder_that_becomes_a_digest_is_the_same_mail_worded_anew() -> None:
    one = reminder("2023-03-13", "d5")
    found = compare([one], [replace(one, kind="digest", subject="提醒：2 项待办")])

    assert [pair.after.kind for pair in found.reworded] == ["digest"]


def test_another_address_is_another_mail() -> None:
    one = reminder("2023-03-13", "d5")
    found = compare([one], [replace(one, to=["new@units.example"])])

    assert ([e.to for e in found.dropped], [e.to for e in found.added]) == ([one.to], [["new@units.example"]])


def test_of_several_reminders_without_a_rung_the_closest_belong_together() -> None:
    before = [reminder("2023-03-13", ""), reminder("2023-03-20", "")]

    found = compare(before, [reminder("2023-03-21", "")])

    assert days(found.moved) == [("03-20", "03-21")]
    assert [f"{event.at:%m-%d}" for event in found.dropped] == ["03-13"]


def test_a_key_alone_is_no_difference() -> None:
    one = reminder("2023-03-13", "d5")

    assert compare([one], [replace(one, key="other")]).is_empty


def test_a_later_deadline_moves_what_hangs_on_it_and_nothing_else() -> None:
    """Issue 4, bar: the difference of two real rehearsals of a batch whose deadline moves by a week."""
    later = contacts_stage(due=Due(on=date(2023, 3, 27)))
    before = rehearse_definition(definition(units=2), Period()).events
    after = rehearse_definition(definition(units=2, stages=(later,)), Period()).events

    found = compare(before, after)

    assert applied(before, found) == seen(after)
    assert Counter(pair.before.kind for pair in found.moved) == {"reminder": 6, "stage_closes": 2, "escalation": 1}
    assert days(found.moved)[:2] == [("03-13", "03-20")] * 2
    assert {pair.before.kind for pair in found.reworded} == {"stage_opens"}
    assert (found.added, found.dropped) == ([], [])


def test_a_rung_more_is_added_for_every_unit() -> None:
    wanted = definition(units=2)
    more = ladder(steps=(replace(ladder().steps[0], key="d3", days=-3), *ladder().steps))

    found = compare(
        rehearse_definition(wanted, Period()).events,
        rehearse_definition(replace(wanted, ladders=(more,)), Period()).events,
    )

    assert [(f"{event.at:%m-%d}", event.unit) for event in found.added] == [("03-15", "000001"), ("03-15", "000002")]
    assert (found.dropped, found.moved, found.reworded) == ([], [], [])


def test_the_ministrys_date_moved_by_nine_days() -> None:
    """Issue 4, bar: 2023-05-31 becomes 2023-06-09; what is told leads from one rehearsal to the other."""
    wanted = load_file(FOLDER / "miit-2023.yaml")
    stages = tuple(
        replace(stage, due=replace(stage.due, on=date(2023, 6, 9)))
        if stage.due is not None and stage.due.on == date(2023, 5, 31)
        else stage
        for stage in wanted.stages
    )
    before = rehearse_definition(wanted, Period()).events
    after = rehearse_definition(replace(wanted, stages=stages), Period()).events

    found = compare(before, after)

    assert applied(before, found) == seen(after)
    assert found.moved
    assert {pair.before.milestone for pair in found.moved} <= {"evaluation", "recommend", "score"}
    assert (found.added, found.dropped) == ([], [])
