"""The cases of a batch as a list that is filtered, searched and paged; a draft only shows that it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, defer

from domain.access import Action, Actor, Role, require
from domain.definition import Definition
from domain.forms import FORBIDDEN
from models import Case, CaseState, Organisation, Source, Unit
from models.scope import seeing_all
from services.batches.context import load
from services.progress.paging import Page, page_of

PAGE_CASES = 50
LONGEST_SEARCH = 100
HIDDEN_TITLE = "（填写中）"
ORGANISATIONS: Any = Organisation.__table__
"""The bare table: a case that may be seen shows its applicant, wherever that is registered."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases of a batch are wanted; "" and None leave open.

    unit_id: the channel or any unit above it. at_unit_id: with whom it is now. text: part of a title, of the
    applicant's name or of its credit code, from two characters on. page: from 1, of so many cases.
    """

    batch_id: int
    unit_id: int | None = None
    at_unit_id: int | None = None
    category: str = ""
    subtype: str = ""
    state: CaseState | None = None
    text: str = ""
    is_late: bool | None = None
    page: int = 1
    size: int = PAGE_CASES


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a list. is_hidden: somebody else's draft, of which only its unit and category show."""

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


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of a list; `page.total` counts every case that fits, hidden drafts among them."""

    lines: Sequence[CaseLine]
    page: Page


def case_list(session: Session, wanted: Filter, *, actor: Actor, now: datetime) -> CasePage:
    """Return a page of the cases that the actor may see, the newest submission first, drafts last.

    Raises NotFound, NotAllowed. A fixed number of queries, however long the list.
    """
    context = load(session, wanted.batch_id)
    require(actor, Action.VIEW_CASE, context.subject)
    statement = select(Case).where(*_conditions(wanted, actor))
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(Case.id).subquery())) or 0
    page = page_of(total, wanted.page, wanted.size)
    cases = session.scalars(
        statement.options(defer(Case.values))
        .order_by(Case.submitted_at.is_(None), Case.submitted_at.desc(), Case.id.desc())
        .limit(page.size)
        .offset(page.offset)
    ).all()
    return CasePage(lines_of(session, cases, context.definition, actor), page)


def _conditions(wanted: Filter, actor: Actor) -> list[ColumnElement[bool]]:
    conditions = [Case.batch_id == wanted.batch_id]
    if wanted.unit_id is not None:
        conditions.append(Case.unit_id.in_(_branch_of(wanted.unit_id)))
    for column, value in (
        (Case.at_unit_id, wanted.at_unit_id),
        (Case.category_key, wanted.category or None),
        (Case.subtype_key, wanted.subtype or None),
        (Case.state, wanted.state),
        (Case.is_late, wanted.is_late),
    ):
        if value is not None:
            conditions.append(column == value)
    text = FORBIDDEN.sub("", wanted.text).strip()[:LONGEST_SEARCH]
    if text:
        conditions += [_contains(text), readable_by(actor)]
    return conditions


def _branch_of(unit_id: int) -> Select[int]:
    """Return the units of a branch; a branch outside the reader's own is empty for it."""
    upper = aliased(Unit)
    path = select(upper.path).where(upper.id == unit_id).scalar_subquery()
    # Not LIKE: a code may hold its wildcard "_".
    return select(Unit.id).where(func.substr(Unit.path, 1, func.length(path)) == path)


def _contains(text: str) -> ColumnElement[bool]:
    named = select(ORGANISATIONS.c.id).where(
        or_(
            ORGANISATIONS.c.name.contains(text, autoescape=True),
            ORGANISATIONS.c.credit_code.contains(text.upper(), autoescape=True),
        )
    )
    return or_(Case.title.contains(text, autoescape=True), Case.organisation_id.in_(named))


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return which cases show more than that they exist: those ever submitted, and what the actor itself writes."""
    if actor.role in {Role.APPLICANT, Role.SYSTEM}:
        return true()
    is_out = or_(Case.version_no > 0, Case.state.not_in([CaseState.DRAFT, CaseState.WITHDRAWN]))
    if actor.branch is None:
        return or_(is_out, and_(Case.source == Source.OFFICER, Case.created_by == actor.name))
    own = aliased(Unit)
    of_unit = select(own.id).where(own.path == actor.branch).scalar_subquery()
    return or_(is_out, and_(Case.source == Source.OFFICER, func.coalesce(Case.unit_id == of_unit, false())))


def lines_of(session: Session, cases: Sequence[Case], definition: Definition, actor: Actor) -> list[CaseLine]:
    """Return cases as lines of a list, in their order; three queries."""
    ids = [case.id for case in cases]
    shown = set(session.scalars(select(Case.id).where(Case.id.in_(ids), readable_by(actor))))
    with seeing_all(session):
        units = {case.unit_id for case in cases} | {case.at_unit_id for case in cases}
        names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(units)))}
        declarers = {
            row.id: row
            for row in session.execute(
                select(Organisation.id, Organisation.name, Organisation.credit_code).where(
                    Organisation.id.in_({case.organisation_id for case in cases})
                )
            )
        }
    words = _Words(definition)
    return [_line(case, words, names, declarers[case.organisation_id], case.id not in shown) for case in cases]


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


def _line(case: Case, words: _Words, units: dict[int, str], declarer: Any, is_hidden: bool) -> CaseLine:
    return CaseLine(
        case.id,
        HIDDEN_TITLE if is_hidden else case.title,
        "" if is_hidden else declarer.name,
        "" if is_hidden else declarer.credit_code or "",
        words.categories.get(case.category_key, case.category_key),
        "" if is_hidden else words.subtypes.get((case.category_key, case.subtype_key), case.subtype_key),
        () if is_hidden else tuple(words.modes.get(mode, mode) for mode in case.modes),
        units[case.unit_id],
        units[case.at_unit_id],
        case.state,
        case.source,
        case.version_no,
        case.submitted_at,
        case.correct_by,
        case.is_late,
        is_hidden,
    )
