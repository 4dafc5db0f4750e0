"""The sign-in page, signing out, and choosing in which membership to act.

These commit apart from the request's own transaction: a failed try must be counted although the answer refuses it.
"""

import logging

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie

from domain.errors import NotAllowed, NotFound, RuleBroken
from models.scope import Scope
from services.clock import effective
from services.identity import memberships as held
from services.identity import sessions, sign_in
from services.identity.sign_in import Attempt, SignedIn
from services.identity.throttle import TryLater
from web import cookies, current
from web.clock import wall_now
from web.guard import public, require_signed_in
from web.local_path import local_path
from web.site import current_site

HOME = "/work"
logger = logging.getLogger(__name__)
blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@public
def form() -> Response:
    """Show the sign-in page, or go on when somebody is signed in already."""
    wanted = local_path(request.args.get("next"), "")
    if current.visitor() is not None:
        return make_response(redirect(wanted or HOME, 303))
    return _page(wanted=wanted)


@blueprint.post("/sign-in")
@public
def enter() -> Response:
    """Sign in, and go to where the person wanted to be; with several memberships, choose first."""
    wanted = local_path(request.form.get("next"), "")
    name = request.form.get("name", "")[:300]
    address = current_site().client_address(request.remote_addr, request.headers.get("X-Forwarded-For", ""))
    try:
        signed_in = _sign_in(Attempt(name, address, cookies.devices()), request.form.get("password", ""))
    except TryLater as refusal:
        return _page(refusal, wanted=wanted, status=429, retry_after_s=refusal.retry_after_s)
    except NotAllowed as refusal:
        logger.info("sign-in refused from %s: %s", address, refusal.code)
        return _page(refusal, wanted=wanted, status=401)
    logger.info("user %s signed in from %s", signed_in.user.id, address)
    if len(signed_in.choices) > 1:
        return _begin(signed_in, url_for("sign_in.memberships", next=wanted or None))
    return _begin(signed_in, wanted or HOME)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session on the server and in the browser."""
    token = cookies.token()
    if token is not None:
        with current_site().database.write(Scope()) as session:
            sessions.sign_out(session, token, now=wall_now())
    cookie.clear()
    response = make_response(redirect(url_for("sign_in.form"), 303))
    cookies.drop_token(response)
    return response


@blueprint.get("/membership")
@require_signed_in
def memberships() -> Response:
    """Show the memberships to choose from."""
    with current_site().database.read(Scope()) as session:
        visitor = current.visitor()
        user_id = visitor.user_id if visitor is not None else 0
        choices = [(one.id, held.title_of(one)) for one in held.choices(session, user_id, now=current.now())]
    page = render_template(
        "auth/membership.html",
        choices=choices,
        chosen=visitor.membership_id if visitor is not None else None,
        next=local_path(request.args.get("next"), ""),
    )
    return make_response(page)


@blueprint.post("/membership")
@require_signed_in
def choose() -> Response:
    """Act in another membership from now on, under a new token (S59). Raises NotFound."""
    wanted = local_path(request.form.get("next"), HOME)
    chosen_id = request.form.get("membership", type=int)
    visitor, token = current.visitor(), cookies.token()
    if visitor is None or token is None:
        raise NotAllowed(current.SIGN_IN_FIRST, code="not_signed_in")
    with current_site().database.write(Scope()) as session:
        choices = held.choices(session, visitor.user_id, now=current.now())
        chosen = next((one for one in choices if one.id == chosen_id), None)
        if chosen is None:
            raise NotFound("没有这项身份。")
        new_token = sessions.change(session, token, chosen, now=wall_now())
    cookie.clear()
    response = make_response(redirect(wanted, 303))
    cookies.keep_token(response, new_token)
    return response


def _sign_in(attempt: Attempt, password: str) -> SignedIn:
    """Sign in; nothing is locked while the password is checked. Raises NotAllowed, TryLater."""
    database = current_site().database
    with database.write(Scope()) as session:
        candidate = sign_in.begin(session, attempt, now=wall_now())
    proof = sign_in.prove(candidate, password)
    with database.write(Scope()) as session:
        now = wall_now()
        signed_in = sign_in.finish(session, proof, now=now, effective_now=effective(session, now))
        old_token = cookies.token()
        if old_token is not None:
            sessions.sign_out(session, old_token, now=now)
        return signed_in


def _begin(signed_in: SignedIn, wanted: str) -> Response:
    """Go on with the new token; nothing that the browser brought along stays valid (S59)."""
    cookie.clear()
    response = make_response(redirect(wanted, 303))
    cookies.keep_token(response, signed_in.token)
    cookies.remember_device(response, signed_in.user.id)
    return response


def _page(
    refusal: RuleBroken | None = None, *, wanted: str, status: int = 200, retry_after_s: int | None = None
) -> Response:
    site = current_site()
    page = render_template(
        "auth/sign_in.html",
        error=refusal.sentence if refusal is not None else None,
        name=request.form.get("name", "")[:300] or None,
        next=wanted or None,
        demo_accounts=site.demo_accounts or None,
        demo_password=site.demo_password,
    )
    response = make_response(page, status)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response
