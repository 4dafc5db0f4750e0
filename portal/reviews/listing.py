"""The cases of a unit and its branch: where each is and for how long, filtered, paged, and as a workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import Blueprint, Response, g, request, send_file
from sqlalchemy import func, select

from domain.access import Action, Subject, require
from domain.errors import NotFound
from domain.instants import describe, local_day
from models import Batch, Case, CaseState, Unit
from portal import asked
from portal.answers import page
from portal.asked import ID
from portal.unit_batches import batches_of, is_own
from services.batches.context import BatchContext, load
from services.cases.reading import CaseLine, CasePage, Filter, case_list
from services.cases.reading.lists import PAGE_CASES
from services.reviewing.waiting import waiting_since
from services.sheets import write_sheet
from web import current
from web.guard import needs

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
    wanted = _filter(context, unit_id, asked.page())
    found = case_list(current.db(), wanted, actor=current.actor(), now=current.now())
    return page(
        "portal/reviews/list.html",
        unit=unit,
        batches=batches,
        batch=context.batch,
        definition=context.definition,
        found=found,
        wanted=wanted,
        stays=_stays(found.lines, context),
        counts=_counts(context, unit),
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
    wanted = _filter(context, unit_id, 1, MOST_EXPORTED)
    found = case_list(current.db(), wanted, actor=current.actor(), now=current.now())
    content = write_sheet("申报件", HEADINGS, _cells(found, context))
    name = f"申报件-{context.batch.code}-{local_day(current.now(), context.definition.zone)}.xlsx"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


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


def _filter(context: BatchContext, unit_id: int, number: int, size: int = PAGE_CASES) -> Filter:
    state, category = request.args.get("state", ""), request.args.get("category", "")
    return Filter(
        batch_id=context.batch.id,
        unit_id=unit_id,
        category=category if any(one.key == category for one in context.definition.categories) else "",
        state=CaseState(state) if state in set(CaseState) else None,
        at_unit_id=unit_id if request.args.get("here") else None,
        text=asked.search(),
        page=number,
        size=size,
    )


def _stays(lines: Iterable[CaseLine], context: BatchContext) -> dict[int, Stay]:
    """Return where each case is; one query for since when."""
    moving = [line.id for line in lines if line.state in MOVING]
    since = waiting_since(current.db(), moving)
    zone = context.definition.zone
    today = local_day(current.now(), zone)
    return {
        line.id: Stay(_where(line), (today - local_day(since[line.id], zone)).days if line.id in since else None)
        for line in lines
    }


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


def _counts(context: BatchContext, unit: Unit) -> dict[CaseState, int]:
    """Return how many cases of the branch are in each state."""
    rows = current.db().execute(
        select(Case.state, func.count())
        .join(Unit, Unit.id == Case.unit_id)
        .where(Case.batch_id == context.batch.id, func.substr(Unit.path, 1, len(unit.path)) == unit.path)
        .group_by(Case.state)
    )
    found = dict(iter(rows))
    return {state: found.get(state, 0) for state in CaseState}


def _cells(found: CasePage, context: BatchContext) -> Iterable[tuple[object, ...]]:
    stays = _stays(found.lines, context)
    zone = context.definition.zone

    def told(instant: datetime | None, *, is_deadline: bool = False) -> str:
        return describe(instant, zone, is_deadline=is_deadline) if instant is not None else ""

    for line in found.lines:
        yield (
            *(line.id, line.title, line.organisation, line.credit_code, line.category, line.subtype),
            *("、".join(line.modes), line.unit, WORDS[line.state], stays[line.id].where),
            "" if (days := stays[line.id].days) is None else days,
            *(told(line.submitted_at), told(line.correct_by, is_deadline=True)),
            *(line.version_no, "是" if line.is_late else ""),
        )
