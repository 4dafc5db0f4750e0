"""The screen of one case, and the printable notice of a return (一次性告知书)."""

from flask import Blueprint, Response, request

from domain.access import Action
from portal.answers import page
from portal.asked import ID
from portal.cases.in_hand import take
from portal.reviews.screen import show_case
from services.reviewing.returning import correction_notice
from web import current
from web.guard import needs

blueprint = Blueprint("reviewing", __name__)


@blueprint.get(f"/cases/<{ID}:case_id>/review")
@needs(Action.REVIEW, Action.WAIVE_RULE)
def show(case_id: int) -> Response:
    """Show the screen on which a case is checked."""
    return show_case(case_id)


@blueprint.get(f"/cases/<{ID}:case_id>/returns/<{ID}:number>")
@needs(Action.VIEW_CASE)
def notice(case_id: int, number: int) -> Response:
    """Show a return as a notice to be printed, to the unit or to the applicant."""
    take(case_id)
    found = correction_notice(current.db(), case_id, number, actor=current.actor(), now=current.now())
    is_officer = "review" in request.args
    return page("portal/reviews/notice.html", notice=found, case_id=case_id, is_officer=is_officer)
