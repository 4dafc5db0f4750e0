"""Titles that an applicant has won, found by credit code and by every name in the registry, whoever asks."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from domain.definition import DeclaredBy, Definition
from domain.rules import HeldTitle
from models import Organisation, Programme, Title, TitleAlias, Unit
from models.scope import seeing_all
from services.titles.names import folded

GOVERNMENT = "人民政府"
"""A city is in the registry under its own name, and applies as its government."""
MOST_TITLES = 200


@dataclass(frozen=True, slots=True)
class Known:
    """By what an applicant is known. credit_code: None where it has none. names: present ones, in any spelling."""

    credit_code: str | None
    names: tuple[str, ...]


def known_as(organisation: Organisation, definition: Definition, category: str = "", title: str = "") -> Known:
    """Return by what an applicant is known; a case that a unit fills in for a place also has the place's name."""
    declared = next((found for found in definition.categories if found.key == category), None)
    is_place = declared is not None and declared.declared_by is DeclaredBy.UNIT
    return Known(organisation.credit_code, (organisation.name, title) if is_place and title else (organisation.name,))


def held_titles(session: Session, known: Known, definition: Definition) -> tuple[HeldTitle, ...]:
    """Return every title of an applicant in any programme, also those withdrawn since, the oldest first. Two queries.

    A title with another credit code than the applicant's is somebody else's, whatever its name.
    """
    names = {folded(name) for name in _with_place(known.names)}
    written = {spelling for name in _with_place(known.names) for spelling in _spellings(name)}
    former = select(TitleAlias.title_id).where(TitleAlias.name.in_(written))
    by_name = or_(Title.holder.in_(written), Title.id.in_(former))
    condition = or_(Title.credit_code == known.credit_code, by_name) if known.credit_code else by_name
    statement = (
        select(Title, Programme.key, Programme.name)
        .join(Programme, Programme.id == Title.programme_id)
        .where(condition)
        .options(selectinload(Title.aliases))
        .order_by(Title.awarded_on, Title.batch_no, Title.id)
        .limit(MOST_TITLES)
    )
    categories = {category.key: category.name for category in definition.categories}
    with seeing_all(session):
        return tuple(
            HeldTitle(
                programme=key,
                category=title.category,
                batch_no=title.batch_no,
                holder=title.holder,
                awarded_on=title.awarded_on,
                withdrawn_on=title.withdrawn_on,
                programme_name=name,
                category_name=categories.get(title.category, ""),
            )
            for title, key, name in session.execute(statement)
            if _is_same(title, known, names)
        )


def earlier_titles(
    session: Session,
    organisation: Organisation,
    definition: Definition,
    *,
    on: date,
    category: str = "",
    title: str = "",
) -> tuple[HeldTitle, ...]:
    """Return the titles of any programme that an applicant holds on a day, to be shown as marks (S000-53, S004-60).

    category, title: of its case, by which a place is found that a unit applies for.
    """
    known = known_as(organisation, definition, category, title)
    return tuple(held for held in held_titles(session, known, definition) if held.is_valid_on(on))


def count_in_area(session: Session, unit: Unit, programme: str, *, on: date) -> int:
    """Return how many titles of a programme are in force on a day in the area of a unit (S003-17)."""
    area = select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True))
    statement = (
        select(func.count(Title.id))
        .join(Programme, Programme.id == Title.programme_id)
        .where(
            Programme.key == programme,
            Title.unit_id.in_(area),
            or_(Title.awarded_on.is_(None), Title.awarded_on <= on),
            or_(Title.withdrawn_on.is_(None), Title.withdrawn_on > on),
        )
    )
    with seeing_all(session):
        return session.scalar(statement) or 0


def _is_same(title: Title, known: Known, names: set[str]) -> bool:
    if title.credit_code and known.credit_code:
        return title.credit_code == known.credit_code
    return any(folded(name) in names for name in (title.holder, *(alias.name for alias in title.aliases)))


def _with_place(names: Iterable[str]) -> list[str]:
    """Return the names, and of a government also the name of its place."""
    found = [name.strip() for name in names if name.strip()]
    return found + [place for name in found if (place := name.removesuffix(GOVERNMENT)) and place != name]


def _spellings(name: str) -> set[str]:
    """Return the ways in which a registry may well write a name: brackets, width and spaces differ."""
    plain = unicodedata.normalize("NFKC", name)
    wide = plain.replace("(", "（").replace(")", "）")
    return {name, plain, wide, plain.replace(" ", ""), wide.replace(" ", "")}
