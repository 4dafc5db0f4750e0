"""Columns in the address of a list: which are shown, in which order, typed and bounded like everything there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort

from services.extras import PREFIX
from services.lists.views import MOST_COLUMNS, Arrangement

NAME = re.compile(r"[a-z][A-Za-z0-9_.-]{0,59}")
EXTRA = re.compile(rf"{re.escape(PREFIX)}[a-z][a-z0-9_-]{{0,39}}")
COLUMNS, VIEW = "columns", "view"
TICKED, UP, DOWN = "col", "up", "down"
"""What the form of columns sends: each ticked one, and the one to move; `arranged` turns it into `COLUMNS`."""
OF_FORM = frozenset({TICKED, UP, DOWN})
PASSING = OF_FORM | {"page", "page_size", "chosen", COLUMNS, VIEW}
"""What a view does not keep as a condition."""
NONE_CHOSEN = "0"
"""The view of who wants the list as it is, without the one that it would open with."""
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Columns that were asked for. names: in their order; None for the list's own. gone: of fields that went."""

    names: tuple[str, ...] | None
    gone: tuple[str, ...] = ()


def chosen_columns(raw: str, known: Mapping[str, str]) -> Chosen:
    """Return the columns of an address; known: labels by name. Answers 400 to a name that no column ever has.

    The name of an additional field is left out when there is none: it may have been retired since.
    """
    if not raw:
        return Chosen(None)
    asked = tuple(dict.fromkeys(raw.split(",")))
    if len(asked) > MOST_COLUMNS or any(name not in known and not EXTRA.fullmatch(name) for name in asked):
        abort(400)
    return Chosen(
        tuple(name for name in asked if name in known) or None,
        tuple(name.removeprefix(PREFIX) for name in asked if name not in known),
    )


def arranged(args: Any, own: Sequence[str]) -> Pairs | None:
    """Return the address that the form of columns asks for, as pairs; None when it was not sent.

    args: the request's. own: the columns of the list itself, in their order.
    """
    if OF_FORM.isdisjoint(args):
        return None
    names = [name for name in dict.fromkeys(args.getlist(TICKED)) if NAME.fullmatch(name)][:MOST_COLUMNS]
    for moved, step in ((args.get(UP), -1), (args.get(DOWN), 1)):
        if moved in names:
            here = names.index(moved)
            names.insert(min(max(here + step, 0), len(names) - 1), names.pop(here))
    kept = [(name, value) for name, value in args.items(multi=True) if name not in OF_FORM | {COLUMNS, "page"}]
    return kept if names in ([], list(own)) else [*kept, (COLUMNS, ",".join(names))]


def address_of(path: str, pairs: Pairs) -> str:
    """Return a path with a query."""
    return f"{path}?{urlencode(pairs, safe=',')}" if pairs else path


def arrangement_of(args: Any) -> Arrangement:
    """Return what an address says of how its list is shown. args: a MultiDict of its query."""
    query = tuple((name, value) for name, value in args.items(multi=True) if name not in PASSING and value)
    names = args.get(COLUMNS, "")
    return Arrangement(query=query, columns=tuple(names.split(",")) if names else None)
