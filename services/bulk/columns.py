"""What a workbook of one kind holds: its sheet, its columns, what each takes."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_ROWS = 5_000
"""Rows of one import. More would keep everybody else's writing waiting for too long."""
REMARK = "备注"
"""The first column of every template; it is not imported."""
SKIPPED = ("示例", "说明")
"""How the remark of a row begins that shows how to fill in, and is not imported."""
DECORATION = re.compile(r"[\s*＊:：]|[（(]必填[)）]|[（(]选填[)）]")


class What(StrEnum):
    """What can be imported."""

    UNITS = "units"
    CONTACTS = "contacts"
    TITLES = "titles"
    USERS = "users"


NAMES: Mapping[What, str] = {
    What.UNITS: "推荐单位",
    What.CONTACTS: "联系人",
    What.TITLES: "获评单位",
    What.USERS: "用户",
}
"""What people call each kind; also the name of its sheet."""


class Takes(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    CODE = "code"
    DAY = "day"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. says: what it takes, in words. choices: what a list in the template offers.

    also: other headings under which it is known. is_required: the column must be there.
    """

    key: str
    heading: str
    says: str
    takes: Takes = Takes.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()
    example: str = ""
    also: tuple[str, ...] = ()

    def offering(self, choices: tuple[str, ...]) -> "Column":
        """Return the column with a list to choose from, whose first entry is the example."""
        return replace(self, choices=choices, example=next(iter(choices), self.example))


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind, in the order of its template."""

    what: What
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Return the name of the sheet."""
        return NAMES[self.what]

    def heading(self, key: str) -> str:
        """Return the heading of a column; the key itself for what is no column."""
        return next((column.heading for column in self.columns if column.key == key), key)


def folded(heading: str) -> str:
    """Return a heading without spaces, width and the marks of what must be filled in."""
    return DECORATION.sub("", unicodedata.normalize("NFKC", heading)).casefold()
