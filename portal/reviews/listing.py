"""The cases of a unit and its branch: where each is and for how long, filtered, paged, and as a workbook."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, request, url_for

from domain.access import Action, Subject, require
from domain.errors import NotFound
from domain.instants import describe, local_day
from models import Batch, CaseState, Unit
from portal import asked
from portal.answers import page
from portal.asked import ID
from portal.unit_batches import batches_of, is_own
from services.batches.context import BatchContext, load
from services.cases.reading import CaseLine, Filter, branch_counts, case_lines_of, case_list
from web import current
from web.guard import needs
from web.reading_on import heads, order_pairs, ordered, steps
from web.workbook import workbook

MOST_EXPORTED = 5_000
WORDS: Mapping[CaseState, str] = {
    CaseState.DRAFT: "填写中",
    CaseState.SUBMITTED: "待审核",
    CaseState.RETURNED: "退回补正",
    CaseState.PASSED: "审核通过",
    CaseState.FORWARDED: "已报送",
    CaseState.REFUSED: "不予推荐",
    CaseState.WITHDRAWN: "已撤回",
}
MOVING = frozenset({CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED})
"""States in which somebody has the case in hand and may forget it."""
HEADINGS = (
    *("编号", "申报件", "申报单位", "统一社会信用代码", "类别", "分类", "模式", "推荐单位"),
    *("状态", "现在何处", "已停留天数", "提交时间", "补正期限", "版本", "补报"),
)

blueprint = Blueprint("unit_cases", __name__)


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a case is now, and for how many local days; None where nobody has it in hand."""

    where: str
    days: int | None


@blueprint.get(f"/units/<{ID}:unit_id>/cases")
@needs(Action.REVIEW, Action.WAIVE_RULE)
def show(unit_id: int) -> Response:
    """Show the cases of a unit and of those below it, in one of its batches."""
    unit, batches = _unit(unit_id)
    context = _chosen(batches)
    if context is None:
        return page("portal/reviews/list.html", unit=unit, batches=batches, batch=None)
    wanted, complaint = ordered(_filter(context, unit_id), context.definition.zone)
    found = case_list(current.db(), wanted, actor=current.actor(), now=current.now(), context=context)
    kept = _kept(context, wanted)

    def address(more: Mapping[str, object]) -> str:
        given: dict[str, Any] = {**kept, **more}
        return url_for("unit_cases.show", unit_id=unit_id, **given)

    return page(
        "portal/reviews/list.html",
        unit=unit,
        batches=batches,
        batch=context.batch,
        definition=context.definition,
        found=found,
        wanted=wanted,
        kept=kept,
        order=order_pairs(found),
        heads=heads(found, address),
        steps=steps(found, address),
        complaint=complaint,
        stays=_stays(found.lines, context),
        counts=branch_counts(current.db(), context.batch.id, unit_id, actor=current.actor()),
        words=WORDS,
        is_own=is_own(unit),
    )


@blueprint.get(f"/units/<{ID}:unit_id>/cases/export")
@needs(Action.REVIEW, Action.WAIVE_RULE)
def export(unit_id: int) -> Response:
    """Return the filtered list as a workbook, at most MOST_EXPORTED cases."""
    _, batches = _unit(unit_id)
    context = _chosen(batches)
    if context is None:
        raise NotFound("该单位还没有可以导出的申报件。")
    wanted, _ = ordered(_filter(context, unit_id), context.definition.zone)
    name = f"申报件-{context.batch.code}-{local_day(current.now(), context.definition.zone)}.xlsx"
    return workbook("申报件", HEADINGS, _cells(context, wanted), name)


def _unit(unit_id: int) -> tuple[Unit, list[Batch]]:
    unit = current.db().get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(current.actor(), Action.VIEW_CASE, Subject(unit_path=unit.path))
    return unit, batches_of(unit.id, with_cases=True)


def _chosen(batches: list[Batch]) -> BatchContext | None:
    """Return the batch that the address names, or the first; None where there is none. Raises NotFound."""
    code = request.args.get("batch")
    batch = next((one for one in batches if code is None or one.code == code), None)
    if batch is None and code is not None:
        raise NotFound("该单位不在这个批次中。")
    if batch is None:
        return None
    context = load(current.db(), batch.id)
    g.zone = context.definition.zone
    return context


def _filter(context: BatchContext, unit_id: int) -> Filter:
    state, category = request.args.get("state", ""), request.args.get("category", "")
    return Filter(
        batch_id=context.batch.id,
        unit_id=unit_id,
        category=category if any(one.key == category for one in context.definition.categories) else "",
        state=CaseState(state) if state in set(CaseState) else None,
        at_unit_id=unit_id if request.args.get("here") else None,
        text=asked.search(),
    )


def _kept(context: BatchContext, wanted: Filter) -> dict[str, Any]:
    """Return what an address says to ask for the same cases."""
    given = {
        "batch": context.batch.code,
        "q": wanted.text,
        "category": wanted.category,
        "state": wanted.state.value if wanted.state else "",
        "here": 1 if wanted.at_unit_id else "",
    }
    return {name: value for name, value in given.items() if value}


def _stays(lines: Iterable[CaseLine], context: BatchContext) -> dict[int, Stay]:
    """Return where each case is."""
    zone = context.definition.zone
    today = local_day(current.now(), zone)
    since = {line.id: line.arrived_at for line in lines if line.state in MOVING}
    days = {number: (today - local_day(at, zone)).days for number, at in since.items() if at is not None}
    return {line.id: Stay(_where(line), days.get(line.id)) for line in lines}


def _where(line: CaseLine) -> str:
    match line.state:
        case CaseState.DRAFT | CaseState.RETURNED:
            return "申报单位"
        case CaseState.FORWARDED:
            return "主办处室"
        case CaseState.REFUSED | CaseState.WITHDRAWN:
            return "已办结"
        case _:
            return line.at_unit


def _cells(context: BatchContext, wanted: Filter) -> Iterator[tuple[object, ...]]:
    zone = context.definition.zone

    def told(instant: datetime | None, *, is_deadline: bool = False) -> str:
        return describe(instant, zone, is_deadline=is_deadline) if instant is not None else ""

    db, actor, now = current.db(), current.actor(), current.now()
    for lines in case_lines_of(db, wanted, MOST_EXPORTED, actor=actor, now=now, context=context):
        stays = _stays(lines, context)
        for line in lines:
            yield (
                *(line.id, line.title, line.organisation, line.credit_code, line.category, line.subtype),
                *("、".join(line.modes), line.unit, WORDS[line.state], stays[line.id].where),
                "" if (days := stays[line.id].days) is None else days,
                *(told(line.submitted_at), told(line.correct_by, is_deadline=True)),
                *(line.version_no, "是" if line.is_late else ""),
            )
