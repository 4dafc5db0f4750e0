"""The unit's opinion: pass or not recommend, also as entered from paper; and taking an act back."""

from flask import Blueprint, Response, request

from domain.access import Action
from domain.errors import Conflict
from domain.instants import local_instant
from models import CaseState
from portal.asked import ID
from portal.reviews import typed
from portal.reviews.acting import act_on
from portal.reviews.screen import take_desk
from services.reviewing.deciding import pass_case, refuse_case, undo
from services.reviewing.returning import call_off, extend_return
from web import current
from web.guard import needs

blueprint = Blueprint("review_decisions", __name__)


@blueprint.post(f"/cases/<{ID}:case_id>/review/opinion")
@needs(Action.REVIEW)
def give(case_id: int) -> Response:
    """Give the unit's opinion; the button says which."""
    session, actor, now, text = current.db(), current.actor(), current.now(), typed.text("text")
    is_pass = request.form.get("outcome") != "refuse"
    decide = pass_case if is_pass else refuse_case

    def act() -> None:
        if request.form.get("outcome") not in {"pass", "refuse"}:
            raise Conflict("请选择“通过”或“不予推荐”。")
        decide(session, case_id, text, actor=actor, now=now, on_paper=typed.on_paper())

    return act_on(case_id, "opinion", act, "已初审通过，可以排序、报送。" if is_pass else "已作不予推荐。")


@blueprint.post(f"/cases/<{ID}:case_id>/review/undo")
@needs(Action.REVIEW)
def take_back(case_id: int) -> Response:
    """Take back the unit's own last act while nothing followed: an opinion, or a return to the applicant."""
    state = take_desk(case_id).found.case.state
    session, actor, now, reason = current.db(), current.actor(), current.now(), typed.text("reason")
    back = call_off if state is CaseState.RETURNED else undo
    return act_on(
        case_id,
        "undo",
        lambda: back(session, case_id, reason, actor=actor, now=now),
        "已撤销，申报件重新等待审核。",
    )


@blueprint.post(f"/cases/<{ID}:case_id>/review/more-time")
@needs(Action.REVIEW)
def more_time(case_id: int) -> Response:
    """Give the applicant more time for a correction."""
    zone = take_desk(case_id).found.definition.zone
    session, actor, now, reason = current.db(), current.actor(), current.now(), typed.text("reason")

    def act() -> None:
        due_at = local_instant(typed.day("due_on", "新的补正期限"), "24:00", zone)
        extend_return(session, case_id, due_at, reason, actor=actor, now=now)

    return act_on(case_id, "more-time", act, "补正期限已延长，已通知申报单位。")
