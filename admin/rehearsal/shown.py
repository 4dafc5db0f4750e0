"""A kept rehearsal in the shapes that its page takes: groups of events, the picture along time, the clock."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from domain.instants import due_day, local_day
from services.progress.paging import Page, page_of
from services.rehearsal.comparing import Moved
from services.rehearsal.events import REFUSED, Event
from services.rehearsal.kept import Result, is_call

GROUP_ROWS = 25
"""How many groups a page lists, and how many mails of one group it shows with their texts."""
FLAT_ROWS = 50


@dataclass(frozen=True, slots=True)
class Family:
    """Events that people count as one kind. tone: of `macros/ui.html`; symbol stands for it, never colour alone."""

    key: str
    label: str
    symbol: str
    tone: str
    has: Callable[[Event], bool]
    unit: str = "封"


FAMILIES: tuple[Family, ...] = (
    Family("opens", "环节开放", "▶", "open", lambda e: e.kind == "stage_opens" and not e.to and not is_call(e), "次"),
    Family("closes", "环节截止", "■", "none", lambda e: e.kind == "stage_closes" and not e.to, "次"),
    Family("calls", "待人工催办", "☎", "warn", is_call, "次"),
    Family("notice", "开放通知", "✉", "open", lambda e: e.kind == "stage_opens"),
    Family("reminder", "提醒", "●", "open", lambda e: e.kind in {"reminder", "digest"}),
    Family("escalation", "提请催办", "▲", "warn", lambda e: e.kind == "escalation"),
    Family("report", "截止通报", "✉", "done", lambda e: e.kind == "stage_closes"),
    Family("extension", "延期通知", "◆", "open", lambda e: e.kind == "extension"),
    Family(REFUSED, "未受理", "✕", "overdue", lambda e: e.kind == REFUSED, "次"),
    Family("missed", "未执行", "–", "warn", lambda e: e.kind == "missed", "次"),
    Family("other", "其他通知", "✉", "none", lambda _: True),
)
"""In the order in which they are asked: an event belongs to the first that has it."""
BY_KEY: Mapping[str, Family] = {family.key: family for family in FAMILIES}


def family_of(event: Event) -> Family:
    """Return the family of an event."""
    return next(family for family in FAMILIES if family.has(event))


def counted(events: Iterable[Event]) -> list[tuple[Family, int]]:
    """Return how many events of each family there are, without those that there are none of."""
    totals: defaultdict[str, int] = defaultdict(int)
    for event in events:
        totals[family_of(event).key] += 1
    return [(family, totals[family.key]) for family in FAMILIES if totals[family.key]]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are listed. minute: those of one exact minute, one by one. unit: words of name or code."""

    family: str = ""
    stage: str = ""
    unit: str = ""
    day: date | None = None
    minute: datetime | None = None
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Tell whether everything is listed."""
        return not (self.family or self.stage or self.unit or self.day or self.minute)


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one family, stage and minute. events: the first of them; total: all of them."""

    at: datetime
    family: Family
    stage: str
    events: Sequence[Event]
    total: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of groups. total: events that the filter lets through."""

    groups: Sequence[Group]
    page: Page
    total: int


def listing(events: Sequence[Event], wanted: Filter, units: Mapping[str, str], zone: ZoneInfo) -> Listing:
    """Return a page of the events that a filter lets through. units: names by code."""
    found = [event for event in events if _is_wanted(event, wanted, units, zone)]
    if wanted.minute is not None:
        page = page_of(len(found), wanted.page, FLAT_ROWS)
        shown = found[page.offset : page.offset + page.size]
        return Listing([_group([event]) for event in shown], page, len(found))
    groups = occasions(found)
    page = page_of(len(groups), wanted.page, GROUP_ROWS)
    shown_groups = [
        replace(group, events=group.events[:GROUP_ROWS]) for group in groups[page.offset : page.offset + page.size]
    ]
    return Listing(shown_groups, page, len(found))


def occasions(events: Sequence[Event]) -> list[Group]:
    """Return events in groups, in the order of time."""
    return [_group(list(part)) for _, part in groupby(_together(events), key=_occasion)]


def _is_wanted(event: Event, wanted: Filter, units: Mapping[str, str], zone: ZoneInfo) -> bool:
    if wanted.minute is not None and event.at != wanted.minute:
        return False
    if wanted.day is not None and day_of(event, zone) != wanted.day:
        return False
    if (wanted.stage and event.milestone != wanted.stage) or (
        wanted.family and family_of(event).key != wanted.family
    ):
        return False
    named = f"{event.unit or ''} {units.get(event.unit or '', '')} {' '.join(event.to)}"
    return all(word in named for word in wanted.unit.split())


def _occasion(event: Event) -> tuple[datetime, str, str]:
    return event.at, family_of(event).key, event.milestone


def _together(events: Sequence[Event]) -> list[Event]:
    """Return events so that those of one occasion stand together, at one minute in the order of the families."""
    order = {family.key: place for place, family in enumerate(FAMILIES)}
    return sorted(events, key=lambda e: (e.at, order[family_of(e).key], e.milestone))


def _group(events: Sequence[Event]) -> Group:
    first = events[0]
    return Group(first.at, family_of(first), first.milestone, events, len(events))


def day_of(event: Event, zone: ZoneInfo) -> date:
    """Return the day on which people place an event: a closing at midnight ends the day before."""
    return due_day(event.at, zone) if family_of(event).key in {"closes", "report"} else local_day(event.at, zone)


@dataclass(frozen=True, slots=True)
class Shift:
    """Differences of one family, stage and pair of minutes. pairs: the first of them; total: all of them."""

    first: Moved
    family: Family
    stage: str
    pairs: Sequence[Moved]
    total: int


def shifts(pairs: Sequence[Moved]) -> list[Shift]:
    """Return moved or reworded events in groups, in the order of time."""

    def key(pair: Moved) -> tuple[datetime, datetime, str, str]:
        return pair.before.at, pair.after.at, family_of(pair.after).key, pair.after.milestone

    groups = [list(part) for _, part in groupby(sorted(pairs, key=key), key=key)]
    return [
        Shift(part[0], family_of(part[0].after), part[0].after.milestone, part[:GROUP_ROWS], len(part))
        for part in groups
    ]


@dataclass(frozen=True, slots=True)
class Clock:
    """The movable clock. instants: every minute at which something happens. step: how many of them have passed.

    before, after: where the buttons lead; None at either end. mails, calls, refused: how many there were by then.
    just: what happens at this very minute.
    """

    at: datetime
    instants: Sequence[datetime]
    step: int
    before: datetime | None
    after: datetime | None
    mails: int
    calls: int
    refused: int
    just: Sequence[Group]


def clock(result: Result, at: datetime | None, step: int | None) -> Clock | None:
    """Return the clock at an instant, or at a step of the slider; at the first event by default, None without any."""
    instants = sorted({event.at for event in result.events})
    if not instants:
        return None
    if at is None:
        at = instants[min(step, len(instants) - 1)] if step is not None else instants[0]
    passed = bisect_right(instants, at)
    is_at_one = passed > 0 and instants[passed - 1] == at
    earlier = passed - 2 if is_at_one else passed - 1
    by_then = [event for event in result.events if event.at <= at]
    return Clock(
        at,
        instants,
        max(passed - 1, 0),
        instants[earlier] if earlier >= 0 else None,
        instants[passed] if passed < len(instants) else None,
        sum(1 for event in by_then if event.to),
        sum(1 for event in by_then if is_call(event)),
        sum(1 for event in by_then if event.kind == REFUSED),
        occasions([event for event in by_then if event.at == at]),
    )
