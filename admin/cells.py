"""What stands in the cells of lists and details: text for people, escaped by the template like any other."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_admin.model.template import macro
from markupsafe import Markup

from admin.words import word
from domain.instants import WEEKDAYS
from web.filters import moment, opening

NOTHING = "—"
Cell = Callable[[Any, Any, Any, str], str]
"""A formatter as Flask-Admin calls it: with the view, the template's context, the row and the column's name."""

CLAMPED = Markup('<span class="lx-clamp" title="{0}">{0}</span>')

STATE: Cell = macro("state_cell")
LONG: Cell = macro("long_cell")


def cell(shown: Callable[[Any], str]) -> Cell:
    """Return a formatter that shows a row's value in a column; nothing is a dash."""

    def formatted(view: Any, context: Any, row: Any, name: str) -> str:
        value = value_of(row, name)
        return NOTHING if value is None else shown(value)

    return formatted


def of_row(shown: Callable[[Any], str]) -> Cell:
    """Return a formatter that needs the whole row."""
    return lambda view, context, row, name: shown(row) or NOTHING


def clamped(shown: Callable[[Any], str]) -> Cell:
    """Return a formatter for a long text of a row: cut to a few lines, whole in its tooltip."""
    return lambda view, context, row, name: CLAMPED.format(shown(row) or NOTHING)


def chosen(words: Mapping[Any, str]) -> Cell:
    """Return a formatter for a column that holds the value of a closed set as plain text."""
    by_value = {str(key): text for key, text in words.items()}
    return cell(lambda value: by_value.get(str(value), str(value)))


def value_of(row: Any, name: str) -> Any:
    """Return the value at a dotted path; None where the path ends early."""
    for part in name.split("."):
        row = getattr(row, part, None)
    return row


def masked(number: str) -> str:
    """Return a telephone number or address with its middle hidden: lists are read over shoulders."""
    head, at, host = number.partition("@")
    if at:
        return f"{head[:2]}***@{host}"
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else number


def document(value: Any) -> str:
    """Return a JSON document as indented text."""
    return json.dumps(value, ensure_ascii=False, indent=2)


DEADLINE: Cell = cell(moment)
"""An instant that something ends at: midnight belongs to the day before."""
MASKED: Cell = cell(masked)

BY_TYPE: Mapping[type, Callable[[Any, Any, str], str]] = {
    type(None): lambda view, value, name: NOTHING,
    bool: lambda view, value, name: "是" if value else "否",
    StrEnum: lambda view, value, name: word(value),
    datetime: lambda view, value, name: opening(value),
    date: lambda view, value, name: f"{value.isoformat()} 周{WEEKDAYS[value.weekday()]}",
    list: lambda view, value, name: "、".join(map(str, value)) or NOTHING,
    str: lambda view, value, name: value or NOTHING,
}
"""How values are shown where a view says nothing else; the first type that fits counts."""
