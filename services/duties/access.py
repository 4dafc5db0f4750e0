"""Finding a duty for somebody who acts on it, with all that decides whether they may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, Subject, require
from domain.definition import Collect, Stage
from domain.errors import NotFound, TooLate
from domain.milestones import Milestone, require_in_time
from models import BatchState, Duty, LatePermit
from services.batches.context import BatchContext, load


@dataclass(frozen=True, slots=True)
class DutyInHand:
    """A duty with its batch, its stage and what the stage asks."""

    duty: Duty
    context: BatchContext
    stage: Stage
    collect: Collect

    @property
    def subject(self) -> Subject:
        """Return the duty as a subject of access."""
        return Subject(self.context.batch.programme_id, self.duty.unit.path)


def get_duty(session: Session, duty_id: int, *, actor: Actor, action: Action, lock: bool = False) -> DutyInHand:
    """Return a duty that the actor may act on so. Raises NotFound (also outside the scope) or NotAllowed."""
    statement = select(Duty).where(Duty.id == duty_id).options(joinedload(Duty.unit), joinedload(Duty.answer))
    if lock:
        statement = statement.with_for_update(key_share=True, of=Duty).execution_options(populate_existing=True)
    duty = session.scalars(statement).one_or_none()
    if duty is None:
        raise NotFound("没有这项待办事项。")
    context = load(session, duty.batch_id)
    stage = context.definition.stage(duty.stage_key)
    if stage.collect is None:
        raise NotFound("这项待办事项不在此处办理。")
    found = DutyInHand(duty, context, stage, stage.collect)
    require(actor, action, found.subject)
    return found


def require_window(session: Session, found: DutyInHand, received_at: datetime) -> bool:
    """Refuse an act outside the duty's window; return whether a permit to answer late was used (补报).

    The moment of arrival decides, whether or not any job has closed the stage.
    Raises TooEarly, TooLate.
    """
    if found.context.batch.state is not BatchState.RUNNING:
        raise TooLate("该批次当前不接收材料（未发布、已暂停或已结束）。填写内容已存为草稿。")
    duty = found.duty
    grace = found.context.milestones()[duty.stage_key].grace
    try:
        require_in_time(found.context.definition, Milestone(duty.opens_at, duty.due_at, grace), received_at)
    except TooLate:
        if not _has_permit(session, duty, received_at):
            raise
        return True
    if found.context.stages[duty.stage_key].closed_at is not None and duty.due_at is None:
        raise TooLate("该环节已由主办处室结束。填写内容已存为草稿。")
    return False


def _has_permit(session: Session, duty: Duty, received_at: datetime) -> bool:
    permits = select(LatePermit.id).where(
        LatePermit.batch_id == duty.batch_id,
        LatePermit.stage_key == duty.stage_key,
        LatePermit.unit_id == duty.unit_id,
        LatePermit.title_id.in_([0, duty.title_id]),
        LatePermit.until > received_at,
    )
    return session.execute(permits.limit(1)).first() is not None
