"""A request is one transaction: read for GET, write for the rest, committed once before the answer leaves (R7).

Before a writing request the person is found out in a transaction of its own, and the request's own begins with its
first statement, so that a slow upload or a refused token never holds the one writer's place in SQLite.
"""

from flask import Flask, Response, g, request
from flask import session as cookie

from models.scope import Scope, set_scope
from web import cookies
from web.clock import wall_now
from web.current import db
from web.guard import is_bare
from web.site import current_site
from web.visitor import Visitor, find_out, find_out_in

READING = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_KEY = "csrf_token"


def install_door(app: Flask) -> None:
    """Let every request of an app come in with a session, an actor and a moment, and go out committed or undone."""
    app.before_request(_enter)
    app.after_request(_settle)
    app.teardown_request(_close)


def abandon() -> None:
    """Undo what the request did so far, so that its refusal can be shown."""
    if "db" in g:
        db().rollback()


def _enter() -> None:
    g.visitor = g.actor = g.scope = None
    if is_bare(request.endpoint):
        return
    database, is_reading = current_site().database, request.method in READING
    if is_reading:
        # A reader may as well ask who it is in the transaction in which it reads on.
        g.db = database.session(database.reader, Scope())
        try:
            asking = find_out_in(g.db, database, cookies.token(), wall_now())
        finally:
            set_scope(g.db, None)
            g.db.expunge_all()
    else:
        asking = find_out(database, cookies.token(), wall_now())
        g.db = database.session(database.engine, None)
    g.now, g.visitor = asking.now, asking.visitor
    if asking.visitor is not None:
        g.actor = asking.visitor.actor
        g.scope = Scope.of(asking.visitor.actor)
        _bind_forms(asking.visitor)
    set_scope(g.db, g.scope)


def _bind_forms(visitor: Visitor) -> None:
    """Let only tokens made in this very session pass: another person's, or an older one's, never fit (S10)."""
    if cookie.get(CSRF_KEY) != visitor.csrf_secret:
        cookie[CSRF_KEY] = visitor.csrf_secret


def _settle(response: Response) -> Response:
    """Commit a writing request unless its answer is a refusal; messages of what did not happen are dropped."""
    if "db" not in g or request.method in READING:
        return response
    if response.status_code < 400:
        db().commit()
    else:
        db().rollback()
        cookie.pop("_flashes", None)
    return response


def _close(_: BaseException | None) -> None:
    if "db" in g:
        db().close()
