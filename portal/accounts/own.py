"""An organisation's own page: how its account stands, its data, its people, who asks to join, whom it invited."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.definition import Form
from domain.errors import Invalid, NotFound, Problem
from models import Entity, Organisation
from portal.accounts.typed import answer_request, of_form
from portal.answers import UNPROCESSABLE, page
from portal.asked import ID
from services.extras import fields_of, typed_values, with_fields
from services.organisations.approving import APPROVAL_NAMES
from services.organisations.finding import get_organisation, people_of
from services.organisations.forms import form_of, values_of
from services.organisations.inviting import Invitation, invite, open_invitations, withdraw
from services.organisations.joining import requests_of
from services.organisations.profile import ASKED_AGAIN, change
from web import current
from web.forms import typed_in
from web.guard import needs
from web.site import current_site

blueprint = Blueprint("own", __name__)


@blueprint.get("/organisation")
@needs(Action.DECLARE)
def show() -> Response:
    """Show the organisation that the person acts for."""
    found = _own()
    return _page(found, _values(found))


@blueprint.post("/organisation")
@needs(Action.DECLARE)
def save() -> Response:
    """Change the organisation's data."""
    found = _own()
    typed = typed_in(_form(found), request.form)
    try:
        changed = change(current.db(), found.id, typed, actor=current.actor(), now=current.now())
    except Invalid as refusal:
        current.db().expire_all()
        return _page(_own(), typed, refusal.problems)
    flash(f"已保存。账号状态：{APPROVAL_NAMES[changed.approval]}。", "success")
    return _back()


@blueprint.post("/organisation/invitations")
@needs(Action.DECLARE)
def invite_colleague() -> Response:
    """Invite a colleague; the link is shown once, here."""
    found = _own()
    wanted = Invitation(name=request.form.get("name", ""), organisation_id=found.id)
    try:
        token = invite(current.db(), wanted, actor=current.actor(), now=current.now())
    except Invalid as refusal:
        flash(refusal.problems[0].sentence, "error")
        return make_response(_page(found, _values(found)), UNPROCESSABLE)
    link = f"{current_site().base_url}{url_for('invitations.form', token=token)}"
    return _page(found, _values(found), link=link)


@blueprint.post(f"/organisation/invitations/<{ID}:admission_id>/withdraw")
@needs(Action.DECLARE)
def withdraw_invitation(admission_id: int) -> Response:
    """Make an unused link useless."""
    withdraw(current.db(), admission_id, actor=current.actor(), now=current.now())
    flash("邀请已撤销。", "success")
    return _back()


@blueprint.post(f"/organisation/requests/<{ID}:admission_id>")
@needs(Action.DECLARE)
def answer(admission_id: int) -> Response:
    """Let a person in, or not."""
    answer_request(admission_id)
    return _back()


def _own() -> Organisation:
    """Return the visitor's organisation. Raises NotFound for who acts for none."""
    organisation_id = current.actor().organisation_id
    if organisation_id is None:
        raise NotFound("您的身份没有对应的申报单位，请先在批次页面登记单位。")
    return get_organisation(current.db(), organisation_id)


def _form(found: Organisation) -> Form:
    """Return what is asked of an organisation, with what the office added (补充字段)."""
    return with_fields(form_of(found), fields_of(current.db(), Entity.ORGANISATION))


def _values(found: Organisation) -> dict[str, str]:
    extra = typed_values(fields_of(current.db(), Entity.ORGANISATION), found.extra)
    return values_of(found, form_of(found)) | extra


def _back() -> Response:
    return make_response(redirect(url_for("own.show"), 303))


def _page(
    found: Organisation, values: Mapping[str, str], problems: Sequence[Problem] = (), link: str = ""
) -> Response:
    session = current.db()
    form = _form(found)
    return page(
        "portal/account_own.html",
        status=UNPROCESSABLE if problems else 200,
        organisation=found,
        approval=APPROVAL_NAMES[found.approval],
        form=of_form(form, values, problems),
        asked_again="、".join(field.label for field in form.fields if field.key in ASKED_AGAIN),
        people=people_of(session, found, now=current.now()),
        requests=requests_of(session, found.id),
        invitations=open_invitations(session, found.id, now=current.now()),
        link=link,
    )
