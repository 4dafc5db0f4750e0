"""The base of these pages: a batch in hand, in whose zone instants are shown, and what the visitor may do to it."""

from collections.abc import Callable
from typing import Any

from flask import abort, g
from flask_admin import BaseView

from admin.typed import stable_key
from domain.access import Action, may
from domain.errors import NotFound
from services.batches.context import BatchContext, load_by_code
from web import current

SEES = Action.VIEW_MAIL
"""Who sees these pages: coordinators, administrators, auditors. They show whom mail went to."""


class Page(BaseView):
    """A view that Flask-Admin gives its frame, and nothing else. page_hint: a sentence under the heading."""

    action: Action = SEES
    is_in_menu = False
    page_hint = ""
    _urls: list[tuple[str, str, Any]]
    _default_view: str | None

    def __init__(self, *args: Any, **values: Any) -> None:
        # The base insists on a view at "/", which pages of one thing do not have.
        self._default_view = self._default_view or self._urls[0][1]
        super().__init__(*args, **values)

    def is_accessible(self) -> bool:
        """Tell whether the visitor may see these pages; the guard has asked already."""
        visitor = current.visitor()
        return visitor is not None and may(visitor.actor, self.action)

    def is_visible(self) -> bool:
        """Tell whether the menu names these pages."""
        return self.is_in_menu

    def inaccessible_callback(self, name: str, **values: Any) -> None:
        """Answer 403; the guard has refused before."""
        abort(403)

    def _run_view(self, view: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Answer a request, once: the base calls a view again when it raises TypeError."""
        return view(self, *args, **values)


def batch_in_hand(code: str) -> BatchContext:
    """Return the context of the batch in an address, and show all instants in its zone. Raises NotFound."""
    if not stable_key(code):
        raise NotFound("没有这个批次。")
    context = load_by_code(current.db(), code)
    g.zone = context.definition.zone
    return context


def stage_in_hand(context: BatchContext, key: str | None) -> str:
    """Return the key of a stage that the batch has. Raises NotFound."""
    if key is None or key not in context.stages:
        raise NotFound("没有这个环节。")
    return key


def rights(context: BatchContext) -> frozenset[str]:
    """Return what the visitor may do to a batch, by the values of the actions."""
    actor = current.actor()
    return frozenset(action.value for action in Action if may(actor, action, context.subject))
