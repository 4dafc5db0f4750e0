"""Which cases a filter and its reader leave, as parameters of the SQL of lists; and how many there are."""

import json
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.access import Actor
from models import CaseState, Unit
from models.scope import KEY, Scope
from services.cases.reading.asking import Filter, Order
from services.cases.reading.streams import Shape, count_of_streams, counts_by_state

MOST_COUNTED, MOST_OF_STATE = 5_000, 1_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked of the lists' own tables.

    shape: which statement; given: its parameters. is_loose: a state or category is left to be asked of each case.
    """

    shape: Shape
    given: dict[str, object]
    is_loose: bool = False

    @property
    def is_whole(self) -> bool:
        """Tell whether every case of the batch is left."""
        return not (self.shape.within or self.shape.at or self.shape.is_narrow)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Return in which orders any number of cases can be had."""
        return (Order.SUBMITTED,) if self.shape.within and self.shape.at else tuple(Order)

    def count(self, session: Session, most: int = MOST_COUNTED) -> int:
        """Return how many cases are left, `most + 1` for any number above; one query."""
        return int(session.execute(count_of_streams(self.shape, most + 1), self.given).scalar_one())


def narrowed(session: Session, wanted: Filter, *, actor: Actor) -> Narrowed | None:
    """Return what to ask; None where the reader can see no such case at all. One query for a reader of a branch.

    The lists' tables know no scope, so the reader's branch becomes a filter here, and what is shown in the end is
    read through the scope once more.
    """
    scope: Scope | None = session.info.get(KEY)
    if scope is None or scope.organisation is not None:
        return None
    branches = {branch for branch in (scope.branch, actor.branch) if branch is not None}
    if not branches:
        # Who sees all units may ask for any; one that there is not has no cases.
        return _parameters(session, wanted, actor, wanted.unit_id or 0, 0)
    units = select(Unit.id, Unit.path).where(or_(Unit.id == wanted.unit_id, Unit.path.in_(sorted(branches))))
    rows = session.execute(units).all()
    paths = {row.path: row.id for row in rows}
    asked = {row.path for row in rows if row.id == wanted.unit_id} if wanted.unit_id is not None else branches
    inner = max(asked, key=len, default="")
    is_inside = all(inner.startswith(branch) for branch in branches)
    if (asked and not is_inside) or (not asked and wanted.unit_id is not None) or (inner and inner not in paths):
        return None
    own = paths.get(actor.branch, 0) if actor.branch is not None else 0
    return _parameters(session, wanted, actor, paths[inner], own)


def _parameters(session: Session, wanted: Filter, actor: Actor, within: int, own: int) -> Narrowed:
    states = [wanted.state] if wanted.state is not None else list(CaseState)
    is_narrow, at = wanted.state is not None or wanted.category != "", wanted.at_unit_id is not None
    is_loose = is_narrow and at and within != 0
    shape = Shape(session.get_bind().dialect.name, within != 0, at, is_narrow and not is_loose)
    given: dict[str, object] = {
        "batch": wanted.batch_id,
        "within": within,
        "at": wanted.at_unit_id or 0,
        "state": wanted.state.value if wanted.state is not None else "",
        "states": json.dumps([state.value for state in states]),
        "category": wanted.category,
        "me": actor.name if actor.branch is None else "",
        "own": own,
    }
    return Narrowed(shape, given, is_loose)


def branch_counts(session: Session, batch_id: int, unit_id: int, *, actor: Actor) -> dict[CaseState, int | None]:
    """Return how many cases of a branch are in each state, None for more than MOST_OF_STATE; two queries."""
    asked = narrowed(session, Filter(batch_id, unit_id=unit_id), actor=actor)
    if asked is None:
        return dict.fromkeys(CaseState, 0)
    rows = session.execute(counts_by_state(asked.shape, MOST_OF_STATE + 1), asked.given)
    found = {row[0]: row[1] for row in rows}
    return {state: found[state.value] if found[state.value] <= MOST_OF_STATE else None for state in CaseState}
