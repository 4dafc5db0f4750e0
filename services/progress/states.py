"""The state of duties as conditions of a query: what `domain.duties.state_of` says, for many rows at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, cast, or_

from domain.duties import DutyState, Settlement
from models import Duty

WORST_FIRST = (
    DutyState.OVERDUE,
    DutyState.OPEN,
    DutyState.PLANNED,
    DutyState.DONE,
    DutyState.NONE,
    DutyState.EXEMPT,
    DutyState.WAIVED,
)
"""Which state stands for several: what is owed before what is settled, the most urgent first."""
UNSETTLED = frozenset({DutyState.OVERDUE, DutyState.OPEN, DutyState.PLANNED})
STATE = "duty_state"
"""Name of the column `state_at`, to group by: PostgreSQL takes two copies of the expression for different ones."""


def worst(states: Iterable[DutyState]) -> DutyState:
    """Return the state that stands for several. Raises ValueError for none."""
    return min(states, key=WORST_FIRST.index)


def is_state(state: DutyState, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition under which a duty is in a state now."""
    if state not in UNSETTLED:
        return Duty.settled_as == Settlement(state.value)
    is_owed = Duty.settled_as.is_(None)
    match state:
        case DutyState.PLANNED:
            return and_(is_owed, or_(Duty.opens_at.is_(None), Duty.opens_at > now))
        case DutyState.OVERDUE:
            return and_(is_owed, Duty.opens_at <= now, Duty.due_at <= now)
        case _:
            return and_(is_owed, Duty.opens_at <= now, or_(Duty.due_at.is_(None), Duty.due_at > now))


def is_owed_now(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a duty is open or overdue."""
    return and_(Duty.settled_as.is_(None), Duty.opens_at <= now)


def state_at(now: datetime | ColumnElement[datetime]) -> ColumnElement[str]:
    """Return the column with the value of each duty's state now."""
    return case(
        (Duty.settled_as.is_not(None), cast(Duty.settled_as, String)),
        *((is_state(state, now), state.value) for state in (DutyState.PLANNED, DutyState.OVERDUE)),
        else_=DutyState.OPEN.value,
    ).label(STATE)


def settled_of(counts: Mapping[DutyState, int]) -> int:
    """Return how many of these duties are settled."""
    return sum(count for state, count in counts.items() if state not in UNSETTLED)
