"""The notice of correction (一次性告知书): all that must be corrected at once, ready to be printed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor
from domain.errors import NotFound
from domain.instants import describe, local_day
from models import CaseReturn
from models.scope import seeing_all
from services.cases.access import get_case
from services.reviewing.returning.spots import Spot, spots


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing to correct. clause: what it rests on, "" where nothing is quoted."""

    number: int
    label: str
    text: str
    clause: str


@dataclass(frozen=True, slots=True)
class CorrectionNotice:
    """A notice as it is printed; dates are in words of the batch's zone.

    number: of the notice ("luoyang-2023-12-2": batch, case, which return). count: which return of the case this is.
    limit: how many returns are allowed, None without limit. basis: title and number of the official notice.
    whom_to_ask: the office's people as "name telephone".
    """

    number: str
    case_title: str
    organisation: str
    category: str
    from_unit: str
    basis: str
    summary: str
    lines: tuple[NoticeLine, ...]
    returned_on: str
    due: str
    returned_by: str
    count: int
    limit: int | None
    is_open: bool
    whom_to_ask: tuple[str, ...]


def correction_notice(
    session: Session, case_id: int, number: int, *, actor: Actor, now: datetime
) -> CorrectionNotice:
    """Return the notice of one return of a case, for the unit or the applicant.

    number: which return, from 1. Raises NotFound, NotAllowed.
    """
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    row = _return(session, case_id, number, actor)
    definition, context = found.definition, found.context
    document = definition.document.number
    review = next((stage.review for stage in definition.stages if stage.review is not None), None)
    by_path = {spot.path: spot for spot in spots(found, now)}
    return CorrectionNotice(
        number=f"{context.batch.code}-{case_id}-{row.number}",
        case_title=found.case.title,
        organisation=found.case.organisation.name,
        category=found.category.name,
        from_unit=row.from_unit.name,
        basis=f"《{definition.title}》" + (f"（{document}）" if document else ""),
        summary=row.summary,
        lines=_lines(row, by_path),
        returned_on=local_day(row.returned_at, definition.zone).isoformat(),
        due=describe(row.due_at, definition.zone, is_deadline=True),
        returned_by=row.returned_by,
        count=row.number,
        limit=review.max_returns if review is not None else None,
        is_open=row.ended_at is None,
        whom_to_ask=tuple(f"{person.name} {person.phone}" for person in definition.office.contacts),
    )


def _return(session: Session, case_id: int, number: int, actor: Actor) -> CaseReturn:
    """Return a return with its unit; an applicant sees only those that are its own to answer."""
    wanted = select(CaseReturn).where(CaseReturn.case_id == case_id, CaseReturn.number == number)
    if actor.organisation_id is not None:
        wanted = wanted.where(CaseReturn.to_unit_id.is_(None))
    with seeing_all(session):
        row = session.scalars(wanted.options(joinedload(CaseReturn.from_unit))).one_or_none()
    if row is None:
        raise NotFound(f"该申报件没有第 {number} 次退回补正。")
    return row


def _lines(row: CaseReturn, by_path: dict[str, Spot]) -> tuple[NoticeLine, ...]:
    """Return the comments in the order of the form; a place that it no longer asks comes last, under its key."""
    order = {path: place for place, path in enumerate(by_path)}
    paths = sorted(row.comments, key=lambda path: order.get(path, len(order)))
    return tuple(
        NoticeLine(
            place,
            by_path[path].label if path in by_path else path,
            row.comments[path],
            by_path[path].clause if path in by_path else "",
        )
        for place, path in enumerate(paths, start=1)
    )
