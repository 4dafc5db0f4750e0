"""Reading cases: the applicant's own list, one case with its history, its printed form, what changed."""

from flask import Blueprint, Response, request

from domain.access import Action, Role
from domain.definition import Form
from domain.forms import Setting
from models import CaseState
from portal import asked
from portal.answers import page
from portal.asked import ID
from portal.cases.folding import folded
from portal.cases.in_hand import fills, standing, take
from services.cases.access import CaseInHand, require_form, setting_of, shows_content, values_for, version_of
from services.cases.history import changes, timeline
from services.cases.papers import may_print_for_seal, print_code, slots
from services.cases.reading import my_cases
from services.cases.submitting import receipt_of
from web import current
from web.case_form import CaseForm, Look, cover_of, make_case_form
from web.guard import needs

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@needs(Action.DECLARE)
def mine() -> Response:
    """Show the applicant's cases of all batches."""
    found = my_cases(current.db(), actor=current.actor(), page=asked.page())
    return page("portal/cases/mine.html", found=found)


@blueprint.get(f"/cases/<{ID}:case_id>")
@needs(Action.VIEW_CASE)
def show(case_id: int) -> Response:
    """Show one case: where it stands, what is next, its content, papers and history."""
    found = take(case_id)
    actor, session = current.actor(), current.db()
    is_readable = shows_content(found, actor)
    history = timeline(session, found, actor=actor, page=asked.page())
    return page(
        "portal/cases/show.html",
        now=standing(found),
        form=_read_only(found) if is_readable and found.form is not None else None,
        slots=slots(found) if is_readable else [],
        history=history,
        lines=folded(history.lines),
        is_readable=is_readable,
        receipt=receipt_of(session, found) if found.case.version_no and fills(found, actor) else None,
        may_print=may_print_for_seal(found),
        is_applicant=actor.role is Role.APPLICANT,
        states=CaseState,
    )


@blueprint.get(f"/cases/<{ID}:case_id>/print")
@needs(Action.VIEW_CASE)
def printed(case_id: int) -> Response:
    """Show a submitted version to be printed, with the code that ties the paper to it; a draft is marked as one.

    The form to be sealed is given out once the check has passed (S003-35).
    """
    found = take(case_id)
    number = asked.number(request.args, "version") or found.case.version_no
    form = require_form(found)
    version = version_of(current.db(), found, number) if number else None
    values = version.values if version is not None else values_for(current.db(), found, current.actor())
    code = print_code(version.fingerprint) if version is not None else ""
    setting = setting_of(found, version.submitted_at if version is not None else current.now())
    return page(
        "portal/cases/print.html",
        found=found,
        number=number,
        code=code,
        is_for_seal=bool(code) and number == found.case.version_no and may_print_for_seal(found),
        form=make_case_form(form, setting, values, look=Look(is_read_only=True)),
        cover=_cover(found, form),
        materials=form.materials,
    )


@blueprint.get(f"/cases/<{ID}:case_id>/changes")
@needs(Action.VIEW_CASE)
def changed(case_id: int) -> Response:
    """Show what changed between two submitted versions."""
    found = take(case_id)
    until = asked.number(request.args, "until") or found.case.version_no
    since = asked.number(request.args, "since") or max(until - 1, 1)
    return page(
        "portal/cases/changes.html",
        found=found,
        since=since,
        until=until,
        differences=changes(current.db(), found, since, until),
    )


def _cover(found: CaseInHand, form: Form) -> list[str]:
    """Return the lines of the printed cover as the notice lays them down; the unit is the real one (S001-58)."""
    words = {
        "year": str(found.definition.year),
        "applicant": found.case.organisation.name,
        "unit": "直报" if found.is_direct else found.case.unit.name,
    }
    return cover_of(form, words)


def _read_only(found: CaseInHand) -> CaseForm:
    values = values_for(current.db(), found, current.actor())
    setting: Setting = setting_of(found, current.now())
    look = Look(is_read_only=True, terms=found.definition.catalogue.terms if found.definition.catalogue else ())
    return make_case_form(require_form(found), setting, values, look=look)
