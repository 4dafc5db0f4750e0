"""What has come to the office and what is still on its way: forwarded cases, and parcels by unit (收件登记)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from domain.access import Action, Actor, require
from domain.instants import local_day
from models import Case, CaseState, Dispatch, Duty, Unit
from services.batches.context import BatchContext
from services.cases.reading import CaseLine
from services.cases.reading.lines import lines_of
from services.duties.loads import units_of
from services.progress.paging import Page, page_of
from services.recommending.routes import direct_classes, recommend_stage


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A case that units have forwarded to the office. days: local days since then."""

    line: CaseLine
    forwarded_at: datetime
    days: int
    received_at: datetime | None
    received_by: str


@dataclass(frozen=True, slots=True)
class ForwardedPage:
    """A page of them, the longest waiting first; and how many there are of both kinds in the batch."""

    cases: Sequence[Forwarded]
    page: Page
    waiting: int
    received: int


def forwarded_cases(
    session: Session, context: BatchContext, *, actor: Actor, now: datetime, is_received: bool = False, page: int = 1
) -> ForwardedPage:
    """Return a page of the cases that were forwarded to the office, received or not yet; five queries.

    Raises NotAllowed.
    """
    require(actor, Action.VIEW_CASE, context.subject)
    wanted = [Case.batch_id == context.batch.id, Case.state == CaseState.FORWARDED]
    counts = select(func.count(), func.count(Case.received_at)).where(*wanted)
    total, received = session.execute(counts).one()
    shown = page_of(received if is_received else total - received, page)
    kind = Case.received_at.is_not(None) if is_received else Case.received_at.is_(None)
    order = Case.received_at.desc() if is_received else Case.forwarded_at
    cases = session.scalars(
        select(Case)
        .where(*wanted, kind)
        .options(defer(Case.values))
        .order_by(order, Case.id)
        .limit(shown.size)
        .offset(shown.offset)
    ).all()
    zone = context.definition.zone
    today = local_day(now, zone)
    lines = lines_of(session, cases, context.definition, actor)
    found = [
        Forwarded(line, at, (today - local_day(at, zone)).days, case.received_at, case.received_by)
        for case, line in zip(cases, lines, strict=True)
        if (at := case.forwarded_at) is not None
    ]
    return ForwardedPage(found, shown, total - received, received)


class ParcelState(StrEnum):
    """How far a unit's parcel has come."""

    MISSING = "missing"
    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class UnitParcel:
    """A unit that forwards to the office, with its parcel (None while nothing is noted).

    due_at: until when it recommends, None without a date. forwarded, received: its cases.
    """

    unit_id: int
    name: str
    parcel: Dispatch | None
    due_at: datetime | None
    forwarded: int
    received: int

    @property
    def state(self) -> ParcelState:
        """Return how far the parcel has come."""
        if self.parcel is None or (self.parcel.sent_on is None and self.parcel.received_on is None):
            return ParcelState.MISSING
        return ParcelState.SENT if self.parcel.received_on is None else ParcelState.RECEIVED


@dataclass(frozen=True, slots=True)
class ParcelPage:
    """A page of units in the order of their place, and how many parcels there are of each kind; late: came late."""

    units: Sequence[UnitParcel]
    page: Page
    counts: Mapping[ParcelState, int]
    late: int


def parcels(
    session: Session, context: BatchContext, *, actor: Actor, wanted: ParcelState | None = None, page: int = 1
) -> ParcelPage:
    """Return the parcels of the units that forward to the office (S001-51, S001-52, S003-39).

    Six queries. Raises NotAllowed, NotFound for a batch in which nobody recommends.
    """
    require(actor, Action.VIEW_CASE, context.subject)
    stage, recommend = recommend_stage(context)
    direct = direct_classes(context)
    ids = {
        unit.id
        for unit in units_of(session, context.batch.id)
        if unit.class_key in direct or (not recommend.classes and unit.is_top)
    }
    rows = session.scalars(select(Dispatch).where(Dispatch.batch_id == context.batch.id))
    by_unit = {row.unit_id: row for row in rows}
    due = select(Duty.unit_id, Duty.due_at).where(Duty.batch_id == context.batch.id, Duty.stage_key == stage.key)
    dues = {row.unit_id: row.due_at for row in session.execute(due)}
    counts = _forwarded_by_unit(session, context)
    names = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids | by_unit.keys())).order_by(Unit.path))
    everybody = [
        UnitParcel(
            row.id,
            row.name,
            by_unit.get(row.id),
            dues.get(row.id, context.stages[stage.key].due_at),
            *counts.get(row.id, (0, 0)),
        )
        for row in names
    ]
    found = [unit for unit in everybody if wanted is None or unit.state is wanted]
    shown = page_of(len(found), page)
    return ParcelPage(
        found[shown.offset : shown.offset + shown.size],
        shown,
        {state: sum(unit.state is state for unit in everybody) for state in ParcelState},
        sum(unit.parcel is not None and unit.parcel.is_late for unit in everybody),
    )


def _forwarded_by_unit(session: Session, context: BatchContext) -> dict[int, tuple[int, int]]:
    """Return how many cases each unit has forwarded to the office, and how many of them are received."""
    rows = session.execute(
        select(Case.at_unit_id, func.count(), func.count(when((Case.received_at.is_not(None), 1))))
        .where(Case.batch_id == context.batch.id, Case.state == CaseState.FORWARDED)
        .group_by(Case.at_unit_id)
    )
    return {unit_id: (forwarded, received) for unit_id, forwarded, received in rows}


def received_by_channel(session: Session, context: BatchContext) -> dict[int, int]:
    """Return how many cases the office has received, by the unit that is their channel; one query."""
    rows = session.execute(
        select(Case.unit_id, func.count())
        .where(Case.batch_id == context.batch.id, Case.received_at.is_not(None))
        .group_by(Case.unit_id)
    )
    return dict(iter(rows))
