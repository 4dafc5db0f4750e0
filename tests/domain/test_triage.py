"""Late reminders: merged, dropped or sent at a decent hour."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from domain.definition import Due, Step, WhenMissed
from domain.milestones import BatchState
from domain.plan import Moment, MomentKind, plan
from domain.triage import Verdict, send_not_before, triage
from tests.domain.test_plan import CALENDAR
from tests.support.batches import contacts_stage, definition, ladder, local

ZONE = ZoneInfo("Asia/Shanghai")


def reminders() -> list[Moment]:
    return [m for m in plan(definition(), BatchState(), CALENDAR) if m.kind is MomentKind.REMIND]


def verdicts(moments: list[Moment], now: str, **changes: object) -> list[Verdict]:
    rulings = triage(moments, ladder(**changes), local(now), ZONE)
    return [ruling.verdict for ruling in rulings]


def test_a_reminder_on_time_is_applied() -> None:
    assert verdicts(reminders()[:1], "2023-03-13 09:00") == [Verdict.APPLY]


def test_of_several_missed_ones_only_the_most_urgent_is_sent() -> None:
    """R4, F14: after an outage one reminder, not three."""
    assert verdicts(reminders()[:2], "2023-03-18 10:00") == [Verdict.MERGE, Verdict.APPLY]


def test_none_is_sent_after_the_deadline_it_warns_of() -> None:
    """R4: none for a closed stage; each says why."""
    rulings = triage(reminders(), ladder(), local("2023-03-22 10:00"), ZONE)

    assert [ruling.verdict for ruling in rulings] == [Verdict.MISS] * 3
    assert all("已过截止时间 2023-03-20 周一 24:00" in ruling.because for ruling in rulings)


def test_a_ladder_may_drop_what_was_missed() -> None:
    assert verdicts(reminders()[:1], "2023-03-14 10:00", when_missed=WhenMissed.DROP) == [Verdict.MISS]


def test_an_escalation_after_the_deadline_is_still_due() -> None:
    escalation = [m for m in plan(definition(), BatchState(), CALENDAR) if m.kind is MomentKind.ESCALATE]

    assert verdicts(escalation, "2023-03-22 10:00") == [Verdict.APPLY]


def leaves(now: str, due: date = date(2023, 3, 31)) -> str:
    stage = contacts_stage(due=Due(on=due))
    wanted = definition(stages=(stage,))
    moment = next(m for m in plan(wanted, BatchState(), CALENDAR) if m.kind is MomentKind.REMIND)
    at = send_not_before(moment, Step(key="d5", days=-5), local(now), CALENDAR, ZONE)
    return f"{at.astimezone(ZONE):%m-%d %H:%M}"


def test_a_late_reminder_waits_for_office_hours_of_a_working_day() -> None:
    """None on a day off and none at night, also after an outage."""
    assert leaves("2023-03-24 11:00") == "03-24 11:00"
    assert leaves("2023-03-24 22:30") == "03-27 09:00"
    assert leaves("2023-03-25 11:00") == "03-27 09:00"
    assert leaves("2023-03-28 03:00") == "03-28 09:00"


def test_a_late_reminder_leaves_at_once_when_waiting_would_pass_the_deadline() -> None:
    assert leaves("2023-03-25 11:00", due=date(2023, 3, 26)) == "03-25 11:00"


def test_the_hour_of_tolerance_is_inclusive() -> None:
    moment = reminders()[0]
    rulings = triage([moment], ladder(when_missed=WhenMissed.DROP), moment.at + timedelta(hours=1), ZONE)

    assert [ruling.verdict for ruling in rulings] == [Verdict.APPLY]
