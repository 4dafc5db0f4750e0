"""Who has business in the backoffice, and the base of its first page."""

from typing import Any

from flask import abort
from flask_admin import BaseView

from domain.access import Action, may
from web import current

ENTRY = (
    Action.MANAGE_PROGRAMMES,
    Action.MANAGE_UNITS,
    Action.MANAGE_USERS,
    Action.VIEW_MAIL,
    Action.VIEW_AUDIT,
)
"""Whoever may do one of these has business in the backoffice."""


def may_enter() -> bool:
    """Tell whether the visitor has business in the backoffice."""
    visitor = current.visitor()
    return visitor is not None and any(may(visitor.actor, action) for action in ENTRY)


class Home(BaseView):
    """The base of the first page. Not Flask-Admin's own, which brings scripts of that package along."""

    def is_accessible(self) -> bool:
        """Tell whether the visitor has business here."""
        return may_enter()

    def inaccessible_callback(self, name: str, **values: Any) -> None:
        """Answer 403; the guard has refused before."""
        abort(403)
