"""发件记录: every mail with its exact words and what the host answered; uncertain and held ones wait for a person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import LONG, STATE
from admin.filters import Chosen, Holding, OfBatch, OnDays
from admin.tables import Part, Table, Text
from admin.words import MAIL_KINDS
from domain.access import Action
from models import Batch, Mail, MailAttempt, MailState, Unit
from services.mail.deciding import decide_mail, is_undecided
from web import current
from web.clock import wall_now
from web.filters import opening, state_label

OUTCOMES = {"ok": "已接收", "retry": "暂未接收，稍后再试", "refused": "拒收", "uncertain": "不确定"}


def _decide(mail_id: int, *, send_again: bool) -> None:
    actor, now = current.actor(), current.now()
    decide_mail(current.db(), mail_id, send_again=send_again, actor=actor, now=now, wall_now=wall_now())


def _state_words() -> dict[MailState, str]:
    """Return the states by name; one that is only claimed looks like one that waits."""
    return {state: state_label(state) for state in MailState if state is not MailState.CLAIMED}


class OutboxView(ManagedView):
    """The mails, the newest first."""

    seen_by = (Action.VIEW_MAIL,)
    loads = (joinedload(Mail.batch), joinedload(Mail.unit))
    page_hint = "“不确定是否送达”的邮件会在十分钟后用同一邮件编号再试一次；仍不确定的，由人决定。"
    empty_sentence = "还没有邮件。批次发布并到开放时间后，通知和提醒会出现在这里。"
    acts = (
        Act(
            key="send_again",
            label="再次发送",
            icon="send",
            action=Action.DECIDE_MAIL,
            run=lambda row, form: _decide(row.id, send_again=True),
            done="已列入发送队列，邮件编号不变。",
            question="对方可能会收到两封相同的邮件。确定再次发送？",
            question_of_many="对方可能会收到两封相同的邮件。确定再次发送所选邮件？",
            fits=is_undecided,
            many=True,
            all_or_none=True,
        ),
        Act(
            key="leave",
            label="不再发送",
            icon="mail-off",
            action=Action.DECIDE_MAIL,
            run=lambda row, form: _decide(row.id, send_again=False),
            done="已记录，不再发送。",
            question="确定不再发送这封邮件？",
            question_of_many="确定不再发送所选邮件？",
            fits=is_undecided,
            is_grave=True,
            many=True,
            all_or_none=True,
        ),
    )

    column_list = ("at", "unit", "person", "address", "kind", "state", "because")
    column_details_list = (
        *("subject", "kind", "batch", "unit", "person", "address", "state", "because"),
        *("at", "not_before", "sent_at", "attempts", "retry_after", "message_id", "key"),
    )
    column_labels = {
        "at": "时间",
        "kind": "类型",
        "batch": "批次",
        "unit": "单位",
        "person": "收件人",
        "address": "地址",
        "subject": "主题",
        "state": "状态",
        "attempts": "尝试",
        "because": "说明",
        "not_before": "最早发送",
        "sent_at": "发送于",
        "retry_after": "下次尝试",
        "message_id": "邮件编号",
        "key": "标识",
        "unit.name": "单位",
    }
    column_formatters = {"state": STATE, "because": LONG}
    column_formatters_detail = {"state": STATE}
    column_searchable_list = ("address", "person", "unit.name")
    column_filters = (
        Chosen(Mail.state, "状态", _state_words()),
        Chosen(Mail.kind, "类型", MAIL_KINDS),
        OfBatch(Mail.batch_id),
        Holding("unit.name", "单位"),
        OnDays(Mail.at, "时间"),
    )

    def narrow(self, query: Any) -> Any:
        """Return the query without mails of batches or units beyond the reader's scope."""
        actor = current.actor()
        if actor.programmes is not None:
            query = query.filter(Mail.batch_id.in_(select(Batch.id)))
        if actor.branch is not None:
            query = query.filter(Mail.unit_id.in_(select(Unit.id)))
        return query

    def get_query(self) -> Any:
        """Return the query of the list without the texts, which it does not show."""
        return super().get_query().options(defer(Mail.body), defer(Mail.facts), defer(Mail.lists))

    def name_of(self, row: Any) -> str:
        """Return what the mail is called."""
        return str(row.subject or f"致 {row.address}")

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return the words of the mail, and each hand-over with the host's answer."""
        tries = current.db().scalars(
            select(MailAttempt).where(MailAttempt.mail_id == row.id).order_by(MailAttempt.id)
        )
        handed = Table(
            title="发送经过",
            heads=("时间", "结果", "代码", "邮件服务器的答复"),
            rows=[
                (
                    opening(one.tried_at),
                    OUTCOMES.get(one.outcome, one.outcome),
                    str(one.code or "—"),
                    one.reply or "—",
                )
                for one in tries
            ],
            sentence="还没有发送过。",
        )
        return (Text(title="正文", text=row.body, sentence="正文在发送时生成。"), handed)
