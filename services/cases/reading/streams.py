"""The SQL of ordered lists: a page is the beginning of some sorted streams, each one range of an index, merged.

A filter on state or category leaves some pairs of both open; each pair is a stream of which a page takes at most its
own length. So a page costs the same wherever it lies and whatever is filtered, and no statistics mislead a planner.
The statements are text, kept ready by shape: to put them together anew would cost more than to run them.
"""
# ruff: noqa: S608 - every part is a constant of this package; what people give is a parameter

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import TextClause, text

from services.cases.reading.asking import Order

KEYS: Mapping[Order, str] = {Order.SUBMITTED: "submitted", Order.TITLE: "title", Order.ID: "id"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on; values are parameters.

    within: only a branch, `:within`. at: only one holder, `:at`. is_narrow: only `:state` or `:category`, "" for any;
    a branch and a holder together are served in the order of submission alone, and never narrow.
    """

    dialect: str
    within: bool
    at: bool
    is_narrow: bool

    def is_one(self, order: Order) -> bool:
        """Tell whether the whole is one stream in this order."""
        return not self.is_narrow and (order is Order.SUBMITTED or not (self.within or self.at))

    @property
    def table(self) -> str:
        """Return the table whose index serves it."""
        return "case_branches" if self.within else "case_lines"

    @property
    def prefix(self) -> str:
        """Return what all streams have in common, of a row `i`."""
        within = "i.branch_id = :within AND " if self.within else ""
        return f"{within}i.batch_id = :batch{' AND i.at_unit_id = :at' if self.at else ''}"

    @property
    def states(self) -> str:
        """Return the table `j` of the states that are asked for."""
        is_sqlite = self.dialect == "sqlite"
        return "json_each(:states) j" if is_sqlite else "json_array_elements_text(CAST(:states AS json)) j"

    @property
    def streams(self) -> str:
        """Return the table expression of the pairs of state and category that there are, found by leaps."""
        states = self.states
        least = f"SELECT min(i.category_key) FROM {self.table} i WHERE {self.prefix} AND i.state"
        return f"""
            WITH RECURSIVE s(state, category) AS (
                SELECT j.value, ({least} = j.value) FROM {states}
                UNION ALL
                SELECT s.state, ({least} = s.state AND i.category_key > s.category)
                FROM s WHERE s.category IS NOT NULL
            )
        """

    @property
    def of_stream(self) -> str:
        """Return what makes a row one of a stream."""
        return f"{self.prefix} AND i.state = s.state AND i.category_key = s.category"


ASKED = "s.category IS NOT NULL AND (:category = '' OR s.category = :category)"


def _sorted(row: str, order: Order, way: str) -> str:
    return f"{row}.id {way}" if order is Order.ID else f"{row}.{KEYS[order]} {way}, {row}.id {way}"


@lru_cache(maxsize=256)
def page_of_streams(
    shape: Shape, order: Order, is_descending: bool, has_place: bool, size: int, most: int = 0
) -> TextClause:
    """Return the query of (id, key) of the next `size` cases from a place on, `:value` and `:id`, in their order.

    most: with each row, how many cases there are in all, counted up to it; 0 to count none.
    """
    key, way, sign = KEYS[order], "DESC" if is_descending else "ASC", "<" if is_descending else ">"
    place = f"i.id {sign} :id" if order is Order.ID else f"(i.{key}, i.id) {sign} (:value, :id)"
    after = f" AND {place}" if has_place else ""
    inner, outer = (_sorted(row, order, way) for row in "ip")
    counted = f", (SELECT count(*) FROM ({_up_to(shape, most)}) c)" if most else ""
    if shape.is_one(order):
        where = f"{shape.prefix}{after}"
        streams = f"{shape.streams} " if most and not shape.is_one(Order.SUBMITTED) else ""
        page = f"SELECT i.id, i.{key}{counted} FROM {shape.table} i"
        return text(f"{streams}{page} WHERE {where} ORDER BY {inner} LIMIT {size}")
    where = f"{shape.of_stream}{after} ORDER BY {inner} LIMIT {size}"
    if shape.dialect == "sqlite":
        found = f"JOIN {shape.table} p ON p.rowid IN (SELECT i.rowid FROM {shape.table} i WHERE {where})"
    else:
        found = f"CROSS JOIN LATERAL (SELECT i.id, i.{key} FROM {shape.table} i WHERE {where}) p"
        found = found.replace(f"i.id, i.{key}", "i.id") if order is Order.ID else found
    page = f"SELECT p.id, p.{key}{counted} FROM s {found}"
    return text(f"{shape.streams} {page} WHERE {ASKED} ORDER BY {outer} LIMIT {size}")


@lru_cache(maxsize=64)
def count_of_streams(shape: Shape, most: int) -> TextClause:
    """Return the query of how many cases there are, counted up to `most`."""
    streams = "" if shape.is_one(Order.SUBMITTED) else shape.streams
    return text(f"{streams} SELECT count(*) FROM ({_up_to(shape, most)}) c")


def _up_to(shape: Shape, most: int) -> str:
    """Return the query of a row for each case, up to `most`."""
    if shape.is_one(Order.SUBMITTED):
        return f"SELECT 1 FROM {shape.table} i WHERE {shape.prefix} LIMIT {most}"
    if shape.dialect == "sqlite":
        return f"SELECT 1 FROM s CROSS JOIN {shape.table} i WHERE {ASKED} AND {shape.of_stream} LIMIT {most}"
    # Each stream by itself: told to join, the planner reads the whole table.
    stream = f"SELECT 1 FROM {shape.table} i WHERE {shape.of_stream} LIMIT {most}"
    return f"SELECT 1 FROM s CROSS JOIN LATERAL ({stream}) i WHERE {ASKED} LIMIT {most}"


@lru_cache(maxsize=16)
def counts_by_state(shape: Shape, most: int) -> TextClause:
    """Return the query of (state, number of its cases), each counted up to `most`."""
    rows = f"SELECT 1 FROM {shape.table} i WHERE {shape.prefix} AND i.state = j.value LIMIT {most}"
    return text(f"SELECT j.value, (SELECT count(*) FROM ({rows}) c) FROM {shape.states}")
