"""When a unit, or an applicant by way of it, may act in a stage: one answer for page, list, bulk action and import.

The stage's own dates hold, with what was extended for the unit; a unit above may have set an earlier date for those
below it, which only narrows. The moment of arrival decides, whether or not any job has closed the stage.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.definition import Stage, StageKind
from domain.errors import TooEarly, TooLate
from domain.instants import describe
from domain.milestones import whom_to_ask, zone_name
from models import BatchState, Duty, Extension, LatePermit, Unit, UnitDate
from models.scope import seeing_all
from services.batches.context import BatchContext


@dataclass(frozen=True, slots=True)
class UnitWindow:
    """When a unit may act in a stage, or its applicants in a declare stage; instants, `due_at` exclusive.

    due_at: with extensions and earlier dates of the units concerned; None for a stage without a date.
    stage_due_at: the stage's own date, the same for all units. set_by: name of the unit whose own earlier date holds;
    "" where none does.
    """

    opens_at: datetime | None
    due_at: datetime | None
    stage_due_at: datetime | None
    set_by: str = ""


def unit_window(
    session: Session, context: BatchContext, stage: Stage, unit_id: int, *, without_own: bool = False
) -> UnitWindow:
    """Return when the unit may act in the stage; for a declare stage, when its applicants may.

    without_own: leave out the date that the unit itself has set, as when it sets a new one.
    """
    milestone = context.milestones()[stage.key]
    with seeing_all(session):
        above = _above(session, unit_id)
        duty = session.execute(
            select(Duty.opens_at, Duty.due_at).where(
                Duty.batch_id == context.batch.id,
                Duty.stage_key == stage.key,
                Duty.unit_id == unit_id,
                Duty.title_id == 0,
            )
        ).one_or_none()
        if duty is not None:
            opens_at, due_at = duty.opens_at, duty.due_at
        else:
            opens_at = milestone.opens_at
            due_at = _extended(session, context, stage, above, milestone.due_at)
        # The date that a unit sets is for its applicants when they declare, and for the units below it otherwise.
        setters = above[1:] if without_own or stage.kind is not StageKind.DECLARE else above
        earliest = session.execute(
            select(UnitDate.due_at, Unit.name)
            .join(Unit, Unit.id == UnitDate.unit_id)
            .where(
                UnitDate.batch_id == context.batch.id,
                UnitDate.stage_key == stage.key,
                UnitDate.unit_id.in_(setters),
            )
            .order_by(UnitDate.due_at)
            .limit(1)
        ).one_or_none()
    if earliest is not None and (due_at is None or earliest.due_at < due_at):
        return UnitWindow(opens_at, earliest.due_at, milestone.due_at, earliest.name)
    return UnitWindow(opens_at, due_at, milestone.due_at)


def require_unit_window(
    session: Session, context: BatchContext, stage: Stage, unit_id: int, received_at: datetime
) -> bool:
    """Refuse an act of a unit, or of an applicant by way of it, outside the window; return whether it is late.

    It is late when it arrived after the stage's own deadline, by an extension of the unit or a permit (补报).
    Raises TooEarly, TooLate, naming the moment and whom to ask.
    """
    if context.batch.state is not BatchState.RUNNING:
        raise TooLate("该批次当前不接收材料（未发布、已暂停或已结束）。")
    window, zone = unit_window(session, context, stage, unit_id), context.definition.zone
    if window.opens_at is None or received_at < window.opens_at:
        start = "开放时间未定" if window.opens_at is None else f"{describe(window.opens_at, zone)} 开放"
        raise TooEarly(f"“{stage.title}”环节尚未开放（{start}）。")
    if window.due_at is not None and received_at >= window.due_at:
        if _has_permit(session, context, stage, unit_id, received_at):
            return True
        raise TooLate(_too_late(context, stage, window, received_at), due_at=window.due_at, received_at=received_at)
    if window.due_at is None and context.stages[stage.key].closed_at is not None:
        raise TooLate(f"“{stage.title}”环节已由主办处室结束。如需补报，请联系{whom_to_ask(context.definition)}。")
    return window.stage_due_at is not None and received_at >= window.stage_due_at


def _too_late(context: BatchContext, stage: Stage, window: UnitWindow, received_at: datetime) -> str:
    """Return why it is too late, and who could give more time: the unit that set the date, or the office."""
    zone = context.definition.zone
    due = describe(window.due_at, zone, is_deadline=True) if window.due_at is not None else ""
    arrived = f"{received_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    whose = f"“{window.set_by}”规定的“{stage.title}”" if window.set_by else f"“{stage.title}”"
    ask = f"“{window.set_by}”" if window.set_by else whom_to_ask(context.definition)
    closed = f"{whose}已于 {due}（{zone_name(context.definition)}）截止"
    return f"{closed}，您的提交到达时间为 {arrived}。如需补报，请联系{ask}。"


def _above(session: Session, unit_id: int) -> list[int]:
    """Return the unit and all above it, the nearest first."""
    lower, upper = aliased(Unit), aliased(Unit)
    chain = select(upper.id).join(lower, lower.path.startswith(upper.path)).where(lower.id == unit_id)
    return list(session.scalars(chain.order_by(func.length(upper.path).desc())))


def _extended(
    session: Session, context: BatchContext, stage: Stage, units: list[int], due_at: datetime | None
) -> datetime | None:
    """Return the stage's deadline with what was extended for the unit, or for one above it whose branch it is in."""
    if due_at is None:
        return None
    given = session.scalar(
        select(func.max(Extension.due_at)).where(
            Extension.batch_id == context.batch.id,
            Extension.stage_key == stage.key,
            Extension.unit_id.in_(units),
            Extension.title_id.is_(None),
        )
    )
    return max(due_at, given) if given is not None else due_at


def _has_permit(session: Session, context: BatchContext, stage: Stage, unit_id: int, received_at: datetime) -> bool:
    permits = select(LatePermit.id).where(
        LatePermit.batch_id == context.batch.id,
        LatePermit.stage_key == stage.key,
        LatePermit.unit_id == unit_id,
        LatePermit.title_id == 0,
        LatePermit.until > received_at,
    )
    with seeing_all(session):
        return session.execute(permits.limit(1)).first() is not None
