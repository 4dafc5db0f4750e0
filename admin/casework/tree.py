"""The tree of notices: what came from above and waits for an answer, and the counts of the batches below."""

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.forms import ReasonForm, read
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand, rights
from admin.typed import row_id
from domain.access import Action
from domain.errors import Conflict, Invalid, NotFound
from models import BatchState, CaseState
from services.upstream.answering import accept, keep, waiting
from services.upstream.counting import SHOWN, below
from services.upstream.linking import upper_of
from services.upstream.revisions import pending, take
from web import current
from web.door import abandon
from web.guard import needs

MOST_PATHS = 500
STATES = {
    CaseState.SUBMITTED: "待审核",
    CaseState.RETURNED: "退回补正",
    CaseState.PASSED: "审核通过",
    CaseState.FORWARDED: "已报送",
    CaseState.REFUSED: "不予推荐",
}


class Tree(Framed):
    """Pages about the batches above and below."""

    @expose("/<code>/tree")
    @needs(SEES)
    def tree_view(self, code: str) -> str:
        """Show the batch above with its changes, and the batches below with their counts (S003-68)."""
        context, actor = batch_in_hand(code), current.actor()
        is_draft = context.batch.state is BatchState.DRAFT
        may_answer = "answer_upstream" in rights(context)
        return self.show(
            "tree",
            context,
            None,
            upper=upper_of(current.db(), context),
            waiting=waiting(current.db(), context.batch.id, actor=actor) if may_answer else None,
            pending=pending(current.db(), context.batch.id, actor=actor) if is_draft and may_answer else [],
            below=below(current.db(), context.batch.id, actor=actor),
            states=[(state, STATES[state]) for state in SHOWN],
        )

    @expose("/<code>/tree/<int:change_id>/accept", methods=("POST",))
    @needs(Action.ANSWER_UPSTREAM)
    def accept_view(self, code: str, change_id: int) -> Response:
        """Take a change of dates over."""
        batch_in_hand(code)
        try:
            accept(current.db(), row_id(str(change_id)) or 0, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            flash(refusal.sentence, "error")
        else:
            flash("已接受上级调整；时间推后的已延期，并通知尚未办结的单位。", "success")
        return redirect(self.get_url(".tree_view", code=code), 303)

    @expose("/<code>/tree/<int:change_id>/keep", methods=("GET", "POST"))
    @needs(Action.ANSWER_UPSTREAM)
    def keep_view(self, code: str, change_id: int) -> str | Response:
        """Keep one's own dates, with a reason."""
        context = batch_in_hand(code)
        found = waiting(current.db(), context.batch.id, actor=current.actor())
        change = next((one for one in found.changes if one.id == change_id), None) if found else None
        if change is None:
            raise NotFound("没有这项上级调整。")
        form = read(ReasonForm)

        def run() -> str:
            keep(current.db(), change_id, form.reason.data or "", actor=current.actor(), now=current.now())
            return "已记录：不跟随上级调整。"

        return self.do(
            form,
            run,
            title="不跟随上级调整",
            whom=context.batch.title,
            facts=[(item["title"], f"{item['before']} 改为 {item['after']}") for item in change.differences],
            consequence="本批次的时间不变；原因记入审计记录，上级可以看到处理结果。",
            button="确定不跟随",
            is_grave=False,
            back=self.get_url(".tree_view", code=code),
        )

    @expose("/<code>/tree/take", methods=("POST",))
    @needs(Action.ANSWER_UPSTREAM)
    def take_view(self, code: str) -> Response:
        """Take the ticked changes of the definition above over into the draft."""
        context = batch_in_hand(code)
        paths = list(dict.fromkeys(request.form.getlist("path")))[:MOST_PATHS]
        try:
            take(current.db(), context.batch.id, paths, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            flash(refusal.sentence, "error")
        else:
            flash(f"已带入 {len(paths)} 处上级改动，其余保持不变。", "success")
        return redirect(self.get_url(".tree_view", code=code), 303)
