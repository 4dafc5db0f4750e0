"""Giving time: an extension for all, a unit or one title of it, and leave to answer late."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.doing import Doing, duty_in_hand, kept_file, member_in_hand
from admin.progress.forms import ExtendForm, LateForm, caution, read
from admin.progress.page import batch_in_hand, stage_in_hand
from domain.access import Action
from models import Duty, Unit
from services.batches.context import BatchContext
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.calendar import official_calendar
from services.progress.consequences import Told, told_of_extension
from web import current
from web.filters import moment
from web.guard import needs


class Giving(Doing):
    """The pages on which time is given."""

    @expose("/<code>/extend", methods=("GET", "POST"))
    @needs(Action.EXTEND)
    def extend_view(self, code: str) -> str | Response:
        """Grant more time in a stage: to all, or to the unit (and title) that the address names."""
        context = batch_in_hand(code)
        key = stage_in_hand(context, request.args.get("stage"))
        unit = member_in_hand(context) if request.args.get("unit") else None
        duty = duty_in_hand(context, key, unit) if unit is not None else None
        form = read(ExtendForm)
        if unit is None:
            del form.file

        def run() -> str:
            due_at = form.instant(official_calendar(), context.definition.zone)
            more = MoreTime(
                stage=key,
                due_at=due_at,
                reason=form.reason.data,
                unit_id=unit.id if unit else None,
                title_id=duty.title_id if duty else None,
                file_id=kept_file(form.file, unit) if unit else None,
            )
            extend(current.db(), context.batch.id, more, actor=current.actor(), now=current.now())
            return f"已延期至 {moment(due_at)}。{caution(due_at, official_calendar(), context.definition.zone)}"

        unit_id, title_id = unit.id if unit else None, duty.title_id if duty else None
        told = told_of_extension(current.db(), context, key, unit_id, title_id)
        return self.do(
            form,
            run,
            title=f"延期：{context.stages[key].title}",
            whom=_whom(unit, duty),
            facts=[("现在的截止时间", moment(told.due_at) if told.due_at else "未定")],
            consequence=_extension(told, unit),
            button="确定延期",
            back=self.get_url(".batch_view", code=code),
        )

    @expose("/<code>/late", methods=("GET", "POST"))
    @needs(Action.ACCEPT_LATE)
    def late_view(self, code: str) -> str | Response:
        """Let the unit that the address names answer late."""
        context = batch_in_hand(code)
        key = stage_in_hand(context, request.args.get("stage"))
        unit = member_in_hand(context)
        duty = duty_in_hand(context, key, unit)
        form = read(LateForm)

        def run() -> str:
            until = form.instant(official_calendar(), context.definition.zone)
            leave = LateLeave(
                stage=key,
                unit_id=unit.id,
                until=until,
                reason=form.reason.data,
                approver=form.approver.data,
                title_id=duty.title_id if duty else 0,
                file_id=kept_file(form.file, unit),
            )
            accept_late(current.db(), context.batch.id, leave, actor=current.actor(), now=current.now())
            hint = caution(until, official_calendar(), context.definition.zone)
            return f"已允许 {unit.name} 补报至 {moment(until)}。请告知该单位。{hint}"

        return self.do(
            form,
            run,
            title=f"允许补报：{context.stages[key].title}",
            whom=_whom(unit, duty),
            facts=_due(context, key, duty),
            consequence="截止时间不变；该单位在补报期限前可以报送，材料标注“补报”。系统不发邮件，请另行告知该单位。",
            button="确定允许补报",
            back=self.get_url(".missing_view", code=code, stage=key),
        )


def _whom(unit: Unit | None, duty: Duty | None) -> str:
    if unit is None:
        return "全部单位"
    return f"{unit.name}（{duty.title.holder}）" if duty is not None and duty.title is not None else unit.name


def _due(context: BatchContext, key: str, duty: Duty | None) -> list[tuple[str, str]]:
    due_at = duty.due_at if duty is not None else context.stages[key].due_at
    return [("截止时间", moment(due_at) if due_at else "未定")]


def _extension(told: Told, unit: Unit | None) -> str:
    """Return what an extension sets off, in words."""
    if told.units == 0:
        return "没有未报送的单位，不发通知。" if unit is None else "该单位没有未报送的事项，不发通知。"
    whom = f"{told.units} 个单位尚未报送" if unit is None else "该单位尚未报送"
    if not told.mails and not told.calls:
        return f"环节尚未开放，{whom}，现在不发通知；开放时按新的截止时间通知。"
    calls = f"；{told.calls} 人没有电子邮箱，列入待人工催办" if told.calls else ""
    return f"{whom}，确定后发出 {told.mails} 封延期通知{calls}。原截止时间的提醒不再发送。"
