"""The grid of units and stages: what each unit owes in each stage, a page of units at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Integer, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from domain.duties import DutyState
from models import BatchStage, BatchUnit, Duty, Extension, LatePermit, Unit
from models.base import UTCDateTime
from services.batches.context import BatchContext
from services.progress.paging import Page, page_of
from services.progress.states import STATE, UNSETTLED, is_state, settled_of, state_at, worst

LONGEST_SEARCH = 60
TOTALS = (
    select(Duty.stage_key, state_at(bindparam("now", type_=UTCDateTime)), func.count())
    .where(Duty.batch_id == bindparam("batch", type_=Integer))
    .group_by(Duty.stage_key, STATE)
)
"""Kept ready: the head of every page of a batch asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which units are shown.

    name: part of a unit's name, short name or code. state: units that have something in this state; a settled state
    asks that nothing is owed besides. stage: key of the stage that `state` is about, None for all.
    """

    page: int = 1
    name: str = ""
    state: DutyState | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What one unit owes in one stage.

    state: of all its duties there the worst. done: settled ones, of total. due_at: the latest deadline where it is
    not the stage's own, otherwise None. is_late: something was settled by a permit after the deadline.
    """

    state: DutyState
    done: int
    total: int
    due_at: datetime | None
    is_late: bool
    is_extended: bool
    has_permit: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One unit with its cells by stage key; a stage in which it owes nothing has none."""

    unit_id: int
    name: str
    code: str
    unit_class: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Totals:
    """The duties of a stage over all units, counted by state."""

    counts: Mapping[DutyState, int]

    @property
    def total(self) -> int:
        """Return how many duties there are."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Return how many are settled."""
        return settled_of(self.counts)

    @property
    def overdue(self) -> int:
        """Return how many are overdue."""
        return self.counts.get(DutyState.OVERDUE, 0)

    @property
    def owed(self) -> int:
        """Return how many are open or overdue."""
        return self.overdue + self.counts.get(DutyState.OPEN, 0)


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of the grid. columns: the stages in order. totals: by stage key over all units, also those not shown."""

    columns: tuple[BatchStage, ...]
    rows: tuple[Row, ...]
    totals: Mapping[str, Totals]
    page: Page


def grid(session: Session, context: BatchContext, now: datetime, wanted: Wanted | None = None) -> Grid:
    """Return a page of units with what they owe, and the totals of every stage, in six queries."""
    wanted = wanted or Wanted()
    chosen = _units(context, now, wanted)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page = page_of(total, wanted.page)
    units = session.execute(chosen.order_by(Unit.code).limit(page.size).offset(page.offset)).all()
    cells = _cells(session, context, [unit.id for unit in units], now)
    classes = {unit_class.key: unit_class.name for unit_class in context.definition.unit_classes}
    rows = tuple(
        Row(unit.id, unit.name, unit.code, classes.get(unit.class_key, unit.class_key), cells.get(unit.id, {}))
        for unit in units
    )
    return Grid(tuple(context.stages.values()), rows, totals(session, context, now), page)


def totals(session: Session, context: BatchContext, now: datetime) -> dict[str, Totals]:
    """Return the duties of each stage by state, over all units, in one query; every stage has an entry."""
    counts: defaultdict[str, dict[DutyState, int]] = defaultdict(dict)
    rows = session.execute(TOTALS, {"batch": context.batch.id, "now": now})
    for stage_key, state, count in rows:
        counts[stage_key][DutyState(state)] = count
    return {key: Totals(counts.get(key, {})) for key in context.stages}


def _units(context: BatchContext, now: datetime, wanted: Wanted) -> Select[int, str, str, str]:
    statement = (
        select(Unit.id, Unit.name, Unit.code, BatchUnit.class_key)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id)
    )
    name = wanted.name.strip()[:LONGEST_SEARCH]
    if name:
        columns = (Unit.name, Unit.short, Unit.code)
        statement = statement.where(or_(*(column.contains(name, autoescape=True) for column in columns)))
    if wanted.state is not None:
        statement = statement.where(Unit.id.in_(_owing(context, wanted, {wanted.state}, now)))
        if wanted.state not in UNSETTLED:
            statement = statement.where(Unit.id.not_in(_owing(context, wanted, UNSETTLED, now)))
    return statement


def _owing(context: BatchContext, wanted: Wanted, states: Collection[DutyState], now: datetime) -> Select[int]:
    """Return the units that have a duty in one of these states, in the stage that is asked about."""
    statement = select(Duty.unit_id).where(
        Duty.batch_id == context.batch.id, or_(*(is_state(state, now) for state in sorted(states)))
    )
    return statement if wanted.stage is None else statement.where(Duty.stage_key == wanted.stage)


@dataclass(slots=True)
class _Sum:
    """What is added up for one cell."""

    counts: dict[DutyState, int] = field(default_factory=dict)
    dues: list[datetime] = field(default_factory=list)
    late: int = 0


def _cells(session: Session, context: BatchContext, unit_ids: list[int], now: datetime) -> dict[int, dict[str, Cell]]:
    extended = _marked(session, context, Extension, unit_ids)
    permitted = _marked(session, context, LatePermit, unit_ids)
    cells: defaultdict[int, dict[str, Cell]] = defaultdict(dict)
    for key, found in _sums(session, context, unit_ids, now).items():
        unit_id, stage_key = key
        due_at = max(found.dues, default=None)
        cells[unit_id][stage_key] = Cell(
            worst(found.counts),
            settled_of(found.counts),
            sum(found.counts.values()),
            due_at if due_at != context.stages[stage_key].due_at else None,
            found.late > 0,
            key in extended,
            key in permitted,
        )
    return cells


def _sums(session: Session, context: BatchContext, unit_ids: list[int], now: datetime) -> dict[tuple[int, str], _Sum]:
    rows = session.execute(
        select(
            Duty.unit_id,
            Duty.stage_key,
            state_at(now),
            func.count(),
            func.max(Duty.due_at),
            func.count(case((Duty.is_late.is_(True), 1))),
        )
        .where(Duty.batch_id == context.batch.id, Duty.unit_id.in_(unit_ids))
        .group_by(Duty.unit_id, Duty.stage_key, STATE)
    )
    sums: defaultdict[tuple[int, str], _Sum] = defaultdict(_Sum)
    for unit_id, stage_key, state, duties, due_at, late in rows:
        found = sums[unit_id, stage_key]
        found.counts[DutyState(state)] = duties
        found.dues += [due_at] if due_at is not None else []
        found.late += late
    return sums


def _marked(
    session: Session, context: BatchContext, table: type[Extension] | type[LatePermit], unit_ids: list[int]
) -> set[tuple[int, str]]:
    """Return the units and stages that a row of this table is about."""
    rows = session.execute(
        select(table.unit_id, table.stage_key)
        .where(table.batch_id == context.batch.id, table.unit_id.in_(unit_ids))
        .distinct()
    )
    return {(unit_id, stage_key) for unit_id, stage_key in rows if unit_id is not None}
