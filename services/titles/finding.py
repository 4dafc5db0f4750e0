"""Looking a title up, by the name it bears now or by any that it bore before (S003-58)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.access import Action, Actor, Subject, require
from domain.errors import NotFound
from models import Title, TitleAlias
from services.progress.paging import Page, page_of

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which titles to find; None where it does not matter.

    text: part of a name, present or former, or of a credit code. valid_on: day on which the title must be in force,
    so that a check of the past sees what was true then (S003-60).
    """

    text: str = ""
    programme_id: int | None = None
    batch_no: int | None = None
    category: str | None = None
    unit_id: int | None = None
    valid_on: date | None = None


@dataclass(frozen=True, slots=True)
class TitlePage:
    """Some titles with their units and former names, by batch and name; `page` says which part of how many."""

    titles: list[Title]
    page: Page


def find_titles(session: Session, wanted: Wanted, *, page: int = 1) -> TitlePage:
    """Return the titles in the session's scope that fit, in three queries."""
    conditions = list(_conditions(wanted))
    shown = page_of(session.scalar(select(func.count(Title.id)).where(*conditions)) or 0, page)
    ordered = (
        select(Title)
        .where(*conditions)
        .options(joinedload(Title.unit), selectinload(Title.aliases))
        .order_by(Title.batch_no, Title.category, Title.holder, Title.id)
        .offset(shown.offset)
        .limit(shown.size)
    )
    return TitlePage(list(session.scalars(ordered)), shown)


def get_title(session: Session, title_id: int, *, actor: Actor, lock: bool = False) -> Title:
    """Return a title that the actor may change. Raises NotFound, NotAllowed."""
    return _changeable(session, [title_id], actor, lock=lock)[0]


def titles_to_change(session: Session, title_ids: Collection[int], *, actor: Actor) -> Sequence[Title]:
    """Return titles that the actor may change, kept from others until the transaction ends; one query.

    Raises NotFound, NotAllowed.
    """
    return _changeable(session, title_ids, actor, lock=True)


def _changeable(session: Session, title_ids: Collection[int], actor: Actor, *, lock: bool) -> Sequence[Title]:
    statement = select(Title).where(Title.id.in_(title_ids)).options(joinedload(Title.unit)).order_by(Title.id)
    if lock:
        statement = statement.with_for_update(key_share=True, of=Title).execution_options(populate_existing=True)
    found = session.scalars(statement).all()
    if len(found) < len(title_ids):
        raise NotFound("名单库中没有这一条。")
    for title in found:
        require(actor, Action.MANAGE_TITLES, Subject(title.programme_id, title.unit.path))
    return found


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    text = wanted.text.strip()[:LONGEST_SEARCH]
    if text:
        former = select(TitleAlias.title_id).where(TitleAlias.name.icontains(text, autoescape=True))
        names = (column.icontains(text, autoescape=True) for column in (Title.holder, Title.credit_code))
        yield or_(*names, Title.id.in_(former))
    if wanted.programme_id is not None:
        yield Title.programme_id == wanted.programme_id
    if wanted.batch_no is not None:
        yield Title.batch_no == wanted.batch_no
    if wanted.category is not None:
        yield Title.category == wanted.category
    if wanted.unit_id is not None:
        yield Title.unit_id == wanted.unit_id
    if wanted.valid_on is not None:
        yield or_(Title.awarded_on.is_(None), Title.awarded_on <= wanted.valid_on)
        yield or_(Title.withdrawn_on.is_(None), Title.withdrawn_on > wanted.valid_on)
