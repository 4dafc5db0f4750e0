"""Changing how many places single units have: moving unused ones (名额调剂), and switching a limit on later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Quota
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.quota import Remaining, name_of
from models import Allotment, AllotmentMove, BatchUnit, Unit
from services import audit
from services.batches.context import BatchContext
from services.recommending.allotting import divided_by, quota_of, share_row, stands_of
from services.recommending.places import lock_units, remaining_of


@dataclass(frozen=True, slots=True)
class Move:
    """So many unused places of a quota go from one unit to another, with a reason; the total stays."""

    quota_key: str
    from_id: int
    to_id: int
    count: int
    reason: str


def move(session: Session, context: BatchContext, move: Move, *, actor: Actor, now: datetime) -> AllotmentMove:
    """Move unused places from one unit to another (名额调剂).

    Between units that an upper unit divided its places out to, that unit moves them; between units of the office,
    the office. Raises NotFound, NotAllowed, Conflict when the two have not the same quota from the same giver;
    Invalid without a reason or when a used place would have to move.
    """
    quota = quota_of(context, move.quota_key)
    giver_id = _giver(session, context, move, actor)
    lock_units(session, context.batch.id, [move.from_id, move.to_id])
    stands = stands_of(session, context, quota, [move.from_id, move.to_id])
    given, taken = stands[move.from_id].limit, stands[move.to_id].limit
    if given is None or taken is None:
        raise Conflict("两个单位须适用同一项有上限的推荐名额，才能调剂。")
    _require_movable(session, context, move, stands[move.from_id])
    for place in ((move.from_id, given - move.count), (move.to_id, taken + move.count)):
        _put(session, share_row(context, quota, place, giver_id, actor, now))
    row = AllotmentMove(
        batch_id=context.batch.id,
        quota_key=quota.key,
        from_unit_id=move.from_id,
        to_unit_id=move.to_id,
        count=move.count,
        reason=move.reason.strip(),
        moved_at=now,
        moved_by=actor.name,
    )
    session.add(row)
    session.flush()
    _log(session, context, row, (given, taken), actor=actor, now=now)
    return row


def _log(
    session: Session,
    context: BatchContext,
    row: AllotmentMove,
    before: tuple[int, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Log a move. before: the limits of the giving and of the receiving unit until then."""
    names = _names(session, [row.from_unit_id, row.to_unit_id])
    giving, receiving = names[row.from_unit_id], names[row.to_unit_id]
    quota = _name(context, quota_of(context, row.quota_key))
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.ALLOT,
            what=f"名额调剂：{quota} {row.count} 个，{giving} 调至 {receiving}",
            batch_id=context.batch.id,
            reason=row.reason,
            before={giving: before[0], receiving: before[1]},
            after={giving: before[0] - row.count, receiving: before[1] + row.count},
        ),
    )


def _giver(session: Session, context: BatchContext, move: Move, actor: Actor) -> int | None:
    """Return the unit that divides the places of both out, None for the office, once the actor may act for it."""
    if move.from_id == move.to_id:
        raise Conflict("调出和调入不能是同一个单位。")
    for unit_id in (move.from_id, move.to_id):
        require(actor, Action.ALLOT, context.of_unit(session, unit_id))
    found = session.execute(
        select(Allotment.unit_id, Allotment.from_unit_id).where(
            Allotment.batch_id == context.batch.id,
            Allotment.quota_key == move.quota_key,
            Allotment.unit_id.in_([move.from_id, move.to_id]),
        )
    )
    givers = {row.unit_id: row.from_unit_id for row in found}
    if givers.get(move.from_id) != givers.get(move.to_id):
        raise Conflict("两个单位的名额不是由同一个单位分配的，不能直接调剂。")
    giver_id: int | None = givers.get(move.from_id)
    if giver_id is None:
        require(actor, Action.ALLOT, context.whole)
        return None
    upper = session.get(Unit, giver_id)
    if upper is None:
        raise NotFound("没有这个单位。")
    require(actor, Action.ALLOT, Subject(context.batch.programme_id, upper.path))
    return giver_id


def _require_movable(session: Session, context: BatchContext, move: Move, stands: Remaining) -> None:
    """Refuse a move without a reason, of nothing, or of places that are in use."""
    problems: list[Problem] = []
    if not move.reason.strip():
        problems.append(Problem("reason", "", "请填写调剂原因"))
    if move.count < 1:
        problems.append(Problem("count", str(move.count), "调剂数目至少为 1"))
    divided = divided_by(session, context, stands.quota, [move.from_id]).get(move.from_id, 0)
    free = (stands.limit or 0) - max(stands.used, divided)
    if move.count > max(0, free):
        used = f"名额 {stands.limit} 个，已用 {stands.used} 个，已向下分配 {divided} 个"
        problems.append(Problem("count", str(move.count), f"调出单位{used}", f"最多可调出 {max(0, free)} 个"))
    if problems:
        raise Invalid(problems)


def _put(session: Session, share: Allotment) -> None:
    """Store a unit's share, in place of the one it has."""
    row = session.scalars(
        select(Allotment).where(
            Allotment.batch_id == share.batch_id,
            Allotment.quota_key == share.quota_key,
            Allotment.unit_id == share.unit_id,
        )
    ).one_or_none()
    if row is None:
        session.add(share)
    else:
        row.limit, row.given_at, row.given_by = share.limit, share.given_at, share.given_by
    session.flush()


def cap(
    session: Session, context: BatchContext, quota_key: str, limit: int | None, *, actor: Actor, now: datetime
) -> None:
    """Switch a limit on for every unit of a quota that has none in the notice, or off again with None (S000-43).

    Raises NotFound, NotAllowed; Conflict where the notice gives a limit; Invalid below what a unit has used.
    """
    require(actor, Action.ALLOT, context.whole)
    quota = quota_of(context, quota_key)
    if quota.limit is not None:
        raise Conflict(f"通知已规定该项推荐名额为 {quota.limit} 个，不能另设上限；个别单位请用名额调剂。")
    bound = select(BatchUnit.unit_id).where(
        BatchUnit.batch_id == context.batch.id, BatchUnit.class_key.in_(quota.classes)
    )
    unit_ids = list(session.scalars(bound.order_by(BatchUnit.unit_id)))
    lock_units(session, context.batch.id, unit_ids)
    if limit is not None:
        _require_room(session, context, quota, limit, unit_ids)
    session.execute(
        delete(Allotment).where(
            Allotment.batch_id == context.batch.id,
            Allotment.quota_key == quota.key,
            Allotment.unit_id.in_(unit_ids),
            Allotment.from_unit_id.is_(None),
        )
    )
    if limit is not None:
        session.add_all(share_row(context, quota, (unit_id, limit), None, actor, now) for unit_id in unit_ids)
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.ALLOT,
            what=f"推荐名额上限：{_name(context, quota)}",
            batch_id=context.batch.id,
            after={"limit": limit},
        ),
    )


def _require_room(session: Session, context: BatchContext, quota: Quota, limit: int, unit_ids: list[int]) -> None:
    standing = remaining_of(session, context, unit_ids)
    most = max((item.used for items in standing.values() for item in items if item.quota.key == quota.key), default=0)
    if limit < max(0, most):
        sentence = f"已有单位报送 {most} 件" if most else "上限不能为负"
        raise Invalid([Problem("limit", str(limit), sentence, f"不少于 {most} 个")])


def _name(context: BatchContext, quota: Quota) -> str:
    return name_of(quota, context.definition.category(quota.category))


def _names(session: Session, unit_ids: Iterable[int]) -> dict[int, str]:
    found = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(sorted(unit_ids))))
    return {row.id: row.name for row in found}
