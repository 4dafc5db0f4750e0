"""审计记录: who did what, when, to what; read by auditors, changed by nobody."""

from collections.abc import Sequence
from typing import Any

from flask import g
from sqlalchemy import select

from admin.base import ManagedView
from admin.cells import NOTHING, cell, chosen, clamped, document, of_row
from admin.filters import Chosen, Holding, OnDays
from admin.records.known import Known, know
from admin.records.wording import changes_of, in_one_line
from admin.tables import Part, Table, Text
from admin.words import ACTIONS
from domain.access import ROLE_NAMES, Action
from models import AuditEntry, Batch, Unit
from web import current

BY_VALUE = {action.value: name for action, name in ACTIONS.items()}


def _known() -> Known:
    """Return what was read for the entries of this page."""
    found: Known = g.audit_known
    return found


def _batch(batch_id: int | None) -> str:
    return "" if batch_id is None else _known().batches.get(batch_id, f"已删除（序号 {batch_id}）")


class AuditView(ManagedView):
    """The audit log, the newest entry first."""

    seen_by = (Action.VIEW_AUDIT,)
    page_hint = "记录逐条相连，改动或删除任何一条都能被 linxuan audit verify 查出。"
    empty_sentence = "还没有记录。"

    column_list = ("at", "actor", "role", "action", "what", "reason")
    column_details_list = (*column_list, "batch_id", "unit_id", "digest", "previous")
    column_offered = (*column_list, "changes", "batch_id", "unit_id")
    column_labels = {
        "at": "时间",
        "actor": "操作人",
        "role": "身份",
        "action": "动作",
        "what": "对象",
        "reason": "原因",
        "changes": "改动",
        "batch_id": "批次",
        "unit_id": "单位",
        "digest": "摘要",
        "previous": "前一条摘要",
    }
    column_formatters = {
        "role": chosen(ROLE_NAMES),
        "action": of_row(lambda row: BY_VALUE.get(row.action, row.action)),
        "changes": clamped(lambda row: in_one_line(row, _known())),
        "batch_id": clamped(lambda row: _batch(row.batch_id)),
        "unit_id": clamped(lambda row: _known().named("unit_id", row.unit_id)),
    }
    column_formatters_detail = column_formatters | {
        "batch_id": cell(_batch),
        "unit_id": cell(lambda value: _known().named("unit_id", value)),
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

    def ready(self, rows: Sequence[Any]) -> None:
        """Read what the entries speak of."""
        g.audit_known = know(rows)

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return the values before and after, in words, and all of them as they were recorded."""
        found, unworded = changes_of(row, _known())
        has_before = any(one.before for one in found)
        left_out = f"另有 {unworded} 项见原始记录。" if unworded else ""
        table = Table(
            title="改动",
            heads=("项目", "改动前", "改动后") if has_before else ("项目", "内容"),
            rows=[
                (one.label, *((one.before or NOTHING,) if has_before else ()), one.after or NOTHING) for one in found
            ]
            + ([(left_out, *[NOTHING] * (2 if has_before else 1))] if left_out else []),
            sentence="没有记录的值。",
        )
        return (table, Text(title="原始记录", text=document(row.changes), is_folded=True))
