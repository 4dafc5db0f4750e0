"""What a table declares: the addresses that it has, who may call each, and what a visitor may do there.

Nothing is there by default; the guard of the web door knows every address and asks before each request.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort

from admin.acts import Act
from admin.lists.places import offer_views
from domain.access import Action, may
from web import current
from web.guard import LABEL, Policy, declare


class Declared:
    """Mixin in front of Flask-Admin's view.

    seen_by: who may do one of these sees it. create_action, edit_action, delete_action: None where it cannot be
    done. acts: what can be done to one row besides, or to many. has_workbook: whether the list may be taken away.
    """

    seen_by: Sequence[Action] = ()
    create_action: Action | None = None
    edit_action: Action | None = None
    delete_action: Action | None = None
    has_workbook = True
    acts: Sequence[Act] = ()

    endpoint: str
    form_ajax_refs: Any
    _urls: list[tuple[str, str, Sequence[str]]]

    def policies(self) -> dict[str, Policy]:
        """Return who may call each address of this view; there are no others."""
        named: dict[str, Sequence[Action | None]] = {
            "index_view": self.seen_by,
            "details_view": self.seen_by,
            "create_view": (self.create_action,),
            "edit_view": (self.edit_action,),
            "delete_view": (self.delete_action,),
            "action_view": [act.action for act in self.acts if act.many],
            "workbook_view": self.seen_by if self.has_workbook else (),
            "act_view": [act.action for act in self.acts],
            "ajax_lookup": (
                (self.create_action, self.edit_action, *(act.action for act in self.acts))
                if self.form_ajax_refs
                else ()
            ),
        }
        asked = {name: frozenset(action for action in actions if action) for name, actions in named.items()}
        found = {name: Policy(signed_in=True, actions=actions) for name, actions in asked.items() if actions}
        for _, name, _ in self._urls:
            label = getattr(getattr(self, name), LABEL, None)
            if label is not None:
                found[name] = label
        return found

    def create_blueprint(self, admin: Any) -> Blueprint:
        """Return the blueprint with the declared addresses alone, and tell the guard who may call them."""
        policies = self.policies()
        self._urls = [route for route in self._urls if route[1] in policies]
        blueprint: Blueprint = super().create_blueprint(admin)  # type: ignore[misc]  # of the class behind
        for name, policy in policies.items():
            declare(admin.app, f"{self.endpoint}.{name}", policy)
        offer_views(admin.app, self.endpoint, self.seen_by)
        return blueprint

    def get_url(self, endpoint: str, **values: Any) -> str:
        """Return an address; "" for one that this view does not have, since the pages ask before they look."""
        if endpoint.startswith(".") and all(route[1] != endpoint[1:] for route in self._urls):
            return ""
        return str(super().get_url(endpoint, **values))  # type: ignore[misc]  # as above

    def is_accessible(self) -> bool:
        """Tell whether the visitor sees this view, in the menu and anywhere else."""
        return any(self._may(action) for action in self.seen_by)

    def inaccessible_callback(self, name: str, **values: Any) -> None:
        """Answer 403; the guard has refused before, so this is the second lock."""
        abort(403)

    @property
    def can_create(self) -> bool:
        """Tell whether the visitor may add rows."""
        return self._may(self.create_action)

    @property
    def can_edit(self) -> bool:
        """Tell whether the visitor may change rows."""
        return self._may(self.edit_action)

    @property
    def can_delete(self) -> bool:
        """Tell whether the visitor may delete rows."""
        return self._may(self.delete_action)

    def is_action_allowed(self, name: str) -> bool:
        """Tell whether the visitor may do something to many rows at once: what `Bulk` offers, and nothing else."""
        return False

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether this row is of those that can be changed."""
        return True

    def may_delete_row(self, row: Any) -> bool:
        """Tell whether this row is of those that can be deleted."""
        return True

    def acts_on(self, row: Any) -> list[Act]:
        """Return what the visitor may do to a row."""
        return [act for act in self.acts if self._may(act.action) and act.fits(row)]

    @staticmethod
    def _may(action: Action | None) -> bool:
        visitor = current.visitor()
        return action is not None and visitor is not None and may(visitor.actor, action)
