"""Lists of parts as tables: one row an item, with its name, its key and what it says, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from domain.definition import Ladder, Rule, Step
from domain.definition.paths import members
from services.definitions.names import NAMING, Names
from services.definitions.telling import told
from services.designing.asking.describing import Kind, describe, plain
from services.designing.asking.keys import identity
from services.designing.asking.sheets import Listed
from services.designing.asking.spots import Spot, join, names_in
from services.progress.paging import Page, page_of

MOST_SHOWN = 50
MOST_FACTS = 4
FACT_CHARS = 40
WHOLE = (Rule, Ladder, Step)
"""What is told as a sentence of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item. number: its place in the whole list, from 0. key: "" for an item that has none."""

    path: str
    number: int
    label: str
    key: str
    summary: str


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it is shown. path: of the list. total: items of the whole list. page: of those asked for."""

    path: str
    listed: Listed
    rows: tuple[Row, ...]
    page: Page
    total: int
    query: str

    @property
    def is_long(self) -> bool:
        """Tell whether the list needs pages and a search."""
        return self.total > MOST_SHOWN


def table(names: Names, spot: Spot, listed: Listed, query: str = "", page: int = 1) -> Table:
    """Return a list of an item's page. query: part of a name or key; "" for all. page: from 1."""
    path, holder, own = join(spot.path, listed.anchor), spot.within[-1], names_in(listed.items)
    items = _items(holder, listed.anchor)
    wanted = query.strip().lower()
    found = [
        (number, item)
        for number, item in enumerate(items)
        if not wanted or wanted in names.item(item).lower() or wanted in _key(item).lower()
    ]
    shown = page_of(len(found), page, MOST_SHOWN)
    rows = tuple(
        Row(
            join(path, own[number]),
            number,
            names.item(item, number) or _key(item),
            _key(item),
            "；".join(_facts(names, item, (*spot.within, item))),
        )
        for number, item in found[shown.offset : shown.offset + shown.size]
    )
    return Table(path, listed, rows, shown, len(items), query)


def _items(holder: object, anchor: str) -> Sequence[object]:
    found = holder
    for part in anchor.split("."):
        found = (members(found) or {}).get(part)
    return found if isinstance(found, tuple) else ()


def _key(item: object) -> str:
    field = identity(type(item))
    return str(getattr(item, field.name)) if field is not None else ""


def _facts(names: Names, item: Any, within: Sequence[object]) -> Iterator[str]:
    """Yield the first few things that an item says beyond its name, "截止：2023-03-20 周一"; no long texts."""
    if isinstance(item, WHOLE):
        yield told(names, "", item, within)
        return
    count = 0
    for field in describe(cast(type, type(item))):
        value = getattr(item, field.name)
        is_name = field.is_identity or field.name in NAMING or field.kind is Kind.LONG_TEXT
        if is_name or plain(value) == field.default or count == MOST_FACTS:
            continue
        if field.kind is Kind.PARTS:
            said = f"{len(value)} 项" if value else ""
        else:
            said = told(names, field.name, value, within)
        if said:
            count += 1
            yield f"{field.label}：{said if len(said) <= FACT_CHARS else f'{said[: FACT_CHARS - 1]}…'}"
