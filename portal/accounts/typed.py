"""What the account pages share: forms for people who may not be signed in, and what was wrong with them."""

from collections.abc import Iterable, Mapping

from flask import flash, request

from domain.definition import Form
from domain.errors import Problem
from models.scope import Scope
from services.identity import throttle
from services.identity.throttle import Origin
from services.organisations.forms import PERSON_FORM, Passwords
from services.organisations.joining import let_in, turn_away
from web import current
from web.clock import wall_now
from web.forms import AnswerForm, make_form, typed_in
from web.site import current_site


def passwords_typed() -> Passwords:
    """Return the two passwords of a form; they are never shown again."""
    return Passwords(request.form.get("password", "")[:2000], request.form.get("password_again", "")[:2000])


def person_typed() -> dict[str, str]:
    """Return what was typed about a person."""
    return typed_in(PERSON_FORM, request.form)


def of_form(form: Form, typed: Mapping[str, str], problems: Iterable[Problem]) -> AnswerForm:
    """Return a form with the problems that are its own."""
    keys = {field.key for field in form.fields}
    return make_form(form, typed, [problem for problem in problems if problem.path in keys])


def sentences(problems: Iterable[Problem], *paths: str) -> list[str]:
    """Return the sentences of problems that belong to fields written by hand."""
    return [problem.sentence for problem in problems if problem.path in paths]


def slow_down(subject: str) -> None:
    """Count a try of somebody who need not be signed in, apart from the request's transaction. Raises TryLater."""
    site = current_site()
    address = site.client_address(request.remote_addr, request.headers.get("X-Forwarded-For", ""))
    with site.database.write(Scope()) as session:
        throttle.reserve(session, Origin(subject, f"account {address}"), now=wall_now())


def signed_in_id() -> int | None:
    """Return who is signed in; None for anybody else."""
    visitor = current.visitor()
    return visitor.user_id if visitor is not None else None


def answer_request(admission_id: int) -> None:
    """Let a person act for an organisation, or not, as was answered; and say so."""
    if request.form.get("answer") == "yes":
        let_in(current.db(), admission_id, actor=current.actor(), now=current.now())
        flash("已同意，对方现在可以登录。", "success")
    else:
        reason = request.form.get("reason", "")
        turn_away(current.db(), admission_id, reason, actor=current.actor(), now=current.now())
        flash("已登记不同意。", "success")
