"""The order of a unit's cases (择优排序): who comes first, who waits beyond the places, who bears a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, NotAllowed, NotFound
from models import ActKind, Case, CaseState, Recommendation, Unit
from services import audit
from services.batches.context import BatchContext
from services.cases.access import get_case, require_holder
from services.cases.acts import Done, record
from services.recommending.forwarding import recommendation_of
from services.recommending.places import lock_units
from services.recommending.routes import recommend_stage


@dataclass(frozen=True, slots=True)
class Order:
    """A new order of a unit's cases of one category.

    case_ids: all of them, the first first. seen: the order that the person had before; None to skip the comparison.
    """

    unit_id: int
    category: str
    case_ids: Sequence[int]
    seen: Sequence[int] | None = None


def listed(context: BatchContext, unit_id: int, category: str | None = None) -> Select[Case, Recommendation]:
    """Return the statement of a unit's cases that it ranks, in their order: passed and with it, or sent up by it.

    A case that the unit has not handled yet comes with None in place of its recommendation.
    """
    statement = (
        select(Case, Recommendation)
        .outerjoin(Recommendation, (Recommendation.case_id == Case.id) & (Recommendation.unit_id == unit_id))
        .where(
            Case.batch_id == context.batch.id,
            ((Case.state == CaseState.PASSED) & (Case.at_unit_id == unit_id))
            | Recommendation.forwarded_at.is_not(None),
        )
        .order_by(Recommendation.rank.is_(None), Recommendation.rank, Case.submitted_at, Case.id)
    )
    return statement if category is None else statement.where(Case.category_key == category)


def rank(session: Session, context: BatchContext, order: Order, *, actor: Actor, now: datetime) -> None:
    """Keep the order of a unit's cases of one category.

    Raises NotFound, NotAllowed; Conflict when cases have come or gone meanwhile, or somebody else has ordered them.
    """
    _, recommend = recommend_stage(context)
    if not recommend.is_ranked:
        raise NotFound("该批次不要求排序。")
    unit = _unit(session, context, order.unit_id, actor)
    lock_units(session, context.batch.id, [unit.id])
    found = session.execute(listed(context, unit.id, order.category))
    rows: dict[int, tuple[Case, Recommendation | None]] = {case.id: (case, row) for case, row in found}
    _require_fresh(order, {case_id: case for case_id, (case, _) in rows.items()})
    before = [case.title for case, _ in rows.values()]
    for position, case_id in enumerate(order.case_ids, start=1):
        case, handling = rows[case_id]
        if handling is None:
            handling = Recommendation(batch_id=context.batch.id, unit_id=unit.id, case_id=case.id)
            session.add(handling)
        handling.rank = position
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.RECOMMEND,
            what=f"{unit.name}：{context.definition.category(order.category).name}推荐排序",
            batch_id=context.batch.id,
            unit_id=unit.id,
            before={"order": before},
            after={"order": [rows[case_id][0].title for case_id in order.case_ids]},
        ),
    )


def _unit(session: Session, context: BatchContext, unit_id: int, actor: Actor) -> Unit:
    require(actor, Action.RECOMMEND, context.of_unit(session, unit_id))
    unit = session.get_one(Unit, unit_id)
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"推荐排序由“{unit.name}”办理。", action=Action.RECOMMEND.value)
    return unit


def _require_fresh(order: Order, cases: dict[int, Case]) -> None:
    """Refuse an order of other cases than there are, or one made upon an order that is no longer the last."""
    again = "请刷新页面后重新排序。"
    if len(set(order.case_ids)) != len(order.case_ids):
        raise Conflict(f"排序中有重复的申报件，{again}")
    come = [case.title for case_id, case in cases.items() if case_id not in order.case_ids]
    gone = len(set(order.case_ids) - set(cases))
    if come or gone:
        words = [f"新增 {len(come)} 件（{'、'.join(come[:3])}）"] if come else []
        words += [f"移出 {gone} 件"] if gone else []
        raise Conflict(f"列表已变化：{'，'.join(words)}，{again}")
    if order.seen is not None and list(order.seen) != list(cases):
        raise Conflict(f"其他经办人刚刚调整过排序，{again}")


def mark_special(session: Session, case_id: int, *, is_special: bool, actor: Actor, now: datetime) -> None:
    """Set or take off the mark that the notice lets count ("特色优先").

    Raises NotFound, also for a batch without such a mark; NotAllowed; Conflict for a case that is not passed.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECOMMEND, lock=True)
    _, recommend = recommend_stage(found.context)
    if not recommend.special_label:
        raise NotFound("该批次没有特别标记。")
    unit = require_holder(found, actor=actor, action=Action.RECOMMEND)
    if found.case.state is not CaseState.PASSED:
        raise Conflict("初审通过且尚未报送的申报件才能标记。")
    recommendation_of(session, found.context, found.case, unit.id).is_special = is_special
    words = recommend.special_label if is_special else f"取消{recommend.special_label}"
    done = Done(ActKind.RANKED, Action.RECOMMEND, now, now, by_unit=unit.name, is_open=False, detail={"mark": words})
    record(session, found.case, done, actor=actor)
