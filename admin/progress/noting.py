"""催办记录: what was said to a unit by telephone, WeChat or in person."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.doing import Doing, member_in_hand
from admin.progress.forms import CallForm, read
from admin.progress.page import batch_in_hand, stage_in_hand
from domain.access import Action
from models.contacts import Channel
from services.calls import Call, note_call
from services.mail.addressing import Person, directory
from web import current
from web.guard import needs


class Noting(Doing):
    """The page on which a call is noted."""

    @expose("/<code>/call", methods=("GET", "POST"))
    @needs(Action.NOTE_CALL)
    def call_view(self, code: str) -> str | Response:
        """Note that the unit that the address names was reminded by hand."""
        context = batch_in_hand(code)
        key = stage_in_hand(context, request.args.get("stage"))
        unit = member_in_hand(context)
        people = directory(current.db(), [unit.id]).people(unit.id, context.batch.id)
        known = "" if people[0].is_fallback else people[0].name
        this_minute = current.now().replace(second=0, microsecond=0)
        form = read(CallForm, lambda: {"person": known, "called_at": this_minute})

        def run() -> str:
            call = Call(
                stage=key,
                unit_id=unit.id,
                channel=Channel(form.channel.data),
                person=form.person.data,
                result=form.result.data,
                called_at=form.called_at.data,
            )
            note_call(current.db(), context.batch.id, call, actor=current.actor(), now=current.now())
            return f"已记录对 {unit.name} 的催办。"

        return self.do(
            form,
            run,
            title=f"催办记录：{context.stages[key].title}",
            whom=unit.name,
            facts=[("单位电话", unit.phone or unit.mobile or "未登记"), *(_reach(person) for person in people)],
            consequence="记入过程记录；此前等待人工催办的提醒随之办结。不发邮件。",
            button="保存催办记录",
            back=self.get_url(".missing_view", code=code, stage=key),
        )


def _reach(person: Person) -> tuple[str, str]:
    name = "单位邮箱" if person.is_fallback else person.name
    return name, "，".join(
        part for part in (person.number if not person.is_fallback else "", person.address or "") if part
    ) or "没有联系方式"
