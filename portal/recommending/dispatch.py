"""The parcel of a unit (寄送登记): what it sent and how, its list and label to print, whether it arrived."""

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Invalid, NotAllowed, NotFound, Problem, RuleBroken
from portal.answers import page, status_of
from portal.asked import ID
from portal.recommending.screen import take_board
from portal.reviews import typed
from portal.reviews.screen import Refused
from portal.unit_batches import is_own, take_part
from services.recommending.dispatching import Parcel, save
from web import current
from web.guard import needs

blueprint = Blueprint("dispatch", __name__)


@blueprint.get(f"/batches/<code>/dispatch/<{ID}:unit_id>")
@needs(Action.DISPATCH, Action.RECEIVE)
def show(code: str, unit_id: int) -> Response:
    """Show what a unit sent, with the list of what lies in the parcel."""
    return _page(code, unit_id)


@blueprint.post(f"/batches/<code>/dispatch/<{ID}:unit_id>")
@needs(Action.DISPATCH)
def keep(code: str, unit_id: int) -> Response:
    """Keep what the unit says of its parcel."""
    context, _ = take_part(code, unit_id, Action.DISPATCH)
    try:
        save(current.db(), context, unit_id, _parcel(), actor=current.actor(), now=current.now())
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return _page(code, unit_id, Refused("parcel", refusal))
    flash("寄送登记已保存。", "success")
    return make_response(redirect(url_for("dispatch.show", code=code, unit_id=unit_id), 303))


@blueprint.get(f"/batches/<code>/dispatch/<{ID}:unit_id>/label")
@needs(Action.DISPATCH, Action.RECEIVE)
def label(code: str, unit_id: int) -> Response:
    """Show the label of the parcel with the office's address, to be printed."""
    found = take_board(code, unit_id)
    return page(
        "portal/recommending/label.html",
        board=found,
        batch=found.context.batch,
        unit=found.unit,
        office=found.context.definition.office,
    )


def _parcel() -> Parcel:
    """Return what was typed. Raises Invalid for a number or a day that cannot be read."""
    copies = request.form.get("copies", "").strip()
    if copies and (not copies.isdecimal() or len(copies) > 4):
        raise Invalid([Problem("copies", copies[:80], "份数须为整数", "0 或正整数")])
    return Parcel(
        copies=int(copies) if copies else None,
        has_electronic=request.form.get("has_electronic") == "yes",
        letter_number=request.form.get("letter_number", ""),
        sent_on=typed.day_or_none("sent_on", "寄送日期"),
        courier=request.form.get("courier", ""),
        tracking=request.form.get("tracking", ""),
        note=typed.text("note"),
    )


def _page(code: str, unit_id: int, refused: Refused | None = None) -> Response:
    found = take_board(code, unit_id)
    return page(
        "portal/recommending/dispatch.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        board=found,
        batch=found.context.batch,
        unit=found.unit,
        office=found.context.definition.office,
        is_mine=is_own(found.unit),
        refused=refused,
        problems={problem.path: problem for problem in refused.problems} if refused is not None else {},
        typed=request.form,
    )
