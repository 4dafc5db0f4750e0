"""An applicant's own cases over all batches, with what it must do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.access import Action, Actor, require
from domain.definition import StageKind
from models import Batch, BatchCategory, BatchStage, Case, CaseState, Unit
from services.progress.paging import Page, page_of

PAGE_CASES = 20


@dataclass(frozen=True, slots=True)
class OwnCase:
    """One of the applicant's cases.

    due_at: the batch's deadline for declaring while it is a draft, its own date while it is to be corrected, else
    None; a unit may have set another (`services.duties.windows.unit_window`). unit: its channel. at_unit: with whom
    it is now.
    """

    id: int
    title: str
    batch_code: str
    batch_title: str
    category: str
    unit: str
    at_unit: str
    state: CaseState
    version_no: int
    submitted_at: datetime | None
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of the applicant's cases."""

    cases: Sequence[OwnCase]
    page: Page


def my_cases(session: Session, *, actor: Actor, page: int = 1) -> OwnPage:
    """Return the cases of the actor's organisation, the newest batch first; two queries.

    Raises NotAllowed for who acts for no applicant.
    """
    require(actor, Action.DECLARE)
    mine = Case.organisation_id == (actor.organisation_id or 0)
    shown = page_of(session.scalar(select(func.count(Case.id)).where(mine)) or 0, page, PAGE_CASES)
    channel, holder = aliased(Unit), aliased(Unit)
    due_at = (
        select(func.min(BatchStage.due_at))
        .where(BatchStage.batch_id == Case.batch_id, BatchStage.kind == StageKind.DECLARE)
        .correlate(Case)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Case, Batch.code, Batch.title, BatchCategory.name, channel.name, holder.name, due_at)
        .join(Batch, Batch.id == Case.batch_id)
        .join(channel, channel.id == Case.unit_id)
        .join(holder, holder.id == Case.at_unit_id)
        .outerjoin(
            BatchCategory, (BatchCategory.batch_id == Case.batch_id) & (BatchCategory.key == Case.category_key)
        )
        .where(mine)
        .order_by(Batch.year.desc(), Case.id.desc())
        .limit(shown.size)
        .offset(shown.offset)
    )
    return OwnPage([_own(row, due) for *row, due in rows], shown)


def _own(row: Sequence[Any], due_at: datetime | None) -> OwnCase:
    """Return a case as the applicant sees it. row: case, batch's code and title, category, both units' names."""
    case, code, title, category, unit, at_unit = row
    match case.state:
        case CaseState.DRAFT:
            due = due_at
        case CaseState.RETURNED:
            due = case.correct_by
        case _:
            due = None
    return OwnCase(
        case.id,
        case.title,
        code,
        title,
        category or case.category_key,
        unit,
        at_unit,
        case.state,
        case.version_no,
        case.submitted_at,
        due,
        case.is_late,
    )
