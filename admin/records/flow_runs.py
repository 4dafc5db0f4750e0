"""运行记录: each time the engine looked after a batch, orchestrated or directly, and why."""

from collections.abc import Sequence
from typing import Any

from admin.base import ManagedView
from admin.batches.names import load_titles, title_of
from admin.cells import LONG, clamped, of_row
from admin.filters import OfBatch, OnDays, Ticked
from domain.access import Action
from models import FlowRun


class FlowRunView(ManagedView):
    """The runs, the newest first."""

    seen_by = (Action.PUBLISH_BATCH, Action.VIEW_AUDIT)
    page_hint = "编排服务不在时，到期事项由时钟直接办理，并在此注明；截止时间从不等待编排服务。"
    empty_sentence = "还没有运行记录。批次有事项到期时会出现在这里。"

    column_list = ("started_at", "batch", "now", "moments", "is_orchestrated", "because")
    column_details_list = (*column_list, "name", "prefect_run_id")
    column_labels = {
        "started_at": "开始时间",
        "batch": "批次",
        "now": "业务时间",
        "moments": "办理事项数",
        "is_orchestrated": "方式",
        "because": "说明",
        "name": "运行名称",
        "prefect_run_id": "编排运行编号",
    }
    column_formatters_detail = {
        "batch": of_row(lambda row: title_of(row.batch_id)),
        "is_orchestrated": of_row(lambda row: "经编排" if row.is_orchestrated else "直接办理"),
    }
    column_formatters = {
        **column_formatters_detail,
        "batch": clamped(lambda row: title_of(row.batch_id)),
        "because": LONG,
    }
    column_sortable_list = ("started_at",)
    column_searchable_list = ("name", "because")
    column_filters = (
        OfBatch(FlowRun.batch_id),
        Ticked(FlowRun.is_orchestrated, "经编排"),
        OnDays(FlowRun.started_at, "开始时间"),
    )

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the titles of the batches."""
        load_titles(row.batch_id for row in rows)

    def name_of(self, row: Any) -> str:
        """Return the run's name."""
        return str(row.name or title_of(row.batch_id))
