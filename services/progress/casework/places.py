"""The live ledger of places by unit and category, who may give places to whom, and what was moved (名额调剂)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.access import Action, Actor, require
from domain.definition import Quota, Strength
from domain.quota import Remaining, name_of
from models import AllotmentMove, BatchUnit, Unit
from services.batches.context import BatchContext
from services.progress.paging import Page, page_of
from services.progress.quotas import live_places
from services.recommending.allotting import divided_by, quota_of, stands_of

PAGE_MOVES = 20


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One quota over all units that it binds.

    classes: their names. per_unit: what the notice gives each, None for no limit; total: of all units now, None where
    one has no limit. is_soft: it binds in principle only. is_capped: the office switched a limit on.
    """

    key: str
    label: str
    classes: Sequence[str]
    clause: str
    per_unit: int | None
    total: int | None
    used: int
    is_soft: bool
    is_capped: bool

    @property
    def left(self) -> int | None:
        """Return the places that nobody has taken yet; None without a limit."""
        return None if self.total is None else max(0, self.total - self.used)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with its quotas by the words of what they are about."""

    unit_id: int
    name: str
    unit_class: str
    cells: Mapping[str, Sequence[Remaining]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of units; columns: what the quotas are about, in the order of the definition. lines: the quotas."""

    columns: Sequence[str]
    units: Sequence[UnitLine]
    lines: Sequence[QuotaLine]
    page: Page


def ledger(session: Session, context: BatchContext, *, actor: Actor, page: int = 1) -> Ledger:
    """Return what each unit has used and has left now (S001-62); four queries. Raises NotAllowed."""
    require(actor, Action.VIEW_CASE, context.subject)
    live = live_places(session, context)
    labels = {quota.key: _label(context, quota) for quota in context.definition.quotas}
    names = {item.key: item.name for item in context.definition.unit_classes}
    bound = [unit for unit in live.units if unit.quotas]
    shown = page_of(len(bound), page)
    units = []
    for unit in bound[shown.offset : shown.offset + shown.size]:
        cells: dict[str, list[Remaining]] = {}
        for item in unit.quotas:
            cells.setdefault(labels[item.quota.key], []).append(item)
        units.append(UnitLine(unit.unit_id, unit.name, names.get(unit.class_key, unit.class_key), cells))
    totals = {total.key: total for total in live.totals}
    lines = [
        QuotaLine(
            quota.key,
            labels[quota.key],
            [names.get(key, key) for key in quota.classes],
            quota.clause,
            quota.limit,
            totals[quota.key].limit,
            totals[quota.key].used,
            quota.strength is Strength.SOFT,
            quota.limit is None and totals[quota.key].limit is not None,
        )
        for quota in context.definition.quotas
    ]
    return Ledger(list(dict.fromkeys(labels.values())), units, lines, shown)


def _label(context: BatchContext, quota: Quota) -> str:
    return name_of(quota, context.definition.category(quota.category))


@dataclass(frozen=True, slots=True)
class Giver:
    """A unit of a quota as a move sees it. free: places that neither a case nor a lower unit has."""

    unit_id: int
    name: str
    limit: int
    used: int
    free: int


@dataclass(frozen=True, slots=True)
class Movable:
    """A quota with the units between which the office may move places, in the order of their place."""

    quota: Quota
    label: str
    units: Sequence[Giver]

    @property
    def total(self) -> int:
        """Return the places of all of them; a move does not change it."""
        return sum(unit.limit for unit in self.units)


def movable(session: Session, context: BatchContext, key: str) -> Movable:
    """Return between whom places of a quota may be moved; five queries. Raises NotFound."""
    quota = quota_of(context, key)
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id, BatchUnit.class_key.in_(quota.classes))
        .order_by(Unit.path)
    ).all()
    ids = [row.id for row in rows]
    stands, divided = stands_of(session, context, quota, ids), divided_by(session, context, quota, ids)
    units = []
    for row in rows:
        stand = stands[row.id]
        if stand.limit is not None:
            taken = max(stand.used, divided.get(row.id, 0))
            units.append(Giver(row.id, row.name, stand.limit, stand.used, max(0, stand.limit - taken)))
    return Movable(quota, _label(context, quota), units)


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move that was made."""

    quota: str
    giver: str
    taker: str
    count: int
    reason: str
    moved_at: datetime
    moved_by: str


@dataclass(frozen=True, slots=True)
class MovePage:
    """A page of moves, the newest first."""

    moves: Sequence[MoveLine]
    page: Page


def moves(session: Session, context: BatchContext, *, actor: Actor, page: int = 1) -> MovePage:
    """Return the moves between units that the actor sees both of; two queries. Raises NotAllowed."""
    require(actor, Action.VIEW_CASE, context.subject)
    giver, taker = aliased(Unit), aliased(Unit)
    statement = (
        select(AllotmentMove, giver.name.label("giver"), taker.name.label("taker"))
        .join(giver, giver.id == AllotmentMove.from_unit_id)
        .join(taker, taker.id == AllotmentMove.to_unit_id)
        .where(AllotmentMove.batch_id == context.batch.id)
    )
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(AllotmentMove.id).subquery()))
    shown = page_of(total or 0, page, PAGE_MOVES)
    rows = session.execute(
        statement.order_by(AllotmentMove.moved_at.desc(), AllotmentMove.id.desc())
        .limit(shown.size)
        .offset(shown.offset)
    )
    labels = {quota.key: _label(context, quota) for quota in context.definition.quotas}
    found = [
        MoveLine(
            labels.get(row.AllotmentMove.quota_key, row.AllotmentMove.quota_key),
            row.giver,
            row.taker,
            row.AllotmentMove.count,
            row.AllotmentMove.reason,
            row.AllotmentMove.moved_at,
            row.AllotmentMove.moved_by,
        )
        for row in rows
    ]
    return MovePage(found, shown)
