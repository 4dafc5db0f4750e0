"""A unit's own page: its progress in a batch, whom our mail reaches, and what goes into the parcel (寄送清单)."""

from flask import Blueprint, Response, g, request

from domain.access import Action, Subject, may, require
from domain.errors import NotFound
from models import Batch, Unit
from portal import asked
from portal.answers import page
from portal.asked import ID
from portal.unit_batches import batches_of
from services.batches.context import load
from services.progress.states import UNSETTLED
from services.progress.unit_page import UnitPage, unit_page
from web import current
from web.guard import needs

blueprint = Blueprint("units", __name__)


@blueprint.get(f"/units/<{ID}:unit_id>")
@needs(Action.VIEW_PROGRESS)
def show(unit_id: int) -> Response:
    """Show a unit in one of its batches, the newest that runs when the address names none."""
    unit = current.db().get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(current.actor(), Action.VIEW_PROGRESS, Subject(unit_path=unit.path))
    batches = batches_of(unit.id)
    chosen = _chosen(batches)
    found = None
    if chosen is not None:
        context = load(current.db(), chosen.id)
        g.zone = context.definition.zone
        found = unit_page(current.db(), context, unit.id, current.now())
    return page(
        "portal/unit.html",
        unit=unit,
        batches=batches,
        batch=chosen,
        found=found,
        settled=_settled(found) if found is not None else 0,
        may_answer=may(current.actor(), Action.ANSWER),
        may_change=may(current.actor(), Action.MANAGE_CONTACTS),
    )


def _chosen(batches: list[Batch]) -> Batch | None:
    """Return the batch that the address names, or the first. Raises NotFound for one that is not the unit's."""
    code = request.args.get("batch")
    if code is None:
        return next(iter(batches), None)
    found = next((batch for batch in batches if batch.code == asked.key(code)), None)
    if found is None:
        raise NotFound("该单位不在这个批次中。")
    return found


def _settled(found: UnitPage) -> int:
    return sum(line.state not in UNSETTLED for line in found.duties)
