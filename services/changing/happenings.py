"""What has happened in a running batch, read in a constant number of statements."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.changes import Happened
from models import Answer, Case, CaseState, Duty, Place, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext


def happened(session: Session, context: BatchContext, now: datetime) -> Happened:
    """Return the facts that a change of this batch must respect, whoever asks."""
    batch_id = context.batch.id
    with seeing_all(session):
        counted = session.execute(
            select(Case.category_key, Case.subtype_key, func.count())
            .where(Case.batch_id == batch_id, Case.state != CaseState.WITHDRAWN)
            .group_by(Case.category_key, Case.subtype_key)
        ).all()
        cases: dict[str, int] = {}
        for category, _, count in counted:
            cases[category] = cases.get(category, 0) + count
        return Happened(
            now=now,
            state=context.state,
            cases=cases,
            subtypes={(category, subtype): count for category, subtype, count in counted},
            modes=_modes(session, batch_id),
            units=_units(session, batch_id),
            used=_used(session, batch_id),
        )


def _modes(session: Session, batch_id: int) -> dict[str, int]:
    """Return the number of cases by chosen mode; one row for each combination that occurs, of which there are few."""
    chosen = session.execute(
        select(Case.modes, func.count())
        .where(Case.batch_id == batch_id, Case.state != CaseState.WITHDRAWN)
        .group_by(Case.modes)
    )
    found: dict[str, int] = {}
    for modes, count in chosen:
        for mode in modes:
            found[mode] = found.get(mode, 0) + count
    return found


def _units(session: Session, batch_id: int) -> frozenset[str]:
    """Return the codes of the units that have done something, or hold a case."""
    done = (
        select(Duty.unit_id).where(Duty.batch_id == batch_id, Duty.settled_as.is_not(None)),
        select(Answer.unit_id).where(Answer.batch_id == batch_id),
        select(Case.unit_id).where(Case.batch_id == batch_id),
        select(Case.at_unit_id).where(Case.batch_id == batch_id),
    )
    ids = done[0].union(*done[1:])
    return frozenset(session.scalars(select(Unit.code).where(Unit.id.in_(ids))))


def _used(session: Session, batch_id: int) -> dict[str, tuple[int, str]]:
    """Return, by quota, the most places that one unit has taken, and its name."""
    taken = (
        select(Place.quota_key, Place.unit_id, func.count().label("used"))
        .where(Place.batch_id == batch_id)
        .group_by(Place.quota_key, Place.unit_id)
        .subquery()
    )
    rows = session.execute(select(taken.c.quota_key, taken.c.used, Unit.name).join(Unit, Unit.id == taken.c.unit_id))
    found: dict[str, tuple[int, str]] = {}
    for key, used, name in rows:
        found[key] = max(found.get(key, (0, "")), (used, name))
    return found
