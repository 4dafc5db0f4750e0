"""What must stand before a case may go up: checked and passed, internal steps taken, reasons given."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Recommend, Stage
from domain.errors import Conflict, Problem
from models import CaseState, Opinion, Outcome, Unit
from services.cases.access import CaseInHand, require_holder
from services.recommending.judging import unexplained
from services.reviewing.internal import Place, missing

BECAUSE = {
    CaseState.DRAFT: "尚未提交",
    CaseState.SUBMITTED: "尚未初审通过",
    CaseState.RETURNED: "已退回补正",
    CaseState.FORWARDED: "已经报送",
    CaseState.REFUSED: "已作不予推荐",
    CaseState.WITHDRAWN: "已由申报单位撤回",
}


def require_ready(session: Session, found: CaseInHand, *, actor: Actor) -> Unit:
    """Return the unit that holds the case. Raises NotAllowed for another; Conflict unless it has passed the check."""
    unit = require_holder(found, actor=actor, action=Action.RECOMMEND)
    if found.case.state is not CaseState.PASSED:
        because = BECAUSE[found.case.state]
        raise Conflict(f"申报件“{found.case.title}”{because}，不能报送；初审通过且尚未报送的才能报送。")
    given = session.scalars(
        select(Opinion.outcome)
        .where(
            Opinion.case_id == found.case.id,
            Opinion.by_unit_id == unit.id,
            Opinion.version_no == found.case.version_no,
        )
        .order_by(Opinion.given_at.desc(), Opinion.id.desc())
        .limit(1)
    ).one_or_none()
    if given is not Outcome.PASSED:
        raise Conflict(f"申报件“{found.case.title}”还没有本单位的初审意见，请先填写意见并通过初审。")
    return unit


def missing_before(
    session: Session, found: CaseInHand, unit: Unit, stage: Stage, recommend: Recommend
) -> list[Problem]:
    """Return what must be done before the case may go: internal steps, reasons for "in principle" rules."""
    place = Place(found.case.batch_id, stage.key, unit.id, found.case.id)
    problems = [
        Problem(f"internal.{step.key}", "", f"尚未登记内部程序“{step.name}”", "请先在报送页登记该步骤")
        for step in missing(session, found.context, place)
    ]
    return problems + (unexplained(session, found) if recommend.asks_soft_reason else [])
