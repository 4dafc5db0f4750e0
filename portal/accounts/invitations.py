"""Links that let one person in once; and inviting an officer of a unit."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import ROLE_NAMES, Action
from domain.errors import Invalid, Problem
from models import Admission, Unit
from models.scope import Scope
from portal.accounts.typed import of_form, passwords_typed, person_typed, sentences, signed_in_id, slow_down
from portal.answers import UNPROCESSABLE, page
from portal.asked import ID
from services.organisations.forms import PERSON_FORM, NewPerson, check_person, with_password
from services.organisations.inviting import Invitation, accept, find_invitation, invite
from web import current
from web.guard import needs, public
from web.site import current_site

LONGEST_TOKEN = 64

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/invitations/<token>")
@public
def form(token: str) -> Response:
    """Show who invites and to what; a stranger makes an account, who is signed in takes it with theirs."""
    return _page(token, {})


@blueprint.post("/invitations/<token>")
@public
def use(token: str) -> Response:
    """Use the invitation."""
    slow_down(f"invitation:{token[:LONGEST_TOKEN]}")
    typed, user_id = person_typed(), signed_in_id()
    try:
        who: NewPerson | int = user_id or with_password(
            check_person(typed, passwords_typed()), passwords_typed().first
        )
        with current_site().database.write(Scope()) as session:
            accept(session, token[:LONGEST_TOKEN], who, now=current.now())
    except Invalid as refusal:
        return _page(token, typed, refusal.problems)
    flash("已加入。" + ("可在右上角的菜单中切换身份。" if user_id else "请用手机号和刚才设置的密码登录。"), "success")
    return make_response(redirect("/work" if user_id else url_for("sign_in.form"), 303))


@blueprint.post(f"/units/<{ID}:unit_id>/invitations")
@needs(Action.MANAGE_CONTACTS)
def invite_officer(unit_id: int) -> Response:
    """Invite an officer of a unit of the own branch; the link is shown once."""
    wanted = Invitation(name=request.form.get("name", ""), unit_id=unit_id)
    token = invite(current.db(), wanted, actor=current.actor(), now=current.now())
    link = f"{current_site().base_url}{url_for('invitations.form', token=token)}"
    unit = current.db().get_one(Unit, unit_id)
    return page("portal/account_invited.html", unit=unit, name=wanted.name.strip(), link=link)


def _page(token: str, typed: Mapping[str, str], problems: Sequence[Problem] = ()) -> Response:
    with current_site().database.read(Scope()) as session:
        found: Admission = find_invitation(session, token[:LONGEST_TOKEN], now=current.now())
        unit = session.get_one(Unit, found.unit_id)
        where = found.organisation.name if found.organisation is not None else unit.name
    return page(
        "portal/account_invitation.html",
        status=UNPROCESSABLE if problems else 200,
        invitation=found,
        where=where,
        role=ROLE_NAMES[found.role],
        person=None if signed_in_id() else of_form(PERSON_FORM, typed or {"person_name": found.name}, problems),
        password_errors=sentences(problems, "password", "password_again"),
    )
