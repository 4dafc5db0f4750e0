"""What must stand before a case may go up: checked and passed, internal steps taken, sealed, reasons given."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Recommend, Stage
from domain.errors import Conflict, Problem
from domain.quota import Remaining, is_free
from models import Case, CaseState, Opinion, Outcome, Unit
from services.batches.context import BatchContext, definition_at
from services.cases.access import CaseInHand, require_holder
from services.cases.papers import missing_scans
from services.expressions import evaluate
from services.recommending.routes import recommend_stage
from services.reviewing.internal import Place, missing
from services.rules import facts_of, soft_open

BECAUSE = {
    CaseState.DRAFT: "尚未提交",
    CaseState.SUBMITTED: "尚未初审通过",
    CaseState.RETURNED: "已退回补正",
    CaseState.FORWARDED: "已经报送",
    CaseState.REFUSED: "已作不予推荐",
    CaseState.WITHDRAWN: "已由申报单位撤回",
}
MOST_JUDGED = 40
"""How many cases a page judges while it is shown; forwarding judges each one whatever the page said."""


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
    """Return what must be done before the case may go: steps, sealed scans, reasons for "in principle" rules."""
    place = Place(found.case.batch_id, stage.key, unit.id, found.case.id)
    problems = [
        Problem(f"internal.{step.key}", "", f"尚未登记内部程序“{step.name}”", "请先在报送页登记该步骤")
        for step in missing(session, found.context, place)
    ]
    problems += missing_scans(found)
    return problems + (unexplained(session, found) if recommend.asks_soft_reason else [])


def obstacles(
    session: Session, context: BatchContext, unit: Unit, cases: Sequence[Case]
) -> Mapping[int, tuple[Problem, ...]]:
    """Return by case's id what keeps each case that a unit has passed from going up; () where nothing does.

    A case is judged by its own answers and papers, in a few queries each: a page shows no more than MOST_JUDGED of
    them, and those beyond are not in the answer.
    """
    stage, recommend = recommend_stage(context)
    waiting = [case for case in cases if case.state is CaseState.PASSED and case.at_unit_id == unit.id]
    return {
        case.id: tuple(missing_before(session, found, unit, stage, recommend))
        for case in waiting[:MOST_JUDGED]
        for found in (CaseInHand(case, context, definition_at(session, context.batch, case.definition_revision)),)
    }


def counted(session: Session, found: CaseInHand, stands: Iterable[Remaining]) -> list[Remaining]:
    """Return those quotas of which the case takes a place: all but where it is free of it (不占名额)."""
    given = list(stands)
    if not any(item.quota.free_when for item in given):
        return given
    facts = facts_of(session, found)
    return [item for item in given if not is_free(item.quota, facts, evaluate)]


def unexplained(session: Session, found: CaseInHand) -> list[Problem]:
    """Return the "in principle" rules that the case breaks and for which no reason is given yet."""
    return [
        Problem(f"rules.{verdict.rule.key}", "", verdict.sentence, "填写推荐理由后可以报送")
        for verdict in soft_open(session, found)
    ]
