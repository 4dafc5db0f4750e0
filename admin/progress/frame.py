"""The frame of a batch's pages: its head, its tabs, what may be done to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request, url_for

from admin.progress.doing import Doing
from admin.progress.page import rights
from admin.progress.shown import PHASES
from admin.words import word
from domain.access import Action, may
from domain.definition import StageKind
from services.batches.context import BatchContext
from services.progress.grid import Totals
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


def _has_cases(context: BatchContext) -> bool:
    return context.definition.stage_of(StageKind.DECLARE) is not None


def _is_forwarded(context: BatchContext) -> bool:
    return context.definition.stage_of(StageKind.RECOMMEND) is not None


def _has_places(context: BatchContext) -> bool:
    return _is_forwarded(context) and bool(context.definition.quotas)


def _may_design(context: BatchContext) -> bool:
    return may(current.actor(), Action.EDIT_DEFINITION, context.whole)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a batch. group: the tab that it stands under with others, "" for a tab of its own."""

    view: str
    label: str
    is_of_use: Callable[[BatchContext], bool] = _always
    group: str = ""


CASES, RECEIPT, MAIL, SETTINGS = "申报件", "收件登记", "邮件", "配置"
TABS: tuple[Tab, ...] = (
    Tab("batch_view", "进度总览"),
    Tab("missing_view", "未报送名单"),
    Tab("cases_view", "申报件列表", _has_cases, CASES),
    Tab("case_units_view", "各单位进度", _has_cases, CASES),
    Tab("twice_view", "重复申报", _has_cases, CASES),
    Tab("external_view", "外部平台导入", _is_external, CASES),
    Tab("places_view", "推荐名额", _has_places),
    Tab("receipts_view", "申报件收件", _is_forwarded, RECEIPT),
    Tab("parcels_view", "纸质材料", _is_forwarded, RECEIPT),
    Tab("mails_view", "发件记录", group=MAIL),
    Tab("planned_view", "计划发送", group=MAIL),
    Tab("acts_view", "过程记录"),
    Tab("tree_view", "上下级通知", _is_tree),
    Tab("design_view", "设计", _may_design, SETTINGS),
    Tab("rehearsal_view", "模拟运行", group=SETTINGS),
    Tab("definition_view", "定义与确认", group=SETTINGS),
)
"""In the order in which they stand; those of one group stand together."""


@dataclass(frozen=True, slots=True)
class Link:
    """A tab as it is drawn."""

    label: str
    href: str
    is_shown: bool


class Framed(Doing):
    """What all pages of a batch share."""

    def show(
        self,
        tab: str,
        context: BatchContext,
        counted: Mapping[str, Totals] | None,
        *,
        under: str = "",
        **values: Any,
    ) -> str:
        """Return a page of a batch with its head.

        counted: the totals of its stages, when they are known already. under: the tab that a page without one of its
        own stands under.
        """
        now, code = current.now(), context.batch.code
        # What comes next does not depend on who still owes, so no page counts for it.
        found = bars(context, now, counted)
        tabs, inner = self._tabs(context, f"{under or tab}_view")
        return str(
            self.render(
                f"admin/progress/{tab}.html",
                batch=context.batch,
                definition=context.definition,
                stage_rows=context.stages,
                next=next_milestone(found, now),
                tabs=tabs,
                inner_tabs=inner,
                rights=rights(context),
                phases=PHASES,
                word=word,
                code=code,
                **values,
            )
        )

    def _tabs(self, context: BatchContext, shown: str) -> tuple[list[Link], list[Link]]:
        """Return the tabs, and the pages under the one that is shown; none where it has only one."""
        useful = [tab for tab in TABS if tab.is_of_use(context)]
        own = next((tab.group for tab in useful if tab.view == shown), "")
        tabs: list[Link] = []
        for place, tab in enumerate(useful):
            is_first = not tab.group or place == 0 or useful[place - 1].group != tab.group
            if is_first:
                is_shown = tab.view == shown or bool(own and tab.group == own)
                tabs.append(self._link(context, tab, tab.group or tab.label, is_shown=is_shown))
        inside = [tab for tab in useful if own and tab.group == own]
        inner = [self._link(context, tab, tab.label, is_shown=tab.view == shown) for tab in inside]
        return tabs, inner if len(inner) > 1 else []

    def _link(self, context: BatchContext, tab: Tab, label: str, *, is_shown: bool) -> Link:
        address = _address(f"{self.endpoint}.{tab.view}", context.batch.code, request.script_root)
        return Link(label, address, is_shown)


@lru_cache(maxsize=1024)
def _address(endpoint: str, code: str, root: str) -> str:
    """Return the address of a batch's page; kept, since every page has a dozen. root: path of the app on its host."""
    return url_for(endpoint, code=code)
