"""代为登记: an officer enters an organisation of the own area, or a place (a city government) without a code."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Invalid, NotFound, Problem
from models import Unit
from portal.accounts.typed import of_form, sentences
from portal.answers import UNPROCESSABLE, page
from portal.asked import ID
from services.organisations.forms import ORGANISATION_FORM, PLACE_FORM
from services.organisations.registering import enter
from web import current
from web.forms import typed_in
from web.guard import needs

blueprint = Blueprint("entering", __name__)


@blueprint.get(f"/units/<{ID}:unit_id>/applicants/new")
@needs(Action.APPROVE_APPLICANT)
def form(unit_id: int) -> Response:
    """Show the form."""
    return _page(_unit(unit_id), {})


@blueprint.post(f"/units/<{ID}:unit_id>/applicants/new")
@needs(Action.APPROVE_APPLICANT)
def save(unit_id: int) -> Response:
    """Enter an organisation; known by the officer, it is approved at once."""
    unit, wanted = _unit(unit_id), PLACE_FORM if _is_place() else ORGANISATION_FORM
    typed = typed_in(wanted, request.form)
    actor, now = current.actor(), current.now()
    try:
        made = enter(current.db(), unit.id, typed, actor=actor, now=now, is_place=_is_place())
    except Invalid as refusal:
        return _page(unit, typed, refusal.problems)
    flash(f"已登记“{made.name}”。", "success")
    return make_response(redirect(url_for("applicants.show", organisation_id=made.id), 303))


def _is_place() -> bool:
    return request.values.get("place") == "1"


def _unit(unit_id: int) -> Unit:
    found = current.db().get(Unit, unit_id)
    if found is None:
        raise NotFound("没有这个单位。")
    return found


def _page(unit: Unit, typed: Mapping[str, str], problems: Sequence[Problem] = ()) -> Response:
    return page(
        "portal/account_enter.html",
        status=UNPROCESSABLE if problems else 200,
        unit=unit,
        is_place=_is_place(),
        form=of_form(PLACE_FORM if _is_place() else ORGANISATION_FORM, typed, problems),
        errors=sentences(problems, "unit_id"),
    )
