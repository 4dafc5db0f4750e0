"""What is decided about a department's hit, and which hits still stand in the way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, may
from domain.errors import Conflict, Invalid, NotFound, Problem
from models import ActKind, CreditCheck, CreditResult
from services.cases.access import get_case, require_holder
from services.cases.acts import Done, record
from services.reviewing.credit.sheet import RESULTS
from services.reviewing.desk import require_office


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about a hit: whether it stands in the way no longer, and why."""

    department: str
    is_cleared: bool
    reason: str


def decide(session: Session, case_id: int, decision: Decision, *, actor: Actor, now: datetime) -> CreditCheck:
    """Decide about a department's hit; until then, and while it stands, the case cannot pass.

    By the unit that has the case, or by the office. Raises NotFound, NotAllowed; Conflict for what is no hit; Invalid
    without a reason.
    """
    is_unit = may(actor, Action.REVIEW)
    action = Action.REVIEW if is_unit else Action.WAIVE_RULE
    found = get_case(session, case_id, actor=actor, action=action, lock=True)
    unit = require_holder(found, actor=actor, action=action) if is_unit else None
    row = session.scalars(
        select(CreditCheck).where(CreditCheck.case_id == case_id, CreditCheck.department == decision.department)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这个部门的反馈。")
    if row.result is not CreditResult.HIT:
        raise Conflict(f"“{row.department}”的反馈为“{RESULTS[row.result]}”，无需决定。")
    if not decision.reason.strip():
        raise Invalid([Problem("reason", "", "请填写处理意见的理由")])
    row.is_cleared, row.reason = decision.is_cleared, decision.reason.strip()
    row.decided_at, row.decided_by = now, actor.name
    by_unit = unit.name if unit is not None else found.context.definition.office.name
    detail = {"部门": row.department, "决定": "不影响推荐" if row.is_cleared else "影响推荐"}
    done = Done(ActKind.CREDIT, action, now, now, by_unit=by_unit, note=row.reason, is_open=False, detail=detail)
    record(session, found.case, done, actor=actor)
    return row


def standing_hits(session: Session, case_ids: Collection[int]) -> Mapping[int, Sequence[CreditCheck]]:
    """Return the hits that stand in the way of each case: not decided yet, or decided to stand. One query."""
    rows = session.scalars(
        select(CreditCheck)
        .where(
            CreditCheck.case_id.in_(sorted(case_ids)),
            CreditCheck.result == CreditResult.HIT,
            CreditCheck.is_cleared.is_(False),
        )
        .order_by(CreditCheck.id)
    )
    found: dict[int, list[CreditCheck]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def credit_checks(session: Session, case_id: int, *, actor: Actor) -> Sequence[CreditCheck]:
    """Return what each department said about a case, in the order of their names. Raises NotFound, NotAllowed."""
    get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    require_office(actor)
    rows = select(CreditCheck).where(CreditCheck.case_id == case_id).order_by(CreditCheck.department)
    return session.scalars(rows).all()
