"""The menu of the backoffice as entries of the side navigation: what Flask-Admin's views say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_admin import BaseView
from flask_admin.menu import BaseMenu

from web.nav import NavItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one heading; none of `label` for those that stand before the groups."""

    label: str
    is_open: bool
    items: Sequence[NavItem]


def menu_of(view: BaseView) -> list[Group]:
    """Return the groups of the menu that the visitor may open, as a page of this view shows them.

    Made here and not in a template, which would take longer over it than over most pages.
    """
    admin: Any = view.admin
    alone = [item for item in admin.menu() if not item.is_category()]
    found = [Group(label="", is_open=True, items=_items(view, alone))]
    for item in admin.menu():
        if item.is_category():
            items = _items(view, item.get_children())
            found.append(Group(label=item.name, is_open=any(entry.active for entry in items), items=items))
    return [group for group in found if group.items]


def _items(view: BaseView, items: Sequence[BaseMenu]) -> list[NavItem]:
    return [
        NavItem(
            label=item.name,
            href=item.get_url() or "",
            icon=item.get_icon_value() or "",
            active=item.is_active(view),
        )
        for item in items
        if item.is_accessible() and item.is_visible()
    ]
