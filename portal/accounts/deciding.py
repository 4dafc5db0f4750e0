"""认证: the list of applicants, the decision about each or many, requests to join, and the list as a file."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action, may
from domain.errors import Invalid, RuleBroken
from models import Approval, Organisation
from portal import asked
from portal.accounts import typed
from portal.answers import page
from portal.asked import ID
from portal.unit_batches import batches_of, find_own_unit
from services.cases.conditions import KIND_NAMES
from services.organisations.approving import APPROVAL_NAMES, approve, refuse
from services.organisations.finding import get_organisation, people_of
from services.organisations.forms import form_of, values_of
from services.organisations.inviting import Invitation, invite
from services.organisations.joining import requests_of
from services.organisations.queue import HEADINGS, Wanted, all_applicants, applicants
from services.sheets import write_sheet
from web import current
from web.filters import opening
from web.guard import needs
from web.site import current_site

MOST_AT_ONCE = 200
MOST_NAMED = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("applicants", __name__)


@blueprint.get("/applicants")
@needs(Action.APPROVE_APPLICANT)
def listing() -> Response:
    """Show the applicants of the branch, and the people who ask to join one."""
    wanted = _wanted()
    found, shown = applicants(current.db(), wanted)
    return page(
        "portal/account_list.html",
        applicants=found,
        wanted=wanted,
        page=shown,
        requests=requests_of(current.db()),
        names=APPROVAL_NAMES,
        kinds=KIND_NAMES,
        unit=find_own_unit(),
    )


@blueprint.get("/applicants.xlsx")
@needs(Action.APPROVE_APPLICANT)
def export() -> Response:
    """Return the applicants of the list as a workbook; no more than the list shows on all its pages."""
    rows = [_row(one) for one in all_applicants(current.db(), _wanted())]
    answer = make_response(write_sheet("申报单位", HEADINGS, rows))
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = 'attachment; filename="applicants.xlsx"'
    return answer


@blueprint.get(f"/applicants/<{ID}:organisation_id>")
@needs(Action.APPROVE_APPLICANT)
def show(organisation_id: int) -> Response:
    """Show one applicant with what the decision needs."""
    return _show(get_organisation(current.db(), organisation_id))


@blueprint.post(f"/applicants/<{ID}:organisation_id>")
@needs(Action.APPROVE_APPLICANT)
def decide(organisation_id: int) -> Response:
    """Approve an applicant's account, or refuse it with a reason."""
    found = get_organisation(current.db(), organisation_id)
    try:
        name = _decide(found.id, request.form.get("answer", ""), request.form.get("reason", ""))
    except Invalid as refusal:
        return _show(found, refusal.problems[0].sentence)
    flash(f"{name}。", "success")
    return make_response(redirect(url_for("applicants.listing"), 303))


@blueprint.post("/applicants/decide")
@needs(Action.APPROVE_APPLICANT)
def decide_many() -> Response:
    """Decide about many: each for itself, and every one that could not be decided is named."""
    ids = [int(raw) for raw in request.form.getlist("id")[:MOST_AT_ONCE] if raw.isascii() and raw.isdigit()]
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    done, failed = [], []
    for organisation_id in sorted({one for one in ids if 0 < one <= asked.LARGEST_ID}):
        try:
            with current.db().begin_nested():
                done.append(_decide(organisation_id, answer, reason))
        except RuleBroken as refusal:
            failed.append(refusal.sentence)
    if done:
        flash(f"已办理 {len(done)} 家。", "success")
    for sentence in failed[:MOST_NAMED]:
        flash(f"未办理：{sentence}", "error")
    if len(failed) > MOST_NAMED:
        flash(f"另有 {len(failed) - MOST_NAMED} 家未办理。", "error")
    return make_response(redirect(url_for("applicants.listing"), 303))


@blueprint.post(f"/applicants/requests/<{ID}:admission_id>")
@needs(Action.APPROVE_APPLICANT)
def answer_request(admission_id: int) -> Response:
    """Let a person act for an applicant of the branch, or not."""
    typed.answer_request(admission_id)
    return make_response(redirect(url_for("applicants.listing"), 303))


@blueprint.post(f"/applicants/<{ID}:organisation_id>/invitations")
@needs(Action.APPROVE_APPLICANT)
def invite_person(organisation_id: int) -> Response:
    """Invite a person to act for an applicant; the link is shown once."""
    found = get_organisation(current.db(), organisation_id)
    wanted = Invitation(name=request.form.get("name", ""), organisation_id=found.id)
    try:
        token = invite(current.db(), wanted, actor=current.actor(), now=current.now())
    except Invalid as refusal:
        return _show(found, refusal.problems[0].sentence)
    return _show(found, link=f"{current_site().base_url}{url_for('invitations.form', token=token)}")


def _decide(organisation_id: int, answer: str, reason: str) -> str:
    session, actor, now = current.db(), current.actor(), current.now()
    if answer == "approve":
        found = approve(session, organisation_id, actor=actor, now=now)
    else:
        found = refuse(session, organisation_id, reason, actor=actor, now=now)
    return f"“{found.name}”{APPROVAL_NAMES[found.approval]}"


def _wanted() -> Wanted:
    chosen = request.args.get("state", "")
    return Wanted(Approval(chosen) if chosen in set(Approval) else None, asked.search()[:100], asked.page())


def _show(found: Organisation, error: str = "", link: str = "") -> Response:
    form = form_of(found)
    values = values_of(found, form)
    return page(
        "portal/account_show.html",
        status=422 if error else 200,
        organisation=found,
        approval=APPROVAL_NAMES[found.approval],
        facts=[(field.label, values[field.key]) for field in form.fields],
        people=people_of(current.db(), found, now=current.now()),
        batches=batches_of(found.unit_id, with_cases=True) if may(current.actor(), Action.DECLARE_FOR) else [],
        error=error,
        link=link,
    )


def _row(one: Organisation) -> Sequence[str]:
    return (
        *(one.name, one.credit_code or "", KIND_NAMES[one.kind], one.nature, one.industry, one.legal_person),
        *(one.address, one.region, one.founded_on.isoformat() if one.founded_on else "", one.phone, one.email),
        *(one.unit.name, opening(one.registered_at), APPROVAL_NAMES[one.approval]),
        *(opening(one.decided_at) if one.decided_at else "", one.decided_by, one.reason),
    )
