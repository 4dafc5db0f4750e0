"""Nobody is let through by accident: every endpoint says who may call it, and an app with a silent one never starts.

The declaration is a label that one check before each request reads, so a view cannot forget to ask, and a test can
walk the map of addresses (S01). What the person may do to one thing is asked again by the service, with that thing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import quote

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.access import ROLE_NAMES, Action, may
from domain.errors import NotAllowed
from web import current

LABEL = "linxuan_policy"
KEY = "linxuan.policies"
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call an endpoint.

    signed_in: only people who are. actions: and who may do at least one of these; none asks nothing more.
    is_bare: needs neither person nor database.
    """

    signed_in: bool
    actions: frozenset[Action] = frozenset()
    is_bare: bool = False


PUBLIC = Policy(signed_in=False)
BARE = Policy(signed_in=False, is_bare=True)
SIGNED_IN = Policy(signed_in=True)


def public(view: View) -> View:
    """Declare that anybody may call a view."""
    return _labelled(view, PUBLIC)


def bare(view: View) -> View:
    """Declare that anybody may call a view, and that it must answer even when the database does not."""
    return _labelled(view, BARE)


def require_signed_in(view: View) -> View:
    """Declare that whoever is signed in may call a view."""
    return _labelled(view, SIGNED_IN)


def needs(*actions: Action) -> Callable[[View], View]:
    """Declare that a view is for people who may do at least one of these."""
    if not actions:
        raise ValueError("name an action, or use require_signed_in")
    return lambda view: _labelled(view, Policy(signed_in=True, actions=frozenset(actions)))


def declare(app: Flask, endpoint: str, policy: Policy) -> None:
    """Declare who may call an endpoint whose view is written by a library."""
    app.extensions.setdefault(KEY, {})[endpoint] = policy


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return who may call an endpoint; None when nobody said."""
    declared = cast(dict[str, Policy], app.extensions.get(KEY, {})).get(endpoint)
    if declared is not None:
        return declared
    if endpoint.rpartition(".")[2] == "static":
        return BARE
    return cast(Policy | None, getattr(app.view_functions.get(endpoint), LABEL, None))


def endpoints(app: Flask) -> Iterator[tuple[str, Policy | None]]:
    """Yield every endpoint of an app in order, with who may call it."""
    for endpoint in sorted({rule.endpoint for rule in app.url_map.iter_rules()}):
        yield endpoint, policy_of(app, endpoint)


def check_endpoints(app: Flask) -> None:
    """Refuse to start an app in which an endpoint does not say who may call it. Raises RuntimeError."""
    open_ones = [endpoint for endpoint, policy in endpoints(app) if policy is None]
    if open_ones:
        raise RuntimeError(f"nobody said who may call {', '.join(open_ones)}; use web.guard")


def is_bare(endpoint: str | None) -> bool:
    """Tell whether an endpoint needs neither person nor database; an address that leads nowhere does not."""
    if endpoint is None:
        return False
    policy = policy_of(current_app, endpoint)
    return policy is not None and policy.is_bare


def install_guard(app: Flask) -> None:
    """Ask before each request whether this person may call its endpoint."""
    app.before_request(_check)


def _check() -> Response | None:
    """Let through, send to the sign-in page, or refuse. Raises NotAllowed."""
    if request.endpoint is None:
        return None
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise NotAllowed("这个地址没有声明访问权限。")
    if not policy.signed_in:
        return None
    visitor = current.visitor()
    if visitor is None:
        return _sign_in_first()
    if policy.actions and not any(may(visitor.actor, action) for action in policy.actions):
        name = ROLE_NAMES[visitor.actor.role]
        raise NotAllowed(f"{name}“{visitor.actor.name}”没有此项权限。如有多个身份，可切换后再试。")
    return None


def _sign_in_first() -> Response:
    """Send a reader to the sign-in page and back. Raises NotAllowed where a redirect would lose what was sent."""
    if request.method != "GET" or request.accept_mimetypes.best == "application/json":
        raise NotAllowed(current.SIGN_IN_FIRST, code="not_signed_in")
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return redirect(url_for("sign_in.form", next=quote(request.path) + query), 303)


def _labelled(view: View, policy: Policy) -> View:
    setattr(view, LABEL, policy)
    return view
