"""Finding cases by words: pairs of characters lead to a few candidates, and their text decides.

Whichever leads to few cases is followed, the filters or the rarest pair of the words; then everything that fits is
known, counted and ordered. Where both lead to many, the pair's cases are walked in the order of submission until a
page is full, at most FARTHEST of them at once, so that an unlucky search ends with a page to continue from.
"""
# ruff: noqa: S608 - every part is a constant of this package; what people give is a parameter

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from services.cases.reading.asking import Order, Place
from services.cases.reading.streams import KEYS

FEW = 300
"""So many cases are looked at one by one without anybody waiting."""
NEAR, FARTHEST = 150, 300
"""How many cases of a frequent pair are looked at for a page, at first and at most."""
PROBED = 4
"""Pairs of a word whose frequency is asked."""
SHORTEST_CODE, WHOLE_CODE = 4, 18
LAST_CHARACTER = "\U0010ffff"
Range = tuple[str, str]
Row = tuple[int, int | str]
"""A case's id and what it is ordered by."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What a word's cases are found by: any one of `pairs` that its text must have, or else its credit code.

    pairs: ranges of grams; the first of one character is open, every other exactly one gram. codes: ranges, too.
    """

    pairs: tuple[Range, ...]
    codes: tuple[Range, ...]


def lead_of(word: str) -> Lead:
    """Return the lead of a word in lower case; a word that may be part of a credit code has both kinds.

    Eighteen letters and digits are a credit code and nothing else.
    """
    if len(word) == 1:
        return Lead(((word, word + LAST_CHARACTER),), ())
    pairs = list(dict.fromkeys(word[start : start + 2] for start in range(len(word) - 1)))
    step = max(1, -(-len(pairs) // PROBED))
    chosen = tuple((pair, pair + " ") for pair in pairs[::step])
    if len(word) < SHORTEST_CODE or not (word.isascii() and word.isalnum()):
        return Lead(chosen, ())
    code = word.upper()
    if len(word) == WHOLE_CODE:
        return Lead((), ((f"#{code}", f"#{code} "),))
    return Lead(chosen, tuple((part, part + LAST_CHARACTER) for part in (f"#{code}", f"@{code}", f"${code[::-1]}")))


@dataclass(frozen=True, slots=True)
class Found:
    """Ranges of grams that together lead to all cases of a word.

    count: of cases, FEW + 1 for more. reach: the submission of the last of the newest FEW + 1; the older, the rarer.
    """

    ranges: tuple[Range, ...]
    count: int
    reach: int

    @property
    def gram(self) -> str:
        """Return the one gram that leads to all of them; "" where several do."""
        first = self.ranges[0]
        return first[0] if len(self.ranges) == 1 and first[1] == f"{first[0]} " else ""


def rows_of(session: Session, statement: TextClause, given: Mapping[str, object]) -> Sequence[Row]:
    """Return the rows of a statement as they come, which unpack like tuples; hundreds of them are only looked at."""
    return cast(Sequence[Row], session.execute(statement, given).all())


def rarest(session: Session, batch_id: int, words: Sequence[str]) -> Found:
    """Return what leads to the fewest cases that can have all words; one query."""
    leads = [lead_of(word) for word in words]
    probes = [found for lead in leads for found in (*lead.pairs, *lead.codes)]
    given = {"batch": batch_id, "ranges": json.dumps(probes, ensure_ascii=False)}
    rows = session.execute(_counted(_dialect(session)), given)
    known = {probe: (row[0], row[1] or 0) for probe, row in zip(probes, rows, strict=True)}
    found = []
    for lead in leads:
        pair = min(lead.pairs, key=known.__getitem__, default=None)
        ranges = (*((pair,) if pair is not None else ()), *lead.codes)
        found.append(Found(ranges, sum(known[one][0] for one in ranges), min(known[one][1] for one in ranges)))
    return min(found, key=lambda one: (one.count, one.reach))


def candidates(session: Session, batch_id: int, found: Found) -> Sequence[int]:
    """Return the cases that a lead leads to; one query."""
    given = {"batch": batch_id, "ranges": json.dumps(found.ranges, ensure_ascii=False)}
    return [row[0] for row in session.execute(_led(_dialect(session)), given)]


def fitting(
    session: Session, ids: Sequence[int], words: Sequence[str], order: Order, given: Mapping[str, object]
) -> Sequence[Row]:
    """Return those of some cases that fit words, filters and reader, in rising order; one query."""
    statement = _fitting(_dialect(session), len(words), order)
    return rows_of(session, statement, {**given, **_parameters(words), "ids": json.dumps(list(ids))})


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk by the order of submission. gram: whose cases; "" for all cases. place: where it begins."""

    gram: str
    place: Place | None
    is_descending: bool
    size: int


def walked(
    session: Session, walk: Walk, words: Sequence[str], given: Mapping[str, object]
) -> tuple[list[Row], Place | None]:
    """Return the next cases that fit, and where a walk that had to end early may go on; two to four queries."""
    values = {**given, **_parameters(words), "gram": walk.gram}
    if walk.place is not None:
        values |= {"value": walk.place.value, "id": walk.place.id}
    found: list[Row] = []
    for most in (NEAR, FARTHEST - NEAR):
        left = replace(walk, size=walk.size - len(found))
        statement = _walked(_dialect(session), len(words), left, most)
        found += rows_of(session, statement, values)
        if len(found) >= walk.size:
            return found, None
        last = session.execute(_reached(walk, most), values).first()
        if last is None:
            return found, None
        walk = replace(walk, place=Place(last[0], last[1]))
        values |= {"value": last[0], "id": last[1]}
    return found, walk.place


def _parameters(words: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, word in enumerate(words):
        is_code = len(word) >= SHORTEST_CODE and word.isascii() and word.isalnum()
        found |= {f"word{number}": word, f"code{number}": word.upper() if is_code else "", f"long{number}": len(word)}
    return found


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _checks(dialect: str, words: int) -> str:
    """Return the condition on a line `l`: it is within the filters, has every word, and its words may be read."""
    inside = "SELECT 1 FROM case_branches b WHERE b.id = l.id AND b.branch_id = :within"
    conditions = [
        "(:state = '' OR l.state = :state)",
        "(:category = '' OR l.category_key = :category)",
        "(:at = 0 OR l.at_unit_id = :at)",
        f"(:within = 0 OR EXISTS ({inside}))",
    ]
    if words:
        conditions.append("(l.is_out OR (l.drafted_by <> '' AND (l.drafted_by = :me OR l.unit_id = :own)))")
    place, tail = (
        ("instr", "substr(l.code, -:long{0})") if dialect == "sqlite" else ("strpos", "right(l.code, :long{0})")
    )
    for number in range(words):
        parts = [f"substr(l.code, {start}, :long{number})" for start in (1, 9)] + [tail.format(number)]
        code = " OR ".join(f"{part} = :code{number}" for part in parts)
        conditions.append(f"({place}(l.words, :word{number}) > 0 OR (:code{number} <> '' AND ({code})))")
    return " AND ".join(conditions)


def _ranges(dialect: str) -> tuple[str, str, str]:
    """Return the table of ranges `j`, and its first and last gram."""
    if dialect == "sqlite":
        return "json_each(:ranges) j", "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
    return "json_array_elements(CAST(:ranges AS json)) j", "(j.value->>0)", "(j.value->>1)"


@lru_cache(maxsize=4)
def _counted(dialect: str) -> TextClause:
    table, first, last = _ranges(dialect)
    where = f"g.batch_id = :batch AND g.gram >= {first} AND g.gram < {last}"
    newest = f"FROM case_grams g WHERE {where} ORDER BY g.gram DESC, g.submitted DESC, g.id DESC"
    count = f"SELECT count(*) FROM (SELECT 1 {newest} LIMIT {FEW + 1}) c"
    return text(f"SELECT ({count}), (SELECT g.submitted {newest} LIMIT 1 OFFSET {FEW}) FROM {table}")


@lru_cache(maxsize=4)
def _led(dialect: str) -> TextClause:
    table, first, last = _ranges(dialect)
    join = f"CROSS JOIN case_grams g WHERE g.batch_id = :batch AND g.gram >= {first} AND g.gram < {last}"
    return text(f"SELECT DISTINCT g.id FROM {table} {join}")


@lru_cache(maxsize=64)
def _fitting(dialect: str, words: int, order: Order) -> TextClause:
    key = KEYS[order]
    if dialect == "sqlite":
        lines = "json_each(:ids) j CROSS JOIN case_lines l ON l.id = j.value"
    else:
        line = "SELECT * FROM case_lines l WHERE l.id = CAST(j.value AS integer) LIMIT 1"
        lines = f"json_array_elements_text(CAST(:ids AS json)) j CROSS JOIN LATERAL ({line}) l"
    return text(f"SELECT l.id, l.{key} FROM {lines} WHERE {_checks(dialect, words)} ORDER BY l.{key}, l.id")


def _steps(walk: Walk) -> tuple[str, str]:
    """Return the rows of a walk, without their number, and how they are ordered."""
    way, sign = ("DESC", "<") if walk.is_descending else ("ASC", ">")
    after = f" AND (g.submitted, g.id) {sign} (:value, :id)" if walk.place is not None else ""
    source = "case_grams g WHERE g.gram = :gram AND" if walk.gram else "case_lines g WHERE"
    order = f"g.submitted {way}, g.id {way}"
    return f"SELECT g.submitted, g.id FROM {source} g.batch_id = :batch{after} ORDER BY {order}", order


def _walked(dialect: str, words: int, walk: Walk, most: int) -> TextClause:
    steps, order = _steps(walk)
    line = "SELECT * FROM case_lines l WHERE l.id = g.id LIMIT 1"
    join = "CROSS JOIN case_lines l ON l.id = g.id" if dialect == "sqlite" else f"CROSS JOIN LATERAL ({line}) l"
    where = f"{_checks(dialect, words)} ORDER BY {order} LIMIT {walk.size}"
    return _ready(f"SELECT l.id, g.submitted FROM ({steps} LIMIT {most}) g {join} WHERE {where}")


def _reached(walk: Walk, most: int) -> TextClause:
    steps, _ = _steps(walk)
    return _ready(f"{steps} LIMIT 1 OFFSET {most - 1}")


@lru_cache(maxsize=256)
def _ready(statement: str) -> TextClause:
    """Return a statement that is looked through for its parameters once and not at each use."""
    return text(statement)
