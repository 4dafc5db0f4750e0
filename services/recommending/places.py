"""Places of quotas: taken under a lock of the unit's part in the batch, counted live, given back at once.

Two things keep the one too many out: whoever takes a place first locks the unit's row (PostgreSQL; SQLite lets one
writer in at a time), and the database refuses two cases on one place should a path ever forget the lock.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.errors import Conflict
from domain.quota import Remaining, covers, free_number, name_of, quotas_for, require_place
from models import Allotment, BatchUnit, Case, Place, Recommendation, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext
from services.cases.access import CaseInHand
from services.recommending.readiness import counted
from services.recommending.routes import last_unit


@dataclass(frozen=True, slots=True)
class Taken:
    """What a case took.

    places: (quota's key, number) for each quota. needs_place False: it counts under none (不占名额).
    over_reason: why a soft limit is exceeded; "" where none is.
    """

    places: tuple[tuple[str, int], ...]
    needs_place: bool
    over_reason: str = ""


def remaining(session: Session, context: BatchContext, unit_id: int) -> list[Remaining]:
    """Return every quota that binds a unit as it stands now, in the order of the definition."""
    return remaining_of(session, context, [unit_id]).get(unit_id, [])


def remaining_of(
    session: Session, context: BatchContext, unit_ids: Collection[int] | None = None
) -> dict[int, list[Remaining]]:
    """Return how the quotas stand by unit, for these units or all of the batch; three queries."""
    units = select(BatchUnit.unit_id, BatchUnit.class_key).where(BatchUnit.batch_id == context.batch.id)
    if unit_ids is not None:
        units = units.where(BatchUnit.unit_id.in_(sorted(unit_ids)))
    shares = allotted(session, context, unit_ids)
    used = used_by(session, context, unit_ids)
    return {
        unit_id: [
            Remaining(quota, shares[unit_id].get(quota.key, quota.limit), used.get((unit_id, quota.key), 0))
            for quota in quotas_for(context.definition, class_key, shares[unit_id])
        ]
        for unit_id, class_key in session.execute(units.order_by(BatchUnit.unit_id))
    }


def allotted(
    session: Session, context: BatchContext, unit_ids: Collection[int] | None = None
) -> Mapping[int, dict[str, int]]:
    """Return the shares that were divided out, by unit and quota key; a unit without any has an empty mapping."""
    statement = select(Allotment.unit_id, Allotment.quota_key, Allotment.limit).where(
        Allotment.batch_id == context.batch.id
    )
    if unit_ids is not None:
        statement = statement.where(Allotment.unit_id.in_(sorted(unit_ids)))
    shares: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, quota_key, limit in session.execute(statement):
        shares[unit_id][quota_key] = limit
    return shares


def used_by(
    session: Session, context: BatchContext, unit_ids: Collection[int] | None = None
) -> dict[tuple[int, str], int]:
    """Return how many places are taken, by unit and quota key."""
    statement = (
        select(Place.unit_id, Place.quota_key, func.count())
        .where(Place.batch_id == context.batch.id)
        .group_by(Place.unit_id, Place.quota_key)
    )
    if unit_ids is not None:
        statement = statement.where(Place.unit_id.in_(sorted(unit_ids)))
    return {(unit_id, quota_key): count for unit_id, quota_key, count in session.execute(statement)}


def lock_units(session: Session, batch_id: int, unit_ids: Collection[int]) -> None:
    """Keep others from taking or moving places of these units until the transaction ends."""
    with seeing_all(session):
        session.execute(
            select(BatchUnit.id)
            .where(BatchUnit.batch_id == batch_id, BatchUnit.unit_id.in_(sorted(unit_ids)))
            .order_by(BatchUnit.id)
            .with_for_update(key_share=True)
        ).all()


def lock_cases(session: Session, case_ids: Collection[int]) -> dict[int, str]:
    """Lock cases and their units in one order for everybody, before a bulk act begins; return their titles.

    Locking them one by one, each after the act upon the one before, could make two bulk acts wait for each other.
    """
    cases = session.scalars(
        select(Case)
        .where(Case.id.in_(sorted(case_ids)))
        .order_by(Case.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    units = {(case.batch_id, case.at_unit_id) for case in cases}
    for batch_id in sorted({batch_id for batch_id, _ in units}):
        lock_units(session, batch_id, [unit_id for batch, unit_id in units if batch == batch_id])
    return {case.id: case.title for case in cases}


def take(session: Session, found: CaseInHand, unit_id: int, *, at: datetime, over_reason: str = "") -> Taken:
    """Take a place of every quota that a case falls under with this unit.

    Raises QuotaClosed, QuotaFull, Invalid for a soft limit without a reason, Conflict when the place has just gone.
    """
    case, context = found.case, found.context
    lock_units(session, context.batch.id, [unit_id])
    stands = [
        item
        for item in remaining(session, context, unit_id)
        if covers(item.quota, case.category_key, case.subtype_key)
    ]
    needed = counted(session, found, stands)
    for item in needed:
        require_place(item, _name(context.definition, item), over_reason=over_reason)
    numbers = [(item.quota.key, _next_number(session, context, unit_id, item.quota.key)) for item in needed]
    try:
        with session.begin_nested():
            session.add_all(
                Place(
                    batch_id=context.batch.id,
                    unit_id=unit_id,
                    quota_key=key,
                    number=number,
                    case_id=case.id,
                    taken_at=at,
                )
                for key, number in numbers
            )
    except IntegrityError:
        raise Conflict("该名额刚刚被占用，请刷新页面，核对剩余名额后再报送。") from None
    is_over = any(item.limit is not None and item.used >= item.limit for item in needed)
    return Taken(tuple(numbers), bool(needed) or not stands, over_reason.strip() if is_over else "")


def _next_number(session: Session, context: BatchContext, unit_id: int, quota_key: str) -> int:
    taken = select(Place.number).where(
        Place.batch_id == context.batch.id, Place.unit_id == unit_id, Place.quota_key == quota_key
    )
    return free_number(session.scalars(taken).all())


def _name(definition: Definition, stands: Remaining) -> str:
    return name_of(stands.quota, definition.category(stands.quota.category))


def release(session: Session, case: Case, unit_ids: Collection[int] | None = None) -> None:
    """Give back the places that a case holds with these units, or with all; it no longer counts as sent up by them.

    For a case that is withdrawn, refused, recalled, or returned to a unit or the applicant; nobody's leave is asked.
    """
    places = delete(Place).where(Place.case_id == case.id)
    sent = update(Recommendation).where(Recommendation.case_id == case.id, Recommendation.forwarded_at.is_not(None))
    if unit_ids is not None:
        places = places.where(Place.unit_id.in_(sorted(unit_ids)))
        sent = sent.where(Recommendation.unit_id.in_(sorted(unit_ids)))
    with seeing_all(session):
        session.execute(places)
        session.execute(sent.values(forwarded_at=None, forwarded_by="", over_reason=""))


def require_intake(session: Session, context: BatchContext, unit: Unit, category: str, subtype: str) -> None:
    """Refuse a case that its last unit may never recommend (推荐名额为 0), before anybody works on it.

    unit: the channel. Raises QuotaClosed with the clause.
    """
    route = last_unit(session, context, unit)
    with seeing_all(session):
        stands = remaining(session, context, route.unit_id)
    for item in stands:
        if item.is_closed and covers(item.quota, category, subtype):
            require_place(item, _name(context.definition, item), over_reason="")
