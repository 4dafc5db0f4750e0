"""A unit's word about its recommending: nothing to recommend, all sent, taken back; and its internal steps."""

from flask import Blueprint, Response, request

from domain.access import Action
from domain.errors import Conflict
from portal.asked import ID
from portal.recommending.screen import act_on_board
from portal.reviews import typed
from portal.unit_batches import take_part
from services.batches.context import BatchContext
from services.recommending.nothing import complete, declare_none, take_back
from services.recommending.routes import recommend_stage
from services.reviewing import internal
from web import current
from web.guard import needs

blueprint = Blueprint("board_words", __name__)


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/word")
@needs(Action.RECOMMEND)
def say(code: str, unit_id: int) -> Response:
    """Keep the unit's word, or take it back; the button says which."""
    context, _ = take_part(code, unit_id, Action.RECOMMEND)
    acts = {
        "none": (declare_none, "零报告已登记，不再催办。"),
        "complete": (complete, "已确认报送完毕。"),
        "undo": (take_back, "已撤销，可以继续报送。"),
    }
    chosen = acts.get(request.form.get("word", ""))
    session, actor, now = current.db(), current.actor(), current.now()

    def act() -> None:
        if chosen is None:
            raise Conflict("请选择“零报告”或“报送完毕”。")
        chosen[0](session, context, unit_id, received_at=now, actor=actor)

    return act_on_board(code, unit_id, "word", act, chosen[1] if chosen is not None else "")


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/internal")
@needs(Action.RECOMMEND)
def step(code: str, unit_id: int) -> Response:
    """Record the next internal step of the unit's whole forwarding, or strike the last one."""
    context, _ = take_part(code, unit_id, Action.RECOMMEND)
    place, key = _place(context, unit_id), request.form.get("step", "")
    session, actor, now = current.db(), current.actor(), current.now()
    if "strike" in request.form:
        return act_on_board(
            code,
            unit_id,
            "internal",
            lambda: internal.take_back(session, place, key, actor=actor, now=now),
            "内部程序登记已撤销。",
        )

    def act() -> None:
        on = typed.day("held_on", "办理日期")
        done = internal.StepDone(key, request.form.get("person", ""), on, request.form.get("number", ""))
        internal.record(session, place, done, actor=actor, now=now)

    return act_on_board(code, unit_id, "internal", act, "内部程序已登记。")


def _place(context: BatchContext, unit_id: int) -> internal.Place:
    stage, _ = recommend_stage(context)
    return internal.Place(context.batch.id, stage.key, unit_id)
