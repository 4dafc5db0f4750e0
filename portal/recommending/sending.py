"""Forwarding one or several cases, each failure named, and taking one back."""

from flask import Blueprint, Response, flash, request

from domain.access import Action
from domain.errors import Conflict
from portal import asked
from portal.answers import keeping
from portal.asked import ID
from portal.recommending.screen import Sent, act_on_board, show_board, to_board
from portal.reviews import typed
from portal.reviews.screen import Refused
from portal.unit_batches import take_part
from services.recommending.forwarding import forward_many, recall
from web import current
from web.guard import needs

MOST = 500

blueprint = Blueprint("board_sending", __name__)


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/forward")
@needs(Action.RECOMMEND)
def send(code: str, unit_id: int) -> Response:
    """Forward the chosen cases in their order; those refused stay, each with its reason, and stay chosen."""
    take_part(code, unit_id, Action.RECOMMEND)
    chosen = request.form.getlist("case", type=int)[:MOST]
    ids = [case_id for case_id in chosen if 0 < case_id <= asked.LARGEST_ID]
    if not ids:
        return show_board(code, unit_id, Refused("forward", Conflict("请先选择要报送的申报件。")))
    many = forward_many(
        current.db(),
        ids,
        received_at=current.now(),
        actor=current.actor(),
        confirms_no_secrets=request.form.get("no_secrets") == "yes",
        over_reasons={case_id: typed.text(f"over_reason.{case_id}") for case_id in ids},
    )
    if many.failed:
        return keeping(show_board(code, unit_id, sent=Sent(len(many.done), many.failed)))
    late = sum(one.is_late for one in many.done)
    flash(f"已报送 {len(many.done)} 件。{f'其中 {late} 件为补报。' if late else ''}", "success")
    return to_board(code, unit_id, "forward")


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/recall")
@needs(Action.RECOMMEND)
def take_back(code: str, unit_id: int) -> Response:
    """Take a forwarded case back while nobody has received it."""
    take_part(code, unit_id, Action.RECOMMEND)
    case_id = asked.number(request.form, "case") or 0
    session, actor, now, reason = current.db(), current.actor(), current.now(), typed.text("reason")
    return act_on_board(
        code,
        unit_id,
        f"case-{case_id}",
        lambda: recall(session, case_id, reason=reason, received_at=now, actor=actor),
        "已撤回报送，名额随即释放。",
    )
