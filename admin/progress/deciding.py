"""Deciding about a batch: ending a stage, pausing, confirming what was inferred, publishing."""

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.doing import Doing
from admin.progress.forms import ReasonForm, read
from admin.progress.page import batch_in_hand, stage_in_hand
from domain.access import Action
from domain.errors import Conflict, Invalid
from models import BatchState
from services.batches.closing import close_by_hand
from services.batches.context import BatchContext
from services.batches.publishing import confirm_values, publish, set_paused
from services.progress.consequences import followers, still_owing
from services.progress.evidence import label_of
from web import current
from web.door import abandon
from web.filters import moment
from web.guard import needs

MOST_PATHS = 1_000
SHOWN_PROBLEMS = 3


class Deciding(Doing):
    """The pages on which a batch is decided about."""

    @expose("/<code>/close", methods=("GET", "POST"))
    @needs(Action.CLOSE_STAGE)
    def close_view(self, code: str) -> str | Response:
        """End a stage that has no date, or end one early."""
        context = batch_in_hand(code)
        key = stage_in_hand(context, request.args.get("stage"))
        row, form = context.stages[key], read(ReasonForm)

        def run() -> str:
            reason = form.reason.data
            close_by_hand(
                current.db(), context.batch.id, key, reason=reason, actor=current.actor(), now=current.now()
            )
            return f"环节“{row.title}”已结束。"

        owing, after = still_owing(current.db(), context, key), followers(context, key)
        opens = f"“{'”、“'.join(after)}”等待本环节结束，将随之开放。" if after else ""
        return self.do(
            form,
            run,
            title=f"结束环节：{row.title}",
            whom="全部单位",
            facts=[("截止时间", moment(row.due_at) if row.due_at else "没有日期，由人工结束")],
            consequence=f"还有 {owing} 个单位未办结，结束后不再提醒。{opens}结束后只能用延期重新开放。",
            button="确定结束",
            is_grave=True,
            back=self.get_url(".batch_view", code=code),
        )

    @expose("/<code>/pause", methods=("GET", "POST"))
    @needs(Action.PAUSE_BATCH)
    def pause_view(self, code: str) -> str | Response:
        """Pause a running batch, or let a paused one run again."""
        context = batch_in_hand(code)
        form, is_paused = read(ReasonForm), context.batch.state is not BatchState.PAUSED
        word = "暂停" if is_paused else "恢复"

        def run() -> str:
            reason, actor, now = form.reason.data, current.actor(), current.now()
            set_paused(current.db(), context.batch, is_paused=is_paused, reason=reason, actor=actor, now=now)
            return f"批次已{word}。"

        consequence = (
            "暂停期间不开放、不截止、不发信，单位不能报送；截止时间照走。"
            if is_paused
            else "恢复后立即补办暂停期间到期的事项；过期的提醒不再补发。"
        )
        return self.do(
            form,
            run,
            title=f"{word}批次",
            whom="全部单位",
            facts=[],
            consequence=consequence,
            button=f"确定{word}",
            is_grave=is_paused,
            back=self.get_url(".batch_view", code=code),
        )

    @expose("/<code>/confirm", methods=("POST",))
    @needs(Action.CONFIRM_VALUE)
    def confirm_view(self, code: str) -> Response:
        """Confirm the inferred values that were ticked."""
        context = batch_in_hand(code)
        paths = list(dict.fromkeys(request.form.getlist("path")))[:MOST_PATHS]
        back = self.get_url(".definition_view", code=code)
        if not paths:
            flash("没有勾选任何推定值。", "warning")
            return redirect(back, 303)
        try:
            confirm_values(current.db(), context.batch, paths, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            flash(_words(context, refusal), "error")
        else:
            flash(f"已确认 {len(paths)} 处推定值。", "success")
        return redirect(back, 303)

    @expose("/<code>/publish", methods=("POST",))
    @needs(Action.PUBLISH_BATCH)
    def publish_view(self, code: str) -> Response:
        """Publish a draft."""
        context = batch_in_hand(code)
        try:
            publish(current.db(), context.batch, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            flash(_words(context, refusal), "error")
            return redirect(self.get_url(".definition_view", code=code), 303)
        flash("批次已发布，按计划运行。", "success")
        return redirect(self.get_url(".batch_view", code=code), 303)


def _words(context: BatchContext, refusal: Invalid | Conflict) -> str:
    """Return a refusal with the places of the definition in words, cut where there are many."""
    if not isinstance(refusal, Invalid):
        return refusal.sentence
    shown = [
        "：".join(part for part in (label_of(context.definition, problem.path), problem.sentence) if part)
        for problem in refusal.problems[:SHOWN_PROBLEMS]
    ]
    rest = f"；等 {len(refusal.problems)} 处" if len(refusal.problems) > SHOWN_PROBLEMS else ""
    return "；".join(shown) + rest
