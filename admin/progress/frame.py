"""The frame of a batch's pages: its head, its tabs, what may be done to it."""

from collections.abc import Callable, Mapping
from typing import Any

from admin.progress.doing import Doing
from admin.progress.page import rights
from admin.progress.shown import PHASES
from admin.words import word
from domain.definition import StageKind
from services.batches.context import BatchContext
from services.progress.grid import Totals, totals
from services.progress.timeline import bars, next_milestone
from web import current


def _always(context: BatchContext) -> bool:
    return True


def _is_tree(context: BatchContext) -> bool:
    """Tell whether something may stand above the batch, or below it once it runs."""
    return context.definition.upper is not None or context.batch.published_at is not None


def _is_external(context: BatchContext) -> bool:
    stage = context.definition.stage_of(StageKind.DECLARE)
    return stage is not None and stage.declare is not None and stage.declare.external is not None


TABS: tuple[tuple[str, str, Callable[[BatchContext], bool]], ...] = (
    ("batch_view", "进度总览", _always),
    ("missing_view", "未报送名单", _always),
    ("mails_view", "发件记录", _always),
    ("planned_view", "计划发送", _always),
    ("acts_view", "过程记录", _always),
    ("external_view", "外部平台导入", _is_external),
    ("tree_view", "上下级通知", _is_tree),
    ("definition_view", "定义与确认", _always),
)
"""View, label, and in which batches the tab is of use."""


class Framed(Doing):
    """What all pages of a batch share."""

    def show(self, tab: str, context: BatchContext, counted: Mapping[str, Totals] | None, **values: Any) -> str:
        """Return a page of a batch with its head. counted: the totals of its stages, when they are known already."""
        now, code = current.now(), context.batch.code
        found = bars(context, now, counted or totals(current.db(), context, now))
        tabs = [
            (label, self.get_url(f".{name}", code=code), name == f"{tab}_view")
            for name, label, is_of_use in TABS
            if is_of_use(context)
        ]
        return str(
            self.render(
                f"admin/progress/{tab}.html",
                batch=context.batch,
                definition=context.definition,
                stage_rows=context.stages,
                next=next_milestone(found, now),
                tabs=tabs,
                rights=rights(context),
                phases=PHASES,
                word=word,
                code=code,
                **values,
            )
        )
