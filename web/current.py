"""What a view may ask of the request that it answers, with types; kept in `flask.g` by the door."""

from datetime import datetime
from typing import cast

from flask import g
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import NotAllowed
from models.scope import Scope
from web.visitor import Visitor

SIGN_IN_FIRST = "请先登录。"


def db() -> Session:
    """Return the request's session: one transaction, committed by the door when the answer is no error."""
    return cast(Session, g.db)


def now() -> datetime:
    """Return the request's effective now: when it began to arrive (R2)."""
    return cast(datetime, g.now)


def visitor() -> Visitor | None:
    """Return who is signed in; None for anybody else, and on pages that ask nobody."""
    return cast(Visitor | None, g.get("visitor"))


def actor() -> Actor:
    """Return the actor. Raises NotAllowed when nobody is signed in."""
    found = visitor()
    if found is None:
        raise NotAllowed(SIGN_IN_FIRST, code="not_signed_in")
    return found.actor


def scope() -> Scope | None:
    """Return what the request may see; None, which sees nothing, when nobody is signed in."""
    return cast(Scope | None, g.get("scope"))
