"""The difference of two rehearsals: what is added, dropped, moved to another minute, or worded anew.

Two events are the same one when they belong to the same occasion: milestone, unit, addressee and rung of the ladder.
So a reminder keeps its identity when its deadline moves, however many others its unit gets.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.rehearsal.events import Event

REMINDS = frozenset({"reminder", "digest"})
"""Kinds of one family: a reminder becomes a digest as soon as its reader owes a second thing that day."""
STAMP = re.compile(r"\d{8}T\d{6}Z|\d{4}-\d{2}-\d{2}")
"""The instants and days within keys, which say when and not what."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One event in both rehearsals. before, after: as it stands in each."""

    before: Event
    after: Event


@dataclass(frozen=True, slots=True)
class Differences:
    """What leads from one rehearsal to another, each in the order of time.

    moved: at another minute, often with another text as well. reworded: at the same minute, with another subject or
    text, or merged with others into a digest.
    """

    added: Sequence[Event] = field(default_factory=list)
    dropped: Sequence[Event] = field(default_factory=list)
    moved: Sequence[Moved] = field(default_factory=list)
    reworded: Sequence[Moved] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether both rehearsals show the same."""
        return not (self.added or self.dropped or self.moved or self.reworded)


def compare(before: Sequence[Event], after: Sequence[Event]) -> Differences:
    """Return what leads from the first rehearsal to the second; another key alone is no difference.

    The first without `dropped` and the befores, with `added` and the afters, shows what the second shows.
    """
    pairs: list[Moved] = []
    left, right = list(before), list(after)
    for identity in (_unchanged, _occasion, _same_minute, _same_sight):
        found, left, right = _pair(left, right, identity)
        pairs += found
    pairs.sort(key=lambda pair: _order(pair.before))
    return Differences(
        added=sorted(right, key=_order),
        dropped=sorted(left, key=_order),
        moved=[pair for pair in pairs if pair.before.at != pair.after.at],
        reworded=[
            pair for pair in pairs if pair.before.at == pair.after.at and shown(pair.before) != shown(pair.after)
        ],
    )


def shown(event: Event) -> tuple[Hashable, ...]:
    """Return what people see of an event: everything but its minute and its keys."""
    return event.kind, event.milestone, event.unit, tuple(event.to), event.subject, event.body


def rung(event: Event) -> str:
    """Return what an event does within its stage, without instants: "contacts:remind.before-5", "contacts:open"."""
    return STAMP.sub("", event.moment or event.key)


def _unchanged(event: Event) -> Hashable:
    return event.at, rung(event), shown(event)


def _occasion(event: Event) -> Hashable:
    return _family(event), event.milestone, event.unit, _whom(event), rung(event)


def _same_minute(event: Event) -> Hashable:
    """Name what somebody gets at a minute, whichever rung or stage it comes from; what nobody gets stands alone."""
    whom = _whom(event)
    return (_family(event), whom, event.at) if whom else id(event)


def _same_sight(event: Event) -> Hashable:
    return event.at, shown(event)


def _family(event: Event) -> str:
    return "reminder" if event.kind in REMINDS else event.kind


def _whom(event: Event) -> tuple[str, ...]:
    """Return the addresses, or the number that must be called; nothing for a change of state."""
    last = event.key.rpartition("/")[2]
    return tuple(event.to) or ((last,) if last.startswith("tel:") else ())


def _order(event: Event) -> tuple[datetime, str, str]:
    return event.at, event.milestone, event.key


def _pair(
    left: Sequence[Event], right: Sequence[Event], identity: Callable[[Event], Hashable]
) -> tuple[list[Moved], list[Event], list[Event]]:
    """Return the pairs of one identity, and what is left on either side."""
    groups: defaultdict[Hashable, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for place, events in enumerate((left, right)):
        for event in events:
            groups[identity(event)][place].append(event)
    pairs: list[Moved] = []
    olds: list[Event] = []
    news: list[Event] = []
    for old, new in groups.values():
        found, rest_old, rest_new = _nearest(old, new)
        pairs += found
        olds += rest_old
        news += rest_new
    return pairs, olds, news


def _nearest(olds: Sequence[Event], news: Sequence[Event]) -> tuple[list[Moved], list[Event], list[Event]]:
    """Pair as many as there are on both sides, the closest in time first; return them and the rest of each side."""
    if not olds or not news:
        return [], list(olds), list(news)
    distances = sorted((abs(old.at - new.at), i, k) for i, old in enumerate(olds) for k, new in enumerate(news))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, k in distances:
        if i not in partner and k not in taken:
            partner[i] = k
            taken.add(k)
    return (
        [Moved(olds[i], news[k]) for i, k in partner.items()],
        [old for i, old in enumerate(olds) if i not in partner],
        [new for k, new in enumerate(news) if k not in taken],
    )
