"""The lists that saved views may belong to, with who sees each."""

from collections.abc import Iterable

from flask import Flask, current_app

from domain.access import Action, may
from domain.errors import NotFound
from web import current

KEY = "linxuan.lists"


def offer_views(app: Flask, place: str, seen_by: Iterable[Action]) -> None:
    """Let people keep views of a list. seen_by: who may do one of these sees it."""
    app.extensions.setdefault(KEY, {})[place] = frozenset(seen_by)


def require_seen(place: str) -> None:
    """Refuse a list that is not there for the visitor. Raises NotFound."""
    seen_by: frozenset[Action] = current_app.extensions.get(KEY, {}).get(place, frozenset())
    if not any(may(current.actor(), action) for action in seen_by):
        raise NotFound("没有这个列表。")
