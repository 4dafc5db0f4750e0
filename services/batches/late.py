"""Leave to answer after the deadline (补报): the deadline stays, the answer is marked as late."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, Invalid, Problem
from domain.instants import describe
from models import Duty, LatePermit, Unit
from services import audit
from services.batches.context import load
from services.batches.extending import running_stage


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLeave:
    """Leave for one unit (or one title of it) to answer after the deadline, until a moment."""

    stage: str
    unit_id: int
    until: datetime
    reason: str
    approver: str
    title_id: int = 0
    file_id: int | None = None


def accept_late(session: Session, batch_id: int, leave: LateLeave, *, actor: Actor, now: datetime) -> LatePermit:
    """Let a unit answer late (补报); the deadline itself does not move, and the answer is marked as late.

    Raises NotAllowed, NotFound, Conflict when nothing is overdue there, Invalid with every problem.
    """
    context = load(session, batch_id, lock=True)
    require(actor, Action.ACCEPT_LATE, context.of_unit(session, leave.unit_id))
    row = running_stage(context, leave.stage)
    _require_complete(leave, now)
    _require_overdue(session, batch_id, leave, now)
    permit = LatePermit(
        batch_id=batch_id,
        unit_id=leave.unit_id,
        stage_key=leave.stage,
        title_id=leave.title_id,
        until=leave.until,
        reason=leave.reason.strip(),
        approver=leave.approver.strip(),
        file_id=leave.file_id,
        granted_at=now,
        granted_by=actor.name,
    )
    session.add(permit)
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.ACCEPT_LATE,
            what=f"{row.title}：{session.get_one(Unit, leave.unit_id).name}",
            batch_id=batch_id,
            unit_id=leave.unit_id,
            reason=f"{leave.reason}（批准人：{leave.approver}）",
            after={"until": describe(leave.until, context.definition.zone)},
        ),
    )
    return permit


def _require_complete(leave: LateLeave, now: datetime) -> None:
    needed = {"reason": (leave.reason, "请填写补报原因"), "approver": (leave.approver, "请填写批准人")}
    problems = [Problem(path, "", sentence) for path, (text, sentence) in needed.items() if not text.strip()]
    if leave.until <= now:
        problems.append(Problem("until", "", "补报期限须晚于当前时间"))
    if problems:
        raise Invalid(problems)


def _require_overdue(session: Session, batch_id: int, leave: LateLeave, now: datetime) -> None:
    overdue = select(Duty.id).where(
        Duty.batch_id == batch_id,
        Duty.stage_key == leave.stage,
        Duty.unit_id == leave.unit_id,
        Duty.settled_as.is_(None),
        Duty.due_at <= now,
    )
    if leave.title_id:
        overdue = overdue.where(Duty.title_id == leave.title_id)
    if session.execute(overdue).first() is None:
        raise Conflict("该单位在本环节没有逾期未报的事项，无需补报。")
