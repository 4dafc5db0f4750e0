"""The same applicant by way of two units: shown to the office, which alone sees both (S003-70)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from models import Case, CaseState, Organisation, Unit
from models.cases import ENDED
from services.batches.context import BatchContext
from services.progress.paging import Page, page_of

PAGE_APPLICANTS = 50


@dataclass(frozen=True, slots=True)
class Declared:
    """One of the cases: its unit and state; the title only once it was submitted."""

    case_id: int
    title: str
    unit: str
    state: CaseState


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An applicant, by its credit code, with cases at several units."""

    organisation_id: int
    name: str
    credit_code: str
    cases: Sequence[Declared]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """A page of such applicants."""

    applicants: Sequence[Duplicate]
    page: Page


def duplicates(session: Session, context: BatchContext, *, actor: Actor, page: int = 1) -> Duplicates:
    """Return who declares by way of more than one unit; ended cases aside. Three queries.

    Raises NotAllowed for who works in one branch: the other unit's case is not its business.
    """
    require(actor, Action.VIEW_CASE, context.whole)
    counted = Case.batch_id == context.batch.id, Case.state.not_in(ENDED)
    twice = (
        select(Case.organisation_id)
        .where(*counted)
        .group_by(Case.organisation_id)
        .having(func.count(Case.unit_id.distinct()) > 1)
    )
    shown = page_of(session.scalar(select(func.count()).select_from(twice.subquery())) or 0, page, PAGE_APPLICANTS)
    applicants = session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(twice))
        .order_by(Organisation.name, Organisation.id)
        .limit(shown.size)
        .offset(shown.offset)
    ).all()
    cases: dict[int, list[Declared]] = {}
    for case, unit in session.execute(
        select(Case, Unit.name)
        .join(Unit, Unit.id == Case.unit_id)
        .where(*counted, Case.organisation_id.in_([found.id for found in applicants]))
        .order_by(Unit.code, Case.id)
    ):
        title = case.title if case.version_no else ""
        cases.setdefault(case.organisation_id, []).append(Declared(case.id, title, unit, case.state))
    found = [Duplicate(item.id, item.name, item.credit_code or "", cases[item.id]) for item in applicants]
    return Duplicates(found, shown)
