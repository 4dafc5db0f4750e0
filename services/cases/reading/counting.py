"""How many cases of a batch are with each unit, by state: every case counts once, under its channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from models import BatchUnit, Case, CaseState, Organisation, SiteCheck, Unit
from services.batches.context import BatchContext
from services.progress.paging import Page, page_of

PAGE_UNITS = 100


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of one unit or of all: applicants registered in its area, cases by state, cases checked on the site."""

    registered: int
    by_state: Mapping[CaseState, int]
    site_checked: int

    @property
    def total(self) -> int:
        """Return how many cases there are in any state."""
        return sum(self.by_state.values())

    @property
    def live(self) -> int:
        """Return how many cases have been submitted and are neither refused nor withdrawn."""
        states = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED, CaseState.FORWARDED)
        return sum(self.by_state.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """The figures of one unit."""

    unit_id: int
    code: str
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of units in the order of their codes, and the sums over all units that the actor sees."""

    units: Sequence[UnitCounts]
    total: Counts
    page: Page


def counts_by_unit(session: Session, context: BatchContext, *, actor: Actor, page: int = 1) -> Grid:
    """Return how many cases each unit of the batch has; the rows sum to the number of cases (S000-49).

    Drafts count, and nothing of them is told (S003-68). Five queries. Raises NotAllowed.
    """
    require(actor, Action.VIEW_CASE, context.subject)
    batch_id = context.batch.id
    members = select(BatchUnit.unit_id).where(BatchUnit.batch_id == batch_id)
    states: dict[int, dict[CaseState, int]] = {}
    for unit_id, state, count in session.execute(
        select(Case.unit_id, Case.state, func.count())
        .where(Case.batch_id == batch_id)
        .group_by(Case.unit_id, Case.state)
    ):
        states.setdefault(unit_id, {})[state] = count
    registered = _by_unit(
        session,
        select(Organisation.unit_id, func.count())
        .where(Organisation.unit_id.in_(members))
        .group_by(Organisation.unit_id),
    )
    visited = _by_unit(
        session,
        select(SiteCheck.unit_id, func.count(SiteCheck.case_id.distinct()))
        .where(SiteCheck.batch_id == batch_id)
        .group_by(SiteCheck.unit_id),
    )
    wanted = select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_(members))
    shown = page_of(session.scalar(select(func.count()).select_from(wanted.subquery())) or 0, page, PAGE_UNITS)
    rows = session.execute(wanted.order_by(Unit.code).limit(shown.size).offset(shown.offset))
    units = [UnitCounts(row.id, row.code, row.name, _counts(row.id, registered, states, visited)) for row in rows]
    return Grid(units, _summed(registered, states, visited), shown)


def _by_unit(session: Session, counts: Select[int, int]) -> dict[int, int]:
    return dict(iter(session.execute(counts)))


def _counts(
    unit_id: int,
    registered: Mapping[int, int],
    states: Mapping[int, Mapping[CaseState, int]],
    visited: Mapping[int, int],
) -> Counts:
    by_state = {state: states.get(unit_id, {}).get(state, 0) for state in CaseState}
    return Counts(registered.get(unit_id, 0), by_state, visited.get(unit_id, 0))


def _summed(
    registered: Mapping[int, int], states: Mapping[int, Mapping[CaseState, int]], visited: Mapping[int, int]
) -> Counts:
    by_state = {state: sum(counts.get(state, 0) for counts in states.values()) for state in CaseState}
    return Counts(sum(registered.values()), by_state, sum(visited.values()))
