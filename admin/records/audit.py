"""审计记录: who did what, when, to what; read by auditors, changed by nobody."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from admin.base import ManagedView
from admin.cells import chosen, document, of_row
from admin.filters import Chosen, Holding, OnDays
from admin.tables import Part, Text
from admin.words import ACTIONS
from domain.access import ROLE_NAMES, Action
from models import AuditEntry, Batch, Unit
from web import current

BY_VALUE = {action.value: name for action, name in ACTIONS.items()}


class AuditView(ManagedView):
    """The audit log, the newest entry first."""

    seen_by = (Action.VIEW_AUDIT,)
    page_hint = "记录逐条相连，改动或删除任何一条都能被 linxuan audit verify 查出。"
    empty_sentence = "还没有记录。"

    column_list = ("at", "actor", "role", "action", "what", "reason")
    column_details_list = (*column_list, "batch_id", "unit_id", "digest", "previous")
    column_labels = {
        "at": "时间",
        "actor": "操作人",
        "role": "身份",
        "action": "动作",
        "what": "对象",
        "reason": "原因",
        "batch_id": "批次序号",
        "unit_id": "单位序号",
        "digest": "摘要",
        "previous": "前一条摘要",
    }
    column_formatters = {
        "role": chosen(ROLE_NAMES),
        "action": of_row(lambda row: BY_VALUE.get(row.action, row.action)),
    }
    column_sortable_list = ("at",)
    column_searchable_list = ("what", "actor", "reason")
    column_filters = (
        Chosen(AuditEntry.action, "动作", ACTIONS),
        Holding(AuditEntry.actor, "操作人"),
        OnDays(AuditEntry.at, "时间"),
    )

    def narrow(self, query: Any) -> Any:
        """Return the query without acts beyond the programmes and the branch of a limited auditor."""
        actor = current.actor()
        if actor.programmes is not None:
            query = query.filter(AuditEntry.batch_id.in_(select(Batch.id)))
        if actor.branch is not None:
            query = query.filter(AuditEntry.unit_id.in_(select(Unit.id)))
        return query

    def name_of(self, row: Any) -> str:
        """Return what was acted on."""
        return str(row.what)

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return the values before and after."""
        parts = (("改动前", row.changes.get("before")), ("改动后", row.changes.get("after")))
        return [
            Text(title=title, text=document(values) if values else "", sentence="没有记录的值。")
            for title, values in parts
        ]
