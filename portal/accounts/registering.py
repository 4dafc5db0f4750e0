"""登记: an organisation and its first person, from a batch's public page; the answer is the same for all."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, redirect, request, url_for

from domain.errors import Conflict, Invalid, Problem, RuleBroken
from domain.forms import check_answers
from models import BatchState
from models.scope import Scope
from portal import asked
from portal.accounts.typed import (
    of_form,
    passwords_typed,
    person_typed,
    sentences,
    signed_in_id,
    slow_down,
)
from portal.answers import UNPROCESSABLE, page
from services.batches.context import BatchContext, load
from services.identity.throttle import TryLater
from services.noticeboard import posting
from services.organisations.forms import ORGANISATION_FORM, PERSON_FORM, NewPerson, check_person, with_password
from services.organisations.registering import NewOrganisation, register, units_to_choose
from web import current
from web.forms import typed_in
from web.guard import public
from web.site import current_site

blueprint = Blueprint("registering", __name__)


@blueprint.get("/batches/<code>/register")
@public
def form(code: str) -> Response:
    """Show the registration of a batch that runs."""
    return _page(code, {}, {})


@blueprint.post("/batches/<code>/register")
@public
def send(code: str) -> Response:
    """Register; what is refused is shown again as typed, but for the passwords."""
    organisation, person = typed_in(ORGANISATION_FORM, request.form), person_typed()
    try:
        batch_id = _batch(code).batch.id
        values, unit_id, account = _checked(organisation, person)
        slow_down(f"register:{values['credit_code']}")
        who: NewPerson | int = (
            account if isinstance(account, int) else with_password(account, passwords_typed().first)
        )
        with current_site().database.write(Scope()) as session:
            wanted = NewOrganisation(batch_id=batch_id, unit_id=unit_id, values=values)
            register(session, wanted, who, now=current.now())
    except Invalid as refusal:
        return _page(code, organisation, person, refusal.problems)
    except TryLater as refusal:
        answer = _page(code, organisation, person, refusal=refusal)
        answer.status_code, answer.headers["Retry-After"] = 429, str(refusal.retry_after_s)
        return answer
    return make_response(redirect(url_for("registering.done", code=code), 303))


@blueprint.get("/batches/<code>/registered")
@public
def done(code: str) -> Response:
    """Say what happens next; the same whatever was known before."""
    context = _batch(code)
    return page("portal/account_registered.html", batch=context.batch, is_signed_in=signed_in_id() is not None)


def _checked(
    organisation: Mapping[str, str], person: Mapping[str, str]
) -> tuple[dict[str, str], int, int | dict[str, str]]:
    """Return the organisation's answers, the unit, and the new person's answers or who is signed in.

    Raises Invalid with the problems of all of them.
    """
    problems: list[Problem] = []
    values: dict[str, str] = {}
    account: int | dict[str, str] = signed_in_id() or 0
    try:
        values = check_answers(ORGANISATION_FORM, organisation)
    except Invalid as refusal:
        problems += refusal.problems
    unit_id = asked.number(request.form, "unit_id")
    if not unit_id:
        problems.append(Problem("unit_id", "", "请选择所在地的推荐单位"))
    if not account:
        try:
            account = check_person(person, passwords_typed())
        except Invalid as refusal:
            problems += refusal.problems
    if problems or not unit_id:
        raise Invalid(problems)
    return values, unit_id, account


def _batch(code: str) -> BatchContext:
    """Return a batch in which one may register. Raises NotFound for a draft, Conflict for one that is over."""
    with current_site().database.read(Scope()) as session:
        found = posting(session, asked.key(code), now=current.now())
        if found.context.batch.state is BatchState.FINISHED:
            raise Conflict("该批次已结束，不再受理登记；已有账号的单位可直接登录。")
        return load(session, found.context.batch.id)


def _page(
    code: str,
    organisation: Mapping[str, str],
    person: Mapping[str, str],
    problems: Sequence[Problem] = (),
    refusal: RuleBroken | None = None,
) -> Response:
    context = _batch(code)
    with current_site().database.read(Scope()) as session:
        units = units_to_choose(session, context)
    return page(
        "portal/account_register.html",
        status=UNPROCESSABLE if problems else 200,
        batch=context.batch,
        units=units,
        unit_id=asked.number(request.form, "unit_id"),
        organisation=of_form(ORGANISATION_FORM, organisation, problems),
        person=None if signed_in_id() else of_form(PERSON_FORM, person, problems),
        unit_errors=sentences(problems, "unit_id"),
        password_errors=sentences(problems, "password", "password_again"),
        refusal=refusal,
    )
