"""The navigation at the side: each door supplies its own entries, for the person who asks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask, current_app, request

from domain.access import Actor
from web import current

KEY = "linxuan.nav"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One entry. icon: name of a Tabler icon. section: heading above it. badge: a number worth seeing.

    blueprints: whose pages belong to it, though their addresses begin otherwise.
    """

    label: str
    href: str
    icon: str
    section: str | None = None
    badge: str | int | None = None
    blueprints: frozenset[str] = frozenset()
    active: bool = False


Provider = Callable[[Actor], Iterable[NavItem]]


class Navigation:
    """The entries of the current request, looked up only when a page shows them: error pages do not."""

    def __iter__(self) -> Iterator[NavItem]:
        """Yield the entries of every door; the one that leads nearest to the shown page is active."""
        visitor = current.visitor()
        if visitor is None:
            return
        items = [item for provider in _providers(current_app) for item in provider(visitor.actor)]
        claimed = [item.href for item in items if request.blueprint in item.blueprints]
        leading = [item.href for item in items if _leads_to(item.href, request.path)]
        active = max(claimed or leading, key=len, default=None)
        yield from (replace(item, active=item.href == active) for item in items)


def register_nav(app: Flask, provider: Provider) -> None:
    """Add a door's entries, after those registered before."""
    _providers(app).append(provider)


def _providers(app: Flask) -> list[Provider]:
    return cast(list[Provider], app.extensions.setdefault(KEY, []))


def _leads_to(href: str, path: str) -> bool:
    return path == href or path.startswith(href if href.endswith("/") else f"{href}/")
