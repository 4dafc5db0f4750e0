"""Events by hand, and scenarios as text, for rehearsals that are compared, kept and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st

from services.rehearsal import Event
from services.rehearsal.comparing import Differences, shown
from tests.support.batches import local

START = local("2023-03-06 09:00")


def reminder(day: str, step: str, unit: str = "000001", **changes: str) -> Event:
    """Return a reminder to the unit at nine on a day, from a rung of the ladder of "contacts"."""
    address = f"u{unit}@units.example"
    return Event(
        local(f"{day} 09:00"),
        changes.get("kind", "reminder"),
        changes.get("milestone", "contacts"),
        unit,
        [changes.get("address", address)],
        changes.get("subject", "提醒"),
        f"remind/{day}/{address}",
        changes.get("body", "请报送。"),
        f"{changes.get('milestone', 'contacts')}:remind.{step}:20230320T160000Z" if step else "",
    )


def _event(at: datetime, kind: str, stage: str, unit: str | None, rung: str, text: str) -> Event:
    to = [f"u{unit or 'office'}@units.example"] if kind != "stage_closes" else []
    moment = f"{stage}:{rung}:{at:%Y%m%dT%H%M%SZ}"
    return Event(at, kind, stage, unit, to, text, f"batch/{moment}/{unit or 'office'}", text * 2, moment)


EVENTS = st.lists(
    st.builds(
        _event,
        st.integers(0, 6).map(lambda days: START + timedelta(days=days)),
        st.sampled_from(["reminder", "digest", "escalation", "stage_opens", "stage_closes"]),
        st.sampled_from(["contacts", "recommend"]),
        st.sampled_from([None, "000001", "000002"]),
        st.sampled_from(["remind.d5", "remind.d1", "open"]),
        st.sampled_from(["甲", "乙"]),
    ),
    max_size=14,
)
"""Rehearsals as people could see them, with many events that are nearly the same."""


def seen(events: Sequence[Event]) -> Counter[tuple[datetime, tuple[Hashable, ...]]]:
    """Return what a rehearsal shows, whatever its keys."""
    return Counter((event.at, shown(event)) for event in events)


def applied(before: Sequence[Event], found: Differences) -> Counter[tuple[datetime, tuple[Hashable, ...]]]:
    """Return what the first rehearsal shows once the differences are carried out."""
    pairs = [*found.moved, *found.reworded]
    gone = seen([*found.dropped, *(pair.before for pair in pairs)])
    assert gone <= seen(before)
    return seen(before) - gone + seen([*found.added, *(pair.after for pair in pairs)])
