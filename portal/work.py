"""The first screen of who is signed in: what must be done next, and by when."""

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy import select

from domain.access import Action, Role, may
from domain.duties import DutyState
from models import BatchStage
from portal import asked
from portal.answers import page
from portal.unit_batches import CASEWORK, find_own_unit
from services.worklist import Filter, Worklist, applicant_worklist, stage_list, worklist
from web import current
from web.guard import needs, require_signed_in

BACKOFFICE = "/admin/"
IN_BACKOFFICE = frozenset({Role.ADMIN, Role.COORDINATOR, Role.AUDITOR})
SHOWN = (DutyState.OVERDUE, DutyState.OPEN, DutyState.PLANNED, DutyState.DONE, DutyState.NONE, DutyState.EXEMPT)

blueprint = Blueprint("work", __name__)


@blueprint.get("/work")
@require_signed_in
def home() -> Response:
    """Show the to-do list: duties and cases of a unit, an applicant's own cases; the office has its backoffice."""
    actor = current.actor()
    if actor.role in IN_BACKOFFICE:
        return make_response(redirect(BACKOFFICE, 303))
    if actor.role is Role.APPLICANT:
        own = applicant_worklist(current.db(), actor=actor, now=current.now())
        return page("portal/work_applicant.html", cases=own)
    if not may(actor, Action.ANSWER):
        return page("portal/nothing.html", role=actor.role.value)
    found = worklist(current.db(), actor=actor, now=current.now())
    return page("portal/work.html", work=found, unit=find_own_unit(), casework=_casework(found))


def _casework(found: Worklist) -> set[tuple[int, str]]:
    """Return (batch, stage) of the duties that are done with cases, and not by a form."""
    batches = {group.batch_id for group in found.groups}
    rows = current.db().execute(
        select(BatchStage.batch_id, BatchStage.key).where(
            BatchStage.batch_id.in_(batches), BatchStage.kind.in_(CASEWORK)
        )
    )
    return {(row.batch_id, row.key) for row in rows}


@blueprint.get("/work/<code>/<stage>")
@needs(Action.ANSWER)
def stage(code: str, stage: str) -> Response:
    """Show one stage's duties, all of them in pages."""
    chosen = request.args.get("state", "")
    state = DutyState(chosen) if chosen in set(SHOWN) else None
    wanted = Filter(state, asked.search(), asked.page())
    found = stage_list(
        current.db(), asked.key(code), asked.key(stage), wanted, actor=current.actor(), now=current.now()
    )
    return page("portal/stage.html", found=found, wanted=wanted, states=SHOWN, page=found.page)
