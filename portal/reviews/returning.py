"""Returning a case for correction: everything at once, each thing with its place in the form or among the papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from sqlalchemy import select

from domain.access import Action
from domain.errors import Invalid, NotAllowed, NotFound, Problem, RuleBroken
from domain.instants import due_day, local_instant
from models import BatchUnit, CaseState, CheckResult, Unit
from models.scope import seeing_all
from portal import asked
from portal.answers import page, status_of
from portal.asked import ID
from portal.reviews import typed
from portal.reviews.screen import Refused, holds, material_of, take_desk
from services.duties.loads import paths_above
from services.reviewing.checks import check_list
from services.reviewing.desk import Desk
from services.reviewing.returning import Proposed, Return, give_back, spots
from services.reviewing.returning.proposing import proposal
from web import current
from web.guard import needs

FIRST_ROWS = 3
MORE_ROWS = 3
MOST_ROWS = 100

blueprint = Blueprint("returning", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One comment as typed: the leaf or slot it is about, and its sentence."""

    path: str = ""
    text: str = ""


@blueprint.get(f"/cases/<{ID}:case_id>/return")
@needs(Action.REVIEW)
def form(case_id: int) -> Response:
    """Show the form of a return; what the check list found is proposed as its text."""
    return _page(case_id)


@blueprint.post(f"/cases/<{ID}:case_id>/return")
@needs(Action.REVIEW)
def send(case_id: int) -> Response:
    """Return the case; or, for a browser without scripts, show the form with more rows."""
    rows = _rows()
    if "more" in request.form:
        return _page(case_id, [*rows, *[Row()] * MORE_ROWS])
    desk = take_desk(case_id)
    try:
        done = give_back(
            current.db(),
            case_id,
            Return(typed.text("summary"), _comments(rows), _due_at(desk), asked.number(request.form, "to") or None),
            actor=current.actor(),
            now=current.now(),
            on_paper=typed.on_paper(),
        )
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return _page(case_id, rows, Refused("return", refusal))
    flash("已退回补正，告知书可以打印。", "success")
    return make_response(redirect(url_for("reviewing.notice", case_id=case_id, number=done.number, review=1), 303))


def _rows() -> list[Row]:
    """Return the rows as typed, in their order."""
    pairs = zip(request.form.getlist("path"), request.form.getlist("text"), strict=False)
    return [Row(path, text.replace("\r\n", "\n")) for path, text in pairs][:MOST_ROWS]


def _comments(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return the sentences by place; two about one place are joined. Raises Invalid for one without a place."""
    comments: dict[str, str] = {}
    for row in rows:
        if row.text.strip():
            before = comments.get(row.path, "")
            comments[row.path] = f"{before}\n{row.text.strip()}".strip()
    if "" in comments:
        raise Invalid([Problem("comments", "", "有补正意见没有选择位置", "请选择位置，或写入总体意见")])
    return comments


def _due_at(desk: Desk) -> datetime | None:
    """Return the end of the typed day; None, for the proposed moment, where its day was left as it was."""
    zone = desk.found.definition.zone
    on = typed.day_or_none("due_on", "补正期限")
    if on is None or on == due_day(_offer(desk).due_at, zone):
        return None
    return local_instant(on, "24:00", zone)


def _offer(desk: Desk) -> Proposed:
    return proposal(current.db(), desk, current.now())


def _page(case_id: int, rows: Sequence[Row] | None = None, refused: Refused | None = None) -> Response:
    desk = take_desk(case_id)
    case = desk.found.case
    if not holds(desk) or case.state is not CaseState.SUBMITTED:
        return make_response(redirect(url_for("reviewing.show", case_id=case_id), 303))
    offer = _offer(desk)
    found = [Row()] * FIRST_ROWS if rows is None else list(rows)
    return page(
        "portal/reviews/return.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        desk=desk,
        case=case,
        material=material_of(desk),
        spots=spots(desk.found, current.now()),
        rows=found or [Row()],
        summary=typed.text("summary") if rows is not None else _found_wrong(desk),
        offer=offer,
        due_on=request.form.get("due_on") or due_day(offer.due_at, desk.found.definition.zone).isoformat(),
        lower=_lower(desk),
        chosen=asked.number(request.form, "to") or 0,
        refused=refused,
        typed=request.form,
    )


def _found_wrong(desk: Desk) -> str:
    """Return what the check list found wrong, as a first text for the return."""
    items = check_list(current.db(), desk).items
    return "\n".join(f"{item.label}：{item.remark}" for item in items if item.result is CheckResult.NO)


def _lower(desk: Desk) -> list[Unit]:
    """Return the units below that the case came through, the nearest to its applicant last."""
    case = desk.found.case
    way = [*paths_above(case.unit.path), case.unit.path]
    with seeing_all(current.db()):
        units = current.db().scalars(
            select(Unit)
            .join(BatchUnit, (BatchUnit.unit_id == Unit.id) & (BatchUnit.batch_id == case.batch_id))
            .where(Unit.path.in_(way), Unit.id != desk.unit.id, Unit.path.startswith(desk.unit.path, autoescape=True))
            .order_by(Unit.path)
        )
        return list(units)
