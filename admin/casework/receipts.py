"""收件登记: forwarded cases that the office takes in hand, and the parcels of units; receipts are the office's."""

from datetime import date

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.words import PARCELS
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand
from admin.typed import LARGEST_PAGE, argument, row_id
from domain.access import Action
from domain.errors import Conflict, Invalid, RuleBroken
from domain.instants import local_day
from services.progress.casework.receipts import ParcelState, forwarded_cases, parcels
from services.recommending.dispatching import receive, undo_receipt
from services.recommending.receiving import receive_many
from services.recommending.routes import recommend_stage
from web import current
from web.door import abandon
from web.guard import needs

MOST_AT_ONCE = 200
MOST_NAMED = 20


class Receipts(Framed):
    """Pages on which the office notes what it has received."""

    @expose("/<code>/receipts")
    @needs(SEES)
    def receipts_view(self, code: str) -> str:
        """Show the forwarded cases that wait to be received, or those that are."""
        context = batch_in_hand(code)
        is_received = request.args.get("received") == "1"
        asked = {"received": "1"} if is_received else {}
        return self.show(
            "receipts",
            context,
            None,
            found=forwarded_cases(
                current.db(),
                context,
                actor=current.actor(),
                now=current.now(),
                is_received=is_received,
                page=argument("page", LARGEST_PAGE) or 1,
            ),
            is_received=is_received,
            pager=lambda page: self.get_url(".receipts_view", code=code, page=page + 1, **asked),
        )

    @expose("/<code>/receipts", methods=("POST",))
    @needs(Action.RECEIVE)
    def receive_view(self, code: str) -> Response:
        """Note the receipt of the ticked cases; each that cannot be is named with its reason."""
        batch_in_hand(code)
        ids = [found for raw in request.form.getlist("rowid") if (found := row_id(raw))]
        back = redirect(self.get_url(".receipts_view", code=code), 303)
        if not ids or len(ids) > MOST_AT_ONCE:
            flash(f"请勾选要收件的申报件，一次最多 {MOST_AT_ONCE} 件。", "warning")
            return back
        received, refused = receive_many(current.db(), ids, actor=current.actor(), now=current.now())
        if received:
            flash(f"已收件登记 {len(received)} 件。推荐单位不能再撤回报送。", "success")
        for sentence in list(refused.values())[:MOST_NAMED]:
            flash(f"未登记：{sentence}", "error")
        if len(refused) > MOST_NAMED:
            flash(f"另有 {len(refused) - MOST_NAMED} 件未登记。", "error")
        return back

    @expose("/<code>/parcels")
    @needs(SEES)
    def parcels_view(self, code: str) -> str:
        """Show each unit's parcel: what was sent when and how, and when it arrived (S001-51, S001-52, S003-39)."""
        context = batch_in_hand(code)
        wanted = next((state for state in ParcelState if state.value == request.args.get("state")), None)
        asked = {"state": wanted.value} if wanted else {}
        stage, recommend = recommend_stage(context)
        return self.show(
            "parcels",
            context,
            None,
            found=parcels(
                current.db(),
                context,
                actor=current.actor(),
                wanted=wanted,
                page=argument("page", LARGEST_PAGE) or 1,
            ),
            wanted=wanted,
            parcel_states=PARCELS,
            paper=recommend.paper,
            due_at=context.stages[stage.key].due_at,
            today=local_day(current.now(), context.definition.zone),
            pager=lambda page: self.get_url(".parcels_view", code=code, page=page + 1, **asked),
        )

    @expose("/<code>/parcels", methods=("POST",))
    @needs(Action.RECEIVE)
    def receive_parcel_view(self, code: str) -> Response:
        """Note the day on which a unit's parcel arrived."""
        context = batch_in_hand(code)
        try:
            unit_id, received_on = row_id(request.form.get("unit")) or 0, _day(request.form.get("received_on"))
            row = receive(current.db(), context, unit_id, received_on, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            return self._back(code, refusal)
        late = "，晚于截止日期，已标注“逾期”" if row.is_late else ""
        flash(f"{row.unit.name}：已登记 {row.received_on} 收件{late}。", "warning" if row.is_late else "success")
        return self._back(code)

    @expose("/<code>/parcels/undo", methods=("POST",))
    @needs(Action.RECEIVE)
    def undo_parcel_view(self, code: str) -> Response:
        """Strike a receipt that was noted by mistake."""
        context = batch_in_hand(code)
        unit_id = row_id(request.form.get("unit")) or 0
        undo_receipt(current.db(), context, unit_id, actor=current.actor(), now=current.now())
        flash("已撤销收件登记。", "success")
        return self._back(code)

    def _back(self, code: str, refusal: RuleBroken | None = None) -> Response:
        """Return to the parcels, undone and with a refusal where there is one."""
        if refusal is not None:
            abandon()
            flash(refusal.sentence, "error")
        return redirect(self.get_url(".parcels_view", code=code), 303)


def _day(raw: str | None) -> date:
    """Return the day that was typed. Raises Conflict for none."""
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        raise Conflict("请填写收件日期，如 2023-03-20。") from None
