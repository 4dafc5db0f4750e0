"""How the portal answers: a refusal that kept what was typed is an error to the browser and yet saved."""

from flask import Response, make_response, render_template

from domain.errors import Invalid, RuleBroken
from web import current

REFUSED = 409
UNPROCESSABLE = 422


def page(template: str, *, status: int = 200, **variables: object) -> Response:
    """Return a page."""
    return make_response(render_template(template, **variables), status)


def status_of(refusal: RuleBroken) -> int:
    """Return the status of a refusal that is shown on the page itself."""
    return UNPROCESSABLE if isinstance(refusal, Invalid) else REFUSED


def keeping(response: Response) -> Response:
    """Return a refusal after committing what it keeps, a draft or a file; the door undoes the rest of errors."""
    current.db().commit()
    return response
