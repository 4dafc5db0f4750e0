"""直报名单: the office's list of applicants that file with it directly; typed, or taken from a workbook."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Invalid, NotFound, Problem
from portal import asked
from portal.answers import UNPROCESSABLE, page
from portal.asked import ID
from services.batches.context import BatchContext, load_by_code
from services.organisations.listing import Listed, list_applicant, list_of, listed_units, unlist
from services.sheets import read_sheet
from web import current
from web.guard import needs

COLUMNS = ("统一社会信用代码", "单位名称")

blueprint = Blueprint("listed", __name__)


@blueprint.get("/batches/<code>/listed")
@needs(Action.LIST_APPLICANT)
def show(code: str) -> Response:
    """Show the lists of a batch."""
    return _page(_context(code))


@blueprint.post("/batches/<code>/listed")
@needs(Action.LIST_APPLICANT)
def add(code: str) -> Response:
    """Add one applicant, or those of a workbook."""
    context = _context(code)
    unit_id = asked.number(request.form, "unit_id") or 0
    try:
        rows = _rows()
        actor, now = current.actor(), current.now()
        taken = list_applicant(current.db(), context.batch.id, unit_id, rows, actor=actor, now=now)
    except Invalid as refusal:
        return _page(context, refusal.problems)
    flash(f"已列入 {taken.added} 家；{taken.known} 家此前已在名单中。", "success")
    return make_response(redirect(url_for("listed.show", code=code), 303))


@blueprint.post(f"/batches/<code>/listed/<{ID}:listed_id>/remove")
@needs(Action.LIST_APPLICANT)
def remove(code: str, listed_id: int) -> Response:
    """Take an applicant off the list."""
    context = _context(code)
    try:
        unlist(current.db(), listed_id, request.form.get("reason", ""), actor=current.actor(), now=current.now())
    except Invalid as refusal:
        return _page(context, refusal.problems)
    flash("已移出名单。", "success")
    return make_response(redirect(url_for("listed.show", code=code), 303))


def _context(code: str) -> BatchContext:
    return load_by_code(current.db(), asked.key(code))


def _rows() -> list[Listed]:
    """Return what was typed, or the rows of the workbook sent along. Raises Invalid."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return [Listed(request.form.get("credit_code", ""), request.form.get("name", ""))]
    sheet = read_sheet(sent.stream)
    missing = [column for column in COLUMNS if column not in sheet.headings]
    if missing:
        raise Invalid([Problem("file", "", f"缺少列：{'、'.join(missing)}", f"第一行应有：{'、'.join(COLUMNS)}")])
    return [Listed(row[COLUMNS[0]], row[COLUMNS[1]]) for _, row in sheet.rows]


def _page(context: BatchContext, problems: Sequence[Problem] = ()) -> Response:
    units = listed_units(current.db(), context)
    if not units:
        raise NotFound("本批次没有使用名单的推荐单位。")
    lists = [(unit, list_of(current.db(), context.batch.id, unit.id)) for unit in units]
    return page(
        "portal/account_listed.html",
        status=UNPROCESSABLE if problems else 200,
        batch=context.batch,
        lists=lists,
        problems=problems,
        typed=request.form,
    )
