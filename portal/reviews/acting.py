"""How an act on the screen of a case ends: on to the same place of the page, or back with what was typed."""

from collections.abc import Callable

from flask import Response, flash, make_response, redirect, url_for

from domain.errors import NotAllowed, NotFound, RuleBroken
from portal.reviews.screen import Refused, show_case, take_desk
from web import current


def act_on(case_id: int, part: str, act: Callable[[], object], told: str) -> Response:
    """Do one act of the unit; a refusal undoes it and is shown in the part of the page that it was sent from.

    Raises NotFound, NotAllowed.
    """
    take_desk(case_id)
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return show_case(case_id, Refused(part, refusal))
    flash(told, "success")
    return to_part(case_id, part)


def to_part(case_id: int, part: str) -> Response:
    """Return the way to a part of the screen. part: "check", or "credit.<department>" whose part is "credit"."""
    anchor = part.partition(".")[0]
    return make_response(redirect(f"{url_for('reviewing.show', case_id=case_id)}#{anchor}", 303))
