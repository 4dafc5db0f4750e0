"""Who chose a mode over the years: notices name it differently, its common name (`standard`) is one (S002-12)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from models import Batch, BatchVersion, Case, CaseState, Organisation, Unit
from models.scope import seeing_all
from services.progress.paging import Page, page_of

PAGE_CASES = 50


@dataclass(frozen=True, slots=True)
class ModeLine:
    """A case that chose the mode. mode: what its own batch calls it."""

    case_id: int
    title: str
    organisation: str
    unit: str
    batch_title: str
    year: int
    mode: str
    state: CaseState


@dataclass(frozen=True, slots=True)
class ModePage:
    """A page of them, the newest year first."""

    lines: Sequence[ModeLine]
    page: Page


def who_chose(session: Session, standard: str, *, actor: Actor, page: int = 1) -> ModePage:
    """Return the submitted cases of all batches that chose the mode with this common name; a fixed number of queries.

    standard: `Mode.standard`, such as "sharing". Raises NotAllowed.
    """
    require(actor, Action.VIEW_CASE)
    called = _called(session, standard)
    conditions = [Case.version_no > 0, _chosen(called)]
    shown = page_of(session.scalar(select(func.count(Case.id)).where(*conditions)) or 0, page, PAGE_CASES)
    rows = session.execute(
        select(Case, Batch.title, Batch.year)
        .join(Batch, Batch.id == Case.batch_id)
        .where(*conditions)
        .order_by(Batch.year.desc(), Case.id.desc())
        .limit(shown.size)
        .offset(shown.offset)
    ).all()
    with seeing_all(session):
        names = select(Organisation.id, Organisation.name).where(
            Organisation.id.in_({case.organisation_id for case, _, _ in rows})
        )
        organisations = {row.id: row.name for row in session.execute(names)}
        of_units = select(Unit.id, Unit.name).where(Unit.id.in_({case.unit_id for case, _, _ in rows}))
        units = {row.id: row.name for row in session.execute(of_units)}
    lines = [
        ModeLine(
            case.id,
            case.title,
            organisations[case.organisation_id],
            units[case.unit_id],
            title,
            year,
            _name(called[case.batch_id, case.definition_revision], case.modes),
            case.state,
        )
        for case, title, year in rows
    ]
    return ModePage(lines, shown)


def _called(session: Session, standard: str) -> dict[tuple[int, int], dict[str, str]]:
    """Return the mode's names by key, for each revision of a batch in which cases have it."""
    revisions = select(Case.batch_id, Case.definition_revision).where(Case.version_no > 0).distinct().subquery()
    rows = session.execute(
        select(BatchVersion.batch_id, BatchVersion.revision, BatchVersion.document).join(
            revisions,
            and_(
                revisions.c.batch_id == BatchVersion.batch_id,
                revisions.c.definition_revision == BatchVersion.revision,
            ),
        )
    )
    found = {
        (batch_id, revision): {
            mode["key"]: mode["name"] for mode in _modes(document) if mode.get("standard") == standard
        }
        for batch_id, revision, document in rows
    }
    return {place: names for place, names in found.items() if names}


def _modes(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    catalogue = document.get("catalogue") or {}
    yield from catalogue.get("modes") or document.get("modes") or ()


def _chosen(called: Mapping[tuple[int, int], Mapping[str, str]]) -> ColumnElement[bool]:
    """Return which cases have one of these modes; keys are plain, so they stand in the stored list as they are."""
    text = cast(Case.modes, String)
    return or_(
        false(),
        *(
            and_(
                Case.batch_id == batch_id,
                Case.definition_revision == revision,
                or_(*(text.contains(f'"{key}"', autoescape=True) for key in names)),
            )
            for (batch_id, revision), names in called.items()
        ),
    )


def _name(names: Mapping[str, str], chosen: Sequence[str]) -> str:
    return "、".join(names[key] for key in chosen if key in names)
