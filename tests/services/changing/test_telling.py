"""The difference of two rehearsals in lines: mails, calls and changes of state apart."""

from __future__ import annotations

from datetime import timedelta

from services.changing.telling import CALL, Turn, counts, told
from services.rehearsal import Event
from services.rehearsal.comparing import Differences, Moved
from tests.support.batches import definition, local

AT = local("2023-03-13 09:00")


def event(kind: str, unit: str | None, *to: str, key: str = "") -> Event:
    return Event(AT, kind, "contacts", unit, list(to), "反馈联系人", key or f"{kind}/{unit}")


def later(one: Event) -> Moved:
    return Moved(one, Event(one.at + timedelta(days=7), *[getattr(one, name) for name in one.__slots__[1:]]))


def test_mails_calls_and_states_stand_apart() -> None:
    mails = [event("reminder", "000001", "u1@units.example"), event("reminder", "000002", "u2@units.example")]
    call, closing = event("reminder", "000003"), event("stage_closes", None)
    opening = event("stage_opens", "000001", "u1@units.example")
    found = told(
        Differences(moved=[later(one) for one in (*mails, call, closing)], dropped=[opening]),
        definition(3),
        definition(3),
    )

    lines = {(line.what, line.turn): (line.count, line.whom, line.is_call) for line in found}
    assert lines == {
        ("开放通知", Turn.DROPPED): (1, ["第1单位"], False),
        ("催办提醒", Turn.MOVED): (2, ["第1单位", "第2单位"], False),
        (CALL, Turn.MOVED): (1, ["第3单位"], True),
        ("截止", Turn.MOVED): (0, [], False),
    }
    assert counts(found) == {Turn.MOVED: 2, Turn.ADDED: 0, Turn.DROPPED: 1, Turn.REWORDED: 0}
