"""What becomes of reminders that are due now: sent, merged into a more urgent one, or recorded as missed.

A reminder is late when it is taken up more than an hour after its instant, because nothing ran meanwhile. Then only
the most urgent of several is sent, none after the deadline it warns of, and each of the others says why (rule R4).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.calendar import Calendar
from domain.definition import Ladder, Step, WhenMissed
from domain.instants import describe, local_day, local_instant
from domain.plan import Moment

LATE_AFTER = timedelta(hours=1)
OFFICE_HOURS = (time(8), time(20))


class Verdict(StrEnum):
    """What is done with a moment."""

    APPLY = "applied"
    MERGE = "merged"
    MISS = "missed"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on one moment; `because` tells people why it was not applied as planned."""

    moment: Moment
    verdict: Verdict
    because: str = ""


def triage(moments: Sequence[Moment], ladder: Ladder, now: datetime, zone: ZoneInfo) -> list[Ruling]:
    """Return a ruling for each due reminder of one stage, in the order given."""
    groups: defaultdict[tuple[object, ...], list[Moment]] = defaultdict(list)
    rulings: dict[str, Ruling] = {}
    for moment in moments:
        missed = _missed_because(moment, ladder, now, zone)
        if missed:
            rulings[moment.key] = Ruling(moment, Verdict.MISS, missed)
        else:
            due_at = moment.deadline.due_at if moment.deadline else None
            groups[(moment.kind, due_at, _warns(moment))].append(moment)
    for group in groups.values():
        urgent = max(group, key=lambda m: m.at)
        for moment in group:
            late = moment is not urgent and now - moment.at > LATE_AFTER
            because = f"与 {describe(urgent.at, zone)} 的提醒合并" if late else ""
            rulings[moment.key] = Ruling(moment, Verdict.MERGE if late else Verdict.APPLY, because)
    return [rulings[moment.key] for moment in moments]


def _warns(moment: Moment) -> bool:
    return moment.deadline is not None and moment.at < moment.deadline.due_at


def _missed_because(moment: Moment, ladder: Ladder, now: datetime, zone: ZoneInfo) -> str:
    if now - moment.at <= LATE_AFTER:
        return ""
    if moment.deadline is not None and _warns(moment) and now >= moment.deadline.due_at:
        return f"系统停运，恢复时已过截止时间 {describe(moment.deadline.due_at, zone, is_deadline=True)}"
    if ladder.when_missed is WhenMissed.DROP:
        return f"系统停运，错过 {describe(moment.at, zone)} 的提醒，按规则不再补发"
    return ""


def send_not_before(moment: Moment, step: Step, now: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """Return when a reminder taken up now may leave: at once if on time, else not at night nor on a day off.

    A late reminder whose next polite time would lie past the deadline leaves at once.
    """
    if now - moment.at <= LATE_AFTER:
        return moment.at
    local = now.astimezone(zone)
    today = local_day(now, zone)
    is_day = not step.skip_days_off or calendar.is_working(today)
    if is_day and OFFICE_HOURS[0] <= local.time() < OFFICE_HOURS[1]:
        return now
    day = today if local.time() < OFFICE_HOURS[0] else today + timedelta(days=1)
    polite = local_instant(calendar.nearest(day, later=True) if step.skip_days_off else day, step.at, zone)
    if moment.deadline is not None and _warns(moment) and polite >= moment.deadline.due_at:
        return now
    return polite


def applied(rulings: Iterable[Ruling]) -> list[Moment]:
    """Return the moments that are carried out."""
    return [ruling.moment for ruling in rulings if ruling.verdict is Verdict.APPLY]
