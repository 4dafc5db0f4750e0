"""Until when a case should be corrected, and how often a unit may still return it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import StageKind
from domain.instants import local_day, local_instant
from models import CaseReturn
from services.duties.windows import unit_window
from services.reviewing.desk import Desk, look


@dataclass(frozen=True, slots=True)
class Proposed:
    """The date proposed for a correction, and the latest one allowed; None where nothing limits it.

    left: how often the unit may still return the case; None for without limit.
    """

    due_at: datetime
    latest: datetime | None
    left: int | None


def proposed(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Proposed:
    """Return what is proposed for returning a case from the unit that has it. Raises NotFound, NotAllowed."""
    return proposal(session, look(session, case_id, actor=actor), now)


def proposal(session: Session, desk: Desk, now: datetime) -> Proposed:
    """Return the end of the working day that the batch proposes, never after what the unit itself must keep."""
    zone = desk.found.definition.zone
    days = desk.review.return_days
    day = desk.found.context.calendar.move(local_day(now, zone), days).result
    due_at, latest = local_instant(day, "24:00", zone), _latest(session, desk, now)
    limit = desk.review.max_returns
    left = None if limit is None else max(limit - _returned_before(session, desk), 0)
    return Proposed(min(due_at, latest) if latest is not None else due_at, latest, left)


def _latest(session: Session, desk: Desk, now: datetime) -> datetime | None:
    """Return the unit's own date for checking and forwarding, with its extensions, or what the unit above has set.

    A date that is over limits nothing: whoever acts after it does so by leave.
    """
    context = desk.found.context
    stages = [context.definition.stage_of(kind) for kind in (StageKind.REVIEW, StageKind.RECOMMEND)]
    dates = [unit_window(session, context, stage, desk.unit.id).due_at for stage in stages if stage is not None]
    dates.append(
        session.scalar(
            select(func.min(CaseReturn.due_at)).where(
                CaseReturn.case_id == desk.found.case.id,
                CaseReturn.to_unit_id == desk.unit.id,
                CaseReturn.ended_at.is_(None),
            )
        )
    )
    return min((due for due in dates if due is not None and due > now), default=None)


def _returned_before(session: Session, desk: Desk) -> int:
    """Return how many earlier versions the unit has returned; a return that was called off is not counted twice."""
    versions = select(func.count(func.distinct(CaseReturn.version_no))).where(
        CaseReturn.case_id == desk.found.case.id,
        CaseReturn.from_unit_id == desk.unit.id,
        CaseReturn.version_no < desk.found.case.version_no,
    )
    return session.scalar(versions) or 0
