"""The ministry's batch rehearsed: what an office reads before it publishes, against the notice's own dates."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from functools import cache

import pytest

from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import load_file
from services.rehearsal import Event, Period, Rehearsal, read_scenario, rehearse_definition
from tests.support.batches import local

MIIT = load_file(FOLDER / "miit-2023.yaml")
SCENARIO = (FOLDER / "demo" / "miit-2023-scenario.yaml").read_text(encoding="utf-8")
KINDS = {"stage_opens", "reminder", "digest", "escalation", "stage_closes", "missed"}
KEYS = ["at", "kind", "milestone", "unit", "to", "subject", "key"]
OFFICE = "office@miit.example"


@cache
def rehearsed() -> Rehearsal:
    """Rehearse the preset once for all tests; nobody answers anything."""
    return rehearse_definition(MIIT, Period(until=local("2023-07-01 00:00")))


@cache
def with_answers() -> Rehearsal:
    return rehearse_definition(MIIT, Period(until=local("2023-07-01 00:00")), read_scenario(SCENARIO, MIIT))


def mails(kind: str, milestone: str = "contacts", of: Rehearsal | None = None) -> list[Event]:
    """Return the mails of an occasion; a reminder of a unit that owes more than this is a digest of it all."""
    kinds = {"reminder", "digest"} if kind == "reminder" else {kind}
    return [e for e in (of or rehearsed()).events if e.kind in kinds and e.milestone == milestone and e.to]


def test_the_document_has_the_keys_and_kinds_of_the_contract() -> None:
    """Design 6: `rehearse` is checked from outside."""
    document = rehearsed().as_json()

    assert list(document) == ["batch", "events", "warnings"]
    assert document["batch"] == "miit-2023"
    events = document["events"]
    assert isinstance(events, list)
    assert {tuple(event) for event in events} == {tuple(KEYS)}
    assert {event["kind"] for event in events} == KINDS - {"reminder"}
    assert all(datetime.fromisoformat(event["at"]).utcoffset() is not None for event in events)
    assert all(isinstance(event["to"], list) and isinstance(event["subject"], str) for event in events)
    assert isinstance(document["warnings"], list)


def test_the_same_input_gives_the_same_output() -> None:
    """Design 6: same input, same output, down to the order."""
    again = rehearse_definition(MIIT, Period(until=local("2023-07-01 00:00")))

    assert again.as_json() == rehearsed().as_json()


def test_events_come_in_order_and_each_once() -> None:
    events = rehearsed().events

    assert [event.at for event in events] == sorted(event.at for event in events)
    assert max(Counter(event.key for event in events).values()) == 1


def test_37_units_are_told_when_the_batch_opens() -> None:
    """S000-55, S003-03: one opening mail each, although several stages open together."""
    opening = [event for event in rehearsed().events if event.kind == "stage_opens" and event.to]

    assert len(opening) == len({event.unit for event in opening}) == 37
    assert {event.at for event in opening} == {local("2023-03-06 09:00")}
    assert all(event.to == [f"gxt-{event.unit}@units.example"] for event in opening)


def test_reminders_of_the_contact_feedback_fall_on_the_13th_16th_17th_and_20th() -> None:
    """S003-28, S003-71: five, two and one working days before, and on the day; to each unit that still owes."""
    days = Counter(event.at.date() for event in mails("reminder"))

    assert days == {date(2023, 3, day): 37 for day in (13, 16, 17, 20)}
    assert {event.at.strftime("%H:%M") for event in mails("reminder")} == {"09:00"}


def test_nothing_is_sent_on_a_day_off() -> None:
    """S003-71, T13: 29 April to 3 May 2023 are off, 23 April and 6 May are not."""
    calendar = official_calendar()
    days = {event.at.date() for event in rehearsed().events if event.kind in {"reminder", "digest", "escalation"}}

    assert days
    assert [day for day in sorted(days) if not calendar.is_working(day)] == []


def test_the_contact_feedback_closes_at_24_oclock_of_20_march() -> None:
    """R1, S003-28: an exclusive instant, which is 00:00 of the 21st; the office is told at once who is missing."""
    closing = [event for event in rehearsed().events if (event.kind, event.milestone) == ("stage_closes", "contacts")]

    assert {event.as_json()["at"] for event in closing} == {"2023-03-21T00:00:00+08:00"}
    assert [(event.unit, event.to) for event in closing] == [(None, []), (None, [OFFICE])]
    assert "37 个单位未报" in closing[1].subject


def test_the_day_after_the_office_hears_who_still_owes() -> None:
    (escalation,) = mails("escalation")

    assert (escalation.at, escalation.unit, escalation.to) == (local("2023-03-21 09:00"), None, [OFFICE])
    assert "37 个单位尚未完成" in escalation.subject


def test_the_materials_close_at_24_oclock_of_31_may() -> None:
    """S003-39, S003-41, S003-62."""
    closing = [
        event.at for event in rehearsed().events if (event.kind, event.milestone) == ("stage_closes", "recommend")
    ]

    assert closing == [local("2023-06-01 00:00")]


@pytest.mark.parametrize("since", [None, "2023-03-01 00:00"])
def test_the_stage_whose_form_is_missing_is_said_to_stay_closed(since: str | None) -> None:
    """S003-33: the declare stage cannot open, the others run."""
    found = (
        rehearsed() if since is None else rehearse_definition(MIIT, Period(local(since), local("2023-03-07 00:00")))
    )
    missed = [event for event in found.events if event.kind == "missed"]

    assert [(event.milestone, event.at, event.to) for event in missed] == [("declare", local("2023-03-06 09:00"), [])]
    assert "不能开放" in missed[0].subject


def test_what_was_inferred_and_who_is_not_there_is_said_in_the_warnings() -> None:
    """Design 2.10: nothing is taken for granted silently."""
    warnings = rehearsed().warnings

    assert len([text for text in warnings if text.startswith("推定值未确认")]) == len(MIIT.unconfirmed)
    assert [text for text in warnings if "没有应报对象" in text] == [
        "“前四批示范评估评价”没有应报对象（示范名单库中没有符合条件的获评单位），模拟中不会有该环节的提醒"
    ]


def test_units_that_answered_get_no_more_reminders() -> None:
    """S003-63: 33 of 37 answer in the demonstration's scenario, the others are reminded to the end."""
    happenings = read_scenario(SCENARIO, MIIT)
    answered = {happening.unit: happening.at for happening in happenings}
    reminded = mails("reminder", of=with_answers())

    assert len(answered) == 33
    assert [event for event in reminded if event.unit in answered and event.at > answered[event.unit]] == []
    silent = {unit.code for unit in MIIT.units} - set(answered)
    assert Counter(event.unit for event in reminded if event.unit in silent) == dict.fromkeys(silent, 4)
    assert "4 个单位未报" in mails("stage_closes", of=with_answers())[0].subject
    assert with_answers().warnings == rehearsed().warnings


def test_a_unit_that_answered_is_written_to_under_its_new_address() -> None:
    """S003-29, S003-30: the contact it gave is used from then on; later stages show it."""
    first = read_scenario(SCENARIO, MIIT)[0]
    before = [event.to for event in mails("stage_opens", of=with_answers()) if event.unit == first.unit]

    assert before == [[f"gxt-{first.unit}@units.example"]]
    assert first.values["email"] == f"lxr-{first.unit}@units.example"
