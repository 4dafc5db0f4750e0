"""Whether this process can answer, for load balancers and supervisors; details are told on the command line only."""

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy.exc import SQLAlchemyError

from models.scope import Scope
from services.health import Status, health
from web.clock import wall_now
from web.guard import bare
from web.site import current_site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@bare
def healthz() -> Response:
    """Return the status; 503 only when no request can be answered."""
    try:
        with current_site().database.read(Scope()) as session:
            status = health(session, wall_now()).status
    except SQLAlchemyError:
        status = Status.DOWN
    return make_response(jsonify({"status": status.value}), 503 if status is Status.DOWN else 200)
