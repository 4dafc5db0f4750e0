"""What stands above a list: its views as tabs, and the choice of columns; the same for every list.

A page passes a `Bar` to the macros of `admin/lists/bar.html`. It needs no script: choosing columns is a form that
leads to another address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import g, request
from werkzeug.datastructures import MultiDict

from admin.lists.address import (
    COLUMNS,
    DOWN,
    NONE_CHOSEN,
    UP,
    VIEW,
    Pairs,
    address_of,
    arranged,
    arrangement_of,
    chosen_columns,
)
from admin.typed import LARGEST_ID, number
from domain.access import Action, may
from services.lists.views import View, views_of
from web import current


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a list offers. place: its name for saved views. path: its address.

    columns: labels by name, all that can be shown. knows: whether it takes a parameter of an address, by name and
    value. former: labels of columns and filters that it had once, by name.
    """

    place: str
    path: str
    columns: Mapping[str, str]
    knows: Callable[[str, str], bool]
    former: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A view above its list. hint: whose it is, for one that another person shares."""

    label: str
    href: str
    is_active: bool
    hint: str = ""
    is_shared: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column to show or not."""

    name: str
    label: str
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Tabs, the view in use and the columns of a list.

    kept: what the form of columns sends besides. here: this very address. view: None where none is in use.
    is_changed: whether the list shows something else than its view keeps. gone: what the view names and nobody knows.
    """

    place: str
    path: str
    here: str
    tabs: Sequence[Tab]
    columns: Sequence[Choice]
    reset: str
    kept: Pairs
    may_save: bool
    view: View | None = None
    is_changed: bool = False
    is_open: bool = False
    gone: Sequence[str] = field(default=())


def list_views(place: str) -> Sequence[View]:
    """Return the views of a list for the visitor, read once a request."""
    if g.get("list_views_of") != place:
        g.list_views_of, g.list_views = place, views_of(current.db(), place, actor=current.actor())
    found: Sequence[View] = g.list_views
    return found


def way_on(offered: Offered, own: Sequence[str]) -> str:
    """Return where the form of columns leads, and a list without any word in its address; "" where the list stays.

    own: names of the columns that the list shows unasked.
    """
    pairs = arranged(request.args, own)
    if pairs is not None:
        is_moving = not {UP, DOWN}.isdisjoint(request.args)
        return address_of(offered.path, [*pairs, ("chosen", "1")] if is_moving else pairs)
    if request.args:
        return ""
    first = next((view for view in list_views(offered.place) if view.is_own and view.words.is_default), None)
    return "" if first is None else _opened(first, offered)[0]


def shown_of(offered: Offered, own: Sequence[str]) -> dict[str, str]:
    """Return the labels of the columns of this request by name, in their order.

    own: names of those that are shown unasked. Answers 400 to a name that no column ever has.
    """
    names = chosen_columns(request.args.get(COLUMNS, ""), offered.columns).names
    return {name: offered.columns[name] for name in names or own}


def arrangement_pairs(offered: Offered) -> dict[str, str]:
    """Return what the address says of columns and view, so that every link of the page keeps it."""
    names = chosen_columns(request.args.get(COLUMNS, ""), offered.columns).names
    found = {COLUMNS: ",".join(names)} if names else {}
    view = number(request.args.get(VIEW), LARGEST_ID)
    return found if view is None else {VIEW: str(view), **found}


def bar_of(offered: Offered, shown: Sequence[str]) -> Bar:
    """Return what stands above a list. shown: names of its columns, in their order."""
    views, asked = list_views(offered.place), number(request.args.get(VIEW), LARGEST_ID)
    opened = {view.id: _opened(view, offered) for view in views}
    path, columns = offered.path, offered.columns
    view = next((one for one in views if one.id == asked), None)
    tabs = [Tab(label="全部", href=address_of(path, [(VIEW, NONE_CHOSEN)]), is_active=view is None)]
    tabs += [
        Tab(
            label=one.words.name,
            href=opened[one.id][0],
            is_active=one is view,
            hint="" if one.is_own else f"{one.owner}共享",
            is_shared=one.words.is_shared,
            is_default=one.is_own and one.words.is_default,
        )
        for one in views
    ]
    rest = [name for name in columns if name not in shown]
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in {"page", "chosen"}]
    kept = [pair for pair in pairs if pair[0] != COLUMNS]
    return Bar(
        place=offered.place,
        path=path,
        here=address_of(path, pairs),
        tabs=tabs,
        columns=[
            *(Choice(name=name, label=columns[name], is_shown=True) for name in shown),
            *(Choice(name=name, label=columns[name], is_shown=False) for name in rest),
        ],
        reset=address_of(path, kept or [(VIEW, NONE_CHOSEN)]),
        kept=kept,
        may_save=may(current.actor(), Action.ARRANGE_LISTS),
        view=view,
        is_changed=view is not None and _is_changed(opened[view.id][0]),
        is_open="chosen" in request.args,
        gone=opened[view.id][1] if view is not None else (),
    )


def _opened(view: View, offered: Offered) -> tuple[str, Sequence[str]]:
    """Return the address of a view without what its list does not know, and the names of that."""
    query = [pair for pair in view.shown.query if offered.knows(*pair)]
    names = [name for name in view.shown.columns or () if name in offered.columns]
    strange = [name for name in view.shown.columns or () if name not in offered.columns]
    gone = [f"列“{offered.former.get(name, name)}”" for name in strange]
    for name, value in view.shown.query:
        if not offered.knows(name, value):
            bare = name.partition("_")[2] if name.startswith("flt") else name
            gone.append(f"条件“{offered.former.get(bare, bare)}”")
    pairs = [(VIEW, str(view.id)), *query, *([(COLUMNS, ",".join(names))] if names else [])]
    return address_of(offered.path, pairs), gone


def _is_changed(address: str) -> bool:
    """Tell whether this request asks for something else than an address does."""
    return _plain(request.args) != _plain(MultiDict(parse_qsl(urlsplit(address).query)))


def _plain(args: Any) -> object:
    """Return what counts of a query, whatever the numbers of its filters and the order of its parts."""
    shown = arrangement_of(args)
    query = [(name.partition("_")[2] if name.startswith("flt") else name, value) for name, value in shown.query]
    return sorted(query), shown.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """How a page shows its list. columns: labels by name, in their order. kept: what every link of it carries.

    way_on: the address to go to instead; "" to stay.
    """

    bar: Bar
    columns: Mapping[str, str]
    kept: Mapping[str, str]
    way_on: str


def arranged_list(offered: Offered) -> Arranged:
    """Return how a page that is no table of `admin.base` shows its list; unasked, it shows every column."""
    own = list(offered.columns)
    columns = shown_of(offered, own)
    return Arranged(
        bar=bar_of(offered, list(columns)),
        columns=columns,
        kept=arrangement_pairs(offered),
        way_on=way_on(offered, own),
    )
