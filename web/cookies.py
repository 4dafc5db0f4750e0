"""The cookies: names, flags, and the mark of a browser in which somebody has signed in before."""

import secrets
from typing import cast

from flask import Flask, Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from web.site import Site, current_site

TOKEN = "linxuan"  # noqa: S105 - the name of a cookie, not a secret
FORM = "linxuan-form"
DEVICE = "linxuan-device"
DEVICE_S = 180 * 24 * 3600


def configure(app: Flask, site: Site) -> None:
    """Set the flags of Flask's own cookie, which holds nothing but form tokens and messages."""
    app.config.update(
        SESSION_COOKIE_NAME=_named(FORM, site),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=site.is_https,
        SESSION_COOKIE_PATH="/",
    )


def token() -> str | None:
    """Return the session token that the browser sent; None when it sent none."""
    return request.cookies.get(_named(TOKEN, current_site()))


def keep_token(response: Response, value: str) -> None:
    """Give the browser its session token, until it is closed."""
    _set(response, TOKEN, value, None)


def drop_token(response: Response) -> None:
    """Take the session token from the browser."""
    site = current_site()
    response.delete_cookie(_named(TOKEN, site), path="/", secure=site.is_https, httponly=True, samesite="Lax")


def devices() -> dict[int, str]:
    """Return the marks of this browser by the id of the person who signed in here."""
    try:
        found = cast(dict[str, str], _signer().loads(request.cookies.get(_named(DEVICE, current_site()), "")))
    except BadSignature:
        return {}
    return {int(user_id): mark for user_id, mark in found.items()}


def remember_device(response: Response, user_id: int) -> None:
    """Mark this browser as one in which a person has signed in; of many persons the last eight stay."""
    marks = devices()
    mark = marks.pop(user_id, None) or secrets.token_hex(16)
    kept = dict([*marks.items(), (user_id, mark)][-8:])
    _set(response, DEVICE, _signer().dumps(kept), DEVICE_S)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cast(str, current_app.secret_key), salt="linxuan-device")


def _set(response: Response, name: str, value: str, max_age_s: int | None) -> None:
    site = current_site()
    response.set_cookie(
        _named(name, site), value, max_age=max_age_s, path="/", secure=site.is_https, httponly=True, samesite="Lax"
    )


def _named(name: str, site: Site) -> str:
    """Return the cookie's name; over TLS a prefix makes browsers refuse one planted by a neighbouring host."""
    return f"__Host-{name}" if site.is_https else name
