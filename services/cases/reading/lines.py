"""One case as a line of a list: what of it the reader may see."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.access import Actor, Role
from domain.definition import Definition
from models import ActKind, Case, CaseAct, CaseState, Organisation, Source, Unit
from models.base import UTCDateTime

HIDDEN_TITLE = "（填写中）"
ORGANISATIONS: Any = Organisation.__table__
CHANNELS: Any = Unit.__table__.alias("channels")
HOLDERS: Any = Unit.__table__.alias("holders")
"""Bare tables: a case that may be seen shows its applicant and its units, wherever those are."""
ARRIVALS = (
    ActKind.SUBMITTED,
    ActKind.IMPORTED,
    ActKind.CHANNEL,
    ActKind.FORWARDED,
    ActKind.RECALLED,
    ActKind.RETURNED,
)
"""Acts that put a case into somebody's hands."""
ARRIVED = (
    select(func.max(CaseAct.recorded_at, type_=UTCDateTime()))
    .where(CaseAct.case_id == Case.id, CaseAct.kind.in_(ARRIVALS))
    .scalar_subquery()
    .label("arrived_at")
)
WRITERS = frozenset({Role.APPLICANT, Role.SYSTEM})
"""Who reads drafts, too: its own, or on behalf of all."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a list. is_hidden: somebody else's draft, of which only its unit and category show.

    received_at: when the office noted it; arrived_at: since when it has been in the hands that it is in.
    """

    id: int
    title: str
    organisation: str
    credit_code: str
    category: str
    subtype: str
    modes: tuple[str, ...]
    unit: str
    at_unit: str
    state: CaseState
    source: Source
    version_no: int
    submitted_at: datetime | None
    correct_by: datetime | None
    is_late: bool
    is_hidden: bool
    received_at: datetime | None = None
    arrived_at: datetime | None = None


def _readable(reads_all: bool, is_office: bool) -> ColumnElement[bool]:
    """Return which cases show more than that they exist: those ever submitted, and what the reader itself writes.

    Parameters: `me`, the reader's name; `branch`, the path of its unit.
    """
    if reads_all:
        return true()
    is_out = or_(Case.version_no > 0, Case.state.not_in([CaseState.DRAFT, CaseState.WITHDRAWN]))
    is_typed = Case.source == Source.OFFICER
    if is_office:
        return or_(is_out, and_(is_typed, Case.created_by == bindparam("me")))
    return or_(is_out, and_(is_typed, CHANNELS.c.path == bindparam("branch")))


def lines_of(session: Session, cases: Sequence[Case], definition: Definition, actor: Actor) -> list[CaseLine]:
    """Return cases as lines of a list, in their order; one query."""
    return lines_by_id(session, [case.id for case in cases], definition, actor)


def lines_by_id(session: Session, ids: Collection[int], definition: Definition, actor: Actor) -> list[CaseLine]:
    """Return lines of a list in the order of `ids`; one query. A case outside the reader's scope has none."""
    dialect = session.get_bind().dialect.name
    given = {"ids": ids_for(dialect, ids), "me": actor.name, "branch": actor.branch}
    rows = session.execute(_lines(dialect, actor.role in WRITERS, actor.branch is None), given)
    words = _Words(definition)
    found: Mapping[int, CaseLine] = {row.id: _line(row, words) for row in rows}
    return [found[case_id] for case_id in ids if case_id in found]


def ids_for(dialect: str, ids: Iterable[int]) -> object:
    """Return ids as the parameter of `is_among`."""
    return json.dumps(list(ids)) if dialect == "sqlite" else list(ids)


def is_among(dialect: str, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return that a column is one of `:ids`; one parameter for all, so that the statement stays the same for any."""
    if dialect == "sqlite":
        return column.in_(select(text("value")).select_from(func.json_each(bindparam("ids", type_=String))))
    return column == any_(bindparam("ids", type_=ARRAY(Integer)))


@lru_cache(maxsize=8)
def _lines(dialect: str, reads_all: bool, is_office: bool) -> Select[*tuple[Any, ...]]:
    """Return the query of lines; kept, since to put it together takes as long as to run it."""
    return (
        select(
            *(Case.id, Case.title, Case.category_key, Case.subtype_key, Case.modes, Case.state, Case.source),
            *(Case.version_no, Case.submitted_at, Case.correct_by, Case.is_late, Case.received_at),
            ORGANISATIONS.c.name.label("organisation"),
            ORGANISATIONS.c.credit_code,
            CHANNELS.c.name.label("unit"),
            HOLDERS.c.name.label("at_unit"),
            _readable(reads_all, is_office).label("is_readable"),
            ARRIVED,
        )
        .join(ORGANISATIONS, ORGANISATIONS.c.id == Case.organisation_id)
        .join(CHANNELS, CHANNELS.c.id == Case.unit_id)
        .join(HOLDERS, HOLDERS.c.id == Case.at_unit_id)
        .where(is_among(dialect, Case.id))
    )


class _Words:
    """The names of a definition by key; a key that a newer revision no longer has is shown as it is."""

    def __init__(self, definition: Definition) -> None:
        self.categories = {category.key: category.name for category in definition.categories}
        self.subtypes = {
            (category.key, subtype.key): subtype.name
            for category in definition.categories
            for subtype in category.subtypes
        }
        self.modes = {mode.key: mode.name for mode in definition.offered_modes}


def _line(row: Any, words: _Words) -> CaseLine:
    is_hidden = not row.is_readable
    return CaseLine(
        row.id,
        HIDDEN_TITLE if is_hidden else row.title,
        "" if is_hidden else row.organisation,
        "" if is_hidden else row.credit_code or "",
        words.categories.get(row.category_key, row.category_key),
        "" if is_hidden else words.subtypes.get((row.category_key, row.subtype_key), row.subtype_key),
        () if is_hidden else tuple(words.modes.get(mode, mode) for mode in row.modes),
        row.unit,
        row.at_unit,
        row.state,
        row.source,
        row.version_no,
        row.submitted_at,
        row.correct_by,
        row.is_late,
        is_hidden,
        row.received_at,
        row.arrived_at,
    )
