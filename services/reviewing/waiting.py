"""Which unit has how many cases, and since when: what an upper unit sees when one below forgets to go on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, bindparam, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, require
from domain.instants import local_day
from models import Case, CaseAct, CaseState, Unit
from models.base import UTCDateTime
from services.batches.context import load
from services.cases.reading.lines import ARRIVALS
from services.reviewing.desk import require_office

ARRIVED = (
    select(CaseAct.case_id, func.max(CaseAct.recorded_at, type_=UTCDateTime()))
    .where(CaseAct.case_id.in_(bindparam("ids", expanding=True)), CaseAct.kind.in_(ARRIVALS))
    .group_by(CaseAct.case_id)
)
WITH_UNIT = (CaseState.SUBMITTED, CaseState.PASSED)
LONGEST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WaitingUnit:
    """A unit's cases of one batch. oldest_since: since when the one that came first waits; days: in local days."""

    unit_id: int
    unit: str
    to_check: int
    to_forward: int
    with_applicant: int
    oldest_since: datetime | None
    days: int


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case that lies with a unit; since when, and for how many local days."""

    case_id: int
    title: str
    unit: str
    state: CaseState
    waiting_since: datetime
    days: int


def waiting_since(session: Session, case_ids: Collection[int]) -> Mapping[int, datetime]:
    """Return since when each case has been in the hands that it is in; one query."""
    return dict(iter(session.execute(ARRIVED, {"ids": sorted(case_ids)})))


def waiting_units(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> tuple[WaitingUnit, ...]:
    """Return the units of the actor's branch that have cases in hand, the longest waiting first; one query of cases.

    Raises NotFound, NotAllowed.
    """
    context = load(session, batch_id)
    require(actor, Action.VIEW_CASE, context.subject)
    require_office(actor)
    arrived = _arrivals(batch_id)
    since = func.coalesce(arrived.c.at, Case.submitted_at, Case.created_at)
    waits = Case.state.in_(WITH_UNIT)
    rows = session.execute(
        select(
            Unit.id,
            Unit.name,
            func.count(when((Case.state == CaseState.SUBMITTED, 1))).label("to_check"),
            func.count(when((Case.state == CaseState.PASSED, 1))).label("to_forward"),
            func.count(when((Case.state == CaseState.RETURNED, 1))).label("with_applicant"),
            func.min(when((waits, since)), type_=UTCDateTime()).label("oldest_since"),
        )
        .join(Unit, Unit.id == Case.at_unit_id)
        .outerjoin(arrived, arrived.c.case_id == Case.id)
        .where(Case.batch_id == batch_id, Case.state.in_((*WITH_UNIT, CaseState.RETURNED)))
        .group_by(Unit.id, Unit.name, Unit.path)
        .order_by(func.min(when((waits, since)), type_=UTCDateTime()).nulls_last(), Unit.path)
    )
    zone = context.definition.zone
    today = local_day(now, zone)
    return tuple(
        WaitingUnit(
            row.id,
            row.name,
            row.to_check,
            row.to_forward,
            row.with_applicant,
            row.oldest_since,
            (today - local_day(row.oldest_since, zone)).days if row.oldest_since else 0,
        )
        for row in rows
    )


def waiting_cases(
    session: Session, batch_id: int, unit_id: int, *, actor: Actor, now: datetime
) -> tuple[WaitingCase, ...]:
    """Return the cases that lie with a unit, the longest waiting first, at most LONGEST_SHOWN; in two queries.

    Raises NotFound, NotAllowed.
    """
    context = load(session, batch_id)
    require(actor, Action.VIEW_CASE, context.of_unit(session, unit_id))
    require_office(actor)
    arrived = _arrivals(batch_id)
    since = func.coalesce(arrived.c.at, Case.submitted_at, Case.created_at, type_=UTCDateTime())
    rows = session.execute(
        select(Case, since)
        .outerjoin(arrived, arrived.c.case_id == Case.id)
        .where(Case.batch_id == batch_id, Case.at_unit_id == unit_id, Case.state.in_(WITH_UNIT))
        .options(joinedload(Case.at_unit))
        .order_by(since, Case.id)
        .limit(LONGEST_SHOWN)
    )
    zone = context.definition.zone
    today = local_day(now, zone)
    return tuple(
        WaitingCase(row.id, row.title, row.at_unit.name, row.state, at, (today - local_day(at, zone)).days)
        for row, at in rows
    )


def _arrivals(batch_id: int) -> Subquery:
    return (
        select(CaseAct.case_id, func.max(CaseAct.recorded_at).label("at"))
        .where(CaseAct.batch_id == batch_id, CaseAct.kind.in_(ARRIVALS))
        .group_by(CaseAct.case_id)
        .subquery()
    )
