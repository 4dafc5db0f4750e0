"""推荐名额: what each unit has used and has left, moving unused places (名额调剂), a limit switched on later."""

from typing import Any, cast

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, TextAreaField

from admin.forms import Given, NumberField, log_strangers, show_refusal, whole
from admin.progress.forms import PageForm, read
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand
from admin.typed import LARGEST_PAGE, argument, stable_key
from domain.access import Action
from domain.errors import Conflict, Invalid
from services.batches.context import BatchContext
from services.progress.casework.places import Movable, ledger, movable, moves
from services.recommending.allotting import quota_of
from services.recommending.moving import Move, cap, move
from web import current
from web.door import abandon
from web.guard import needs

REFUSED = 422


class MoveForm(PageForm):
    """From whom, to whom, how many, and why. looked: what was asked for when its consequences were shown."""

    giver = SelectField("调出单位", [Given()])
    taker = SelectField("调入单位", [Given()])
    count = NumberField("调剂数目", [Given()])
    reason = TextAreaField("调剂原因", [Given()], description="记入调剂记录和审计记录。")
    looked = HiddenField()


class CapForm(PageForm):
    """A limit for every unit; nothing for none."""

    limit = NumberField("每个单位的上限", description="不填即取消上限。")


class Places(Framed):
    """Pages about places."""

    @expose("/<code>/places")
    @needs(SEES)
    def places_view(self, code: str) -> str:
        """Show the live ledger of places and the moves (S001-62)."""
        context, actor = batch_in_hand(code), current.actor()
        page, before = argument("page", LARGEST_PAGE) or 1, argument("moves", LARGEST_PAGE) or 1
        return self.show(
            "places",
            context,
            None,
            found=ledger(current.db(), context, actor=actor, page=page),
            moved=moves(current.db(), context, actor=actor, page=before),
            pager=lambda page: self.get_url(".places_view", code=code, page=page + 1),
            moves_pager=lambda page: self.get_url(".places_view", code=code, moves=page + 1) + "#moves",
        )

    @expose("/<code>/places/<key>/move", methods=("GET", "POST"))
    @needs(Action.ALLOT)
    def move_view(self, code: str, key: str) -> Any:
        """Move unused places of a quota: what would follow is shown first, then it is done."""
        context = batch_in_hand(code)
        before = movable(current.db(), context, stable_key(key))
        form = read(MoveForm)
        _offer(form, before)
        if request.method != "POST":
            return self._move_page(context, form, before)
        log_strangers(form)
        if not form.validate():
            return self._move_page(context, form, before), REFUSED
        asked = Move(
            key, whole(form.giver) or 0, whole(form.taker) or 0, form.count.data or 0, form.reason.data or ""
        )
        mark = f"{asked.from_id}.{asked.to_id}.{asked.count}"
        trial = current.db().begin_nested()
        try:
            move(current.db(), context, asked, actor=current.actor(), now=current.now())
            after = movable(current.db(), context, key)
        except (Invalid, Conflict) as refusal:
            abandon()
            show_refusal(form, refusal)
            return self._move_page(batch_in_hand(code), form, before), REFUSED
        if form.looked.data == mark:
            trial.commit()
            flash(f"已调剂 {asked.count} 个“{before.label}”推荐名额，合计仍为 {after.total} 个。", "success")
            return redirect(self.get_url(".places_view", code=code), 303)
        trial.rollback()
        form.looked.data = mark
        return self._move_page(context, form, before, after=after, touched=(asked.from_id, asked.to_id))

    @expose("/<code>/places/<key>/cap", methods=("GET", "POST"))
    @needs(Action.ALLOT)
    def cap_view(self, code: str, key: str) -> str | Response:
        """Switch a limit on where the notice gives none, or off again (S000-43)."""
        context = batch_in_hand(code)
        quota = quota_of(context, stable_key(key))
        line = next(one for one in ledger(current.db(), context, actor=current.actor()).lines if one.key == quota.key)
        form = read(CapForm)

        def run() -> str:
            limit = cast(int | None, form.limit.data)
            cap(current.db(), context, quota.key, limit, actor=current.actor(), now=current.now())
            return "已取消上限。" if limit is None else f"每个单位最多推荐 {limit} 个。"

        return self.do(
            form,
            run,
            title=f"推荐名额上限：{line.label}",
            whom="、".join(line.classes),
            facts=[
                ("通知规定", "不限"),
                ("现在合计", "不限" if line.total is None else line.total),
                ("已用", line.used),
            ],
            consequence="对所有适用单位立即生效；已报送的申报件不受影响，上限不能低于任一单位已报送的件数。",
            button="确定",
            is_grave=False,
            back=self.get_url(".places_view", code=code),
        )

    def _move_page(self, context: BatchContext, form: Any, before: Movable, **preview: Any) -> str:
        """Return the form. preview: `after`, the places as they would be, and `touched`, the two units."""
        names = {unit.unit_id: unit for unit in before.units}
        after = {unit.unit_id: unit for unit in preview["after"].units} if preview else {}
        return self.show(
            "places_move",
            context,
            None,
            under="places",
            form=form,
            quota=before,
            changes=[(names[unit_id], after[unit_id]) for unit_id in preview.get("touched", ())],
            total_after=preview["after"].total if preview else None,
        )


def _offer(form: Any, found: Movable) -> None:
    """Let the form offer the units, with what each has."""
    blank = ("", "请选择")
    form.giver.choices = [blank] + [
        (str(unit.unit_id), f"{unit.name}（名额 {unit.limit}，已用 {unit.used}，可调出 {unit.free}）")
        for unit in found.units
        if unit.free
    ]
    form.taker.choices = [blank] + [
        (str(unit.unit_id), f"{unit.name}（名额 {unit.limit}，已用 {unit.used}）") for unit in found.units
    ]
