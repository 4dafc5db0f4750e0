"""Dividing places out to lower units (分配名额), or letting them compete (差额推荐)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Quota
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.quota import Remaining, name_of
from models import Allotment, BatchUnit, Unit
from services import audit
from services.batches.context import BatchContext
from services.duties.loads import paths_above
from services.recommending.places import lock_units, remaining_of
from services.recommending.routes import direct_classes


@dataclass(frozen=True, slots=True)
class Shares:
    """How an upper unit divides its places of a quota out: a number by lower unit's id; who is not named gets none.

    Empty shares end the dividing: lower units may then recommend as many as they like (差额推荐).
    """

    quota_key: str
    upper_id: int
    places: Mapping[int, int]


def quota_of(context: BatchContext, key: str) -> Quota:
    """Return a quota of the batch by its key. Raises NotFound."""
    found = next((quota for quota in context.definition.quotas if quota.key == key), None)
    if found is None:
        raise NotFound("没有这项推荐名额。")
    return found


def lower_units(session: Session, context: BatchContext, upper: Unit) -> list[Unit]:
    """Return the units that forward to a unit: below it, none of the batch between, not by class to the office.

    A planned city lies in a province and forwards past it (S003-25).
    """
    below = session.execute(
        select(Unit, BatchUnit.class_key)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(
            BatchUnit.batch_id == context.batch.id,
            Unit.path.startswith(upper.path, autoescape=True),
            Unit.id != upper.id,
        )
        .order_by(Unit.path)
    ).all()
    taking_part = {row.Unit.path for row in below}
    past = direct_classes(context)
    return [
        row.Unit for row in below if row.class_key not in past and taking_part.isdisjoint(paths_above(row.Unit.path))
    ]


def allot(session: Session, context: BatchContext, shares: Shares, *, actor: Actor, now: datetime) -> None:
    """Divide an upper unit's places of a quota out to the units below it, or stop dividing them.

    Raises NotFound, NotAllowed, Conflict for a quota without a limit; Invalid when the shares are more than the upper
    unit has, or fewer than a lower unit has used or divided out itself.
    """
    quota = quota_of(context, shares.quota_key)
    upper = giver_of(session, context, shares.upper_id, actor)
    lower = {unit.id: unit for unit in lower_units(session, context, upper)}
    lock_units(session, context.batch.id, [upper.id, *lower])
    stands = stands_of(session, context, quota, [upper.id, *lower])
    if stands[upper.id].limit is None:
        raise Conflict("该项推荐名额不设上限，无需分配。")
    if shares.places:
        _require_fitting(session, context, shares, upper, lower, stands)
    _store(session, context, shares, list(lower), actor=actor, now=now)
    words = "分配名额" if shares.places else "取消分配（差额推荐）"
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.ALLOT,
            what=f"{upper.name}{words}：{name_of(quota, context.definition.category(quota.category))}",
            batch_id=context.batch.id,
            unit_id=upper.id,
            before={unit.name: stands[unit.id].limit for unit in lower.values()},
            after={lower[unit_id].name: count for unit_id, count in shares.places.items()},
        ),
    )


def _store(
    session: Session, context: BatchContext, shares: Shares, lower_ids: Sequence[int], *, actor: Actor, now: datetime
) -> None:
    """Put the shares in place of those that the lower units have; none at all end the dividing."""
    quota = quota_of(context, shares.quota_key)
    session.execute(
        delete(Allotment).where(
            Allotment.batch_id == context.batch.id,
            Allotment.quota_key == quota.key,
            Allotment.unit_id.in_(sorted(lower_ids)),
        )
    )
    if shares.places:
        session.add_all(
            share_row(context, quota, (unit_id, shares.places.get(unit_id, 0)), shares.upper_id, actor, now)
            for unit_id in lower_ids
        )
    session.flush()


def giver_of(session: Session, context: BatchContext, upper_id: int, actor: Actor) -> Unit:
    """Return the upper unit if the actor works in it or runs the batch."""
    require(actor, Action.ALLOT, context.of_unit(session, upper_id))
    upper = session.get_one(Unit, upper_id)
    if actor.branch is not None and not upper.path.startswith(actor.branch):
        raise NotAllowed(f"名额由“{upper.name}”分配。", action=Action.ALLOT.value)
    return upper


def stands_of(session: Session, context: BatchContext, quota: Quota, unit_ids: Iterable[int]) -> dict[int, Remaining]:
    """Return how one quota stands for units; a unit that it does not bind has no limit."""
    ids = list(unit_ids)
    found = remaining_of(session, context, ids)
    bound = {unit_id: item for unit_id, items in found.items() for item in items if item.quota.key == quota.key}
    return {unit_id: bound.get(unit_id, Remaining(quota, None, 0)) for unit_id in ids}


def divided_by(session: Session, context: BatchContext, quota: Quota, unit_ids: Iterable[int]) -> dict[int, int]:
    """Return how many places each of these units has divided out to units below it."""
    found: dict[int, int] = {}
    rows = session.execute(
        select(Allotment.from_unit_id, Allotment.limit).where(
            Allotment.batch_id == context.batch.id,
            Allotment.quota_key == quota.key,
            Allotment.from_unit_id.in_(sorted(unit_ids)),
        )
    )
    for upper_id, limit in rows:
        if upper_id is not None:
            found[upper_id] = found.get(upper_id, 0) + limit
    return found


def _require_fitting(
    session: Session,
    context: BatchContext,
    shares: Shares,
    upper: Unit,
    lower: Mapping[int, Unit],
    stands: Mapping[int, Remaining],
) -> None:
    """Refuse shares of others, shares beyond the upper unit's places, and shares below what is in use."""
    quota, has = stands[upper.id].quota, stands[upper.id].limit or 0
    divided = divided_by(session, context, quota, lower)
    problems = [
        Problem(f"places.{unit_id}", str(unit_id), f"该单位不是“{upper.name}”的下级推荐单位")
        for unit_id in shares.places
        if unit_id not in lower
    ]
    for unit_id, unit in lower.items():
        given, path = shares.places.get(unit_id, 0), f"places.{unit_id}"
        least = max(stands[unit_id].used, divided.get(unit_id, 0))
        if given < 0:
            problems.append(Problem(path, str(given), f"分配给“{unit.name}”的名额不能为负"))
        elif given < least:
            sentence = f"“{unit.name}”已使用或已向下分配 {least} 个"
            problems.append(Problem(path, str(given), sentence, f"不少于 {least} 个"))
    total = sum(shares.places.values())
    if total > has:
        clause = f"（{quota.clause}）" if quota.clause else ""
        sentence = f"分配合计 {total} 个，超过“{upper.name}”的名额 {has} 个{clause}"
        problems.append(Problem("places", str(total), sentence, f"合计不超过 {has} 个"))
    if problems:
        raise Invalid(problems)


def share_row(
    context: BatchContext, quota: Quota, place: tuple[int, int], upper_id: int | None, actor: Actor, now: datetime
) -> Allotment:
    """Return the row of a share. place: (unit's id, number of places)."""
    return Allotment(
        batch_id=context.batch.id,
        quota_key=quota.key,
        unit_id=place[0],
        limit=place[1],
        from_unit_id=upper_id,
        given_at=now,
        given_by=actor.name,
    )
