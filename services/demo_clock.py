"""Moving the demo's clock: only an installation that is marked as a demo has one, and it never goes back (R6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, NotAllowed
from models import Batch, BatchState, DemoClock, Instance, Mail, MailState
from services import audit
from services.clock import effective

LONGEST_STEP = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NextEvent:
    """What the clock would step to: something of a batch that is due, or a mail that may leave."""

    at: datetime
    batch_id: int | None


def is_demo(session: Session) -> bool:
    """Tell whether this installation is a demo."""
    return session.scalar(select(Instance.is_demo)) or False


def next_event(session: Session) -> NextEvent | None:
    """Return the earliest event in the session's scope; None when nothing is planned. It may be due already."""
    batch = session.execute(
        select(Batch.next_due_at, Batch.id)
        .where(Batch.state == BatchState.RUNNING, Batch.next_due_at.is_not(None))
        .order_by(Batch.next_due_at, Batch.id)
        .limit(1)
    ).one_or_none()
    # A mail that waits to be tried again does so by the wall clock; no step brings it nearer.
    mail_at = session.scalar(
        select(func.min(Mail.not_before))
        .join(Batch, Batch.id == Mail.batch_id)
        .where(Mail.state == MailState.PENDING, Mail.retry_after.is_(None), Batch.state == BatchState.RUNNING)
    )
    events = [NextEvent(batch[0], batch[1])] if batch is not None and batch[0] is not None else []
    events += [NextEvent(mail_at, None)] if mail_at is not None else []
    return min(events, key=lambda event: event.at, default=None)


def step_to_next(session: Session, *, actor: Actor, wall: datetime) -> datetime:
    """Move the clock to the next event and return that instant.

    wall: the wall time; the session sees everything. Raises NotAllowed outside a demo; Conflict when nothing is
    planned, or when something is due already and has not been taken care of yet.
    """
    _require_demo(session, actor)
    now, event = effective(session, wall), next_event(session)
    if event is None:
        raise Conflict("没有等待发生的事件。")
    if event.at <= now:
        raise Conflict("上一事件正在处理，请稍候再试；若一直如此，请检查后台时钟是否在运行。")
    return _move(session, actor, event.at, wall)


def advance_by(session: Session, delta: timedelta, *, actor: Actor, wall: datetime) -> datetime:
    """Move the clock forward and return the new effective instant.

    Raises NotAllowed outside a demo; Conflict for a step backwards or beyond a year.
    """
    _require_demo(session, actor)
    if not timedelta(0) < delta <= LONGEST_STEP:
        raise Conflict("演示时钟只能向前拨，一次最多一年。")
    return _move(session, actor, effective(session, wall) + delta, wall)


def _require_demo(session: Session, actor: Actor) -> None:
    require(actor, Action.MOVE_DEMO_CLOCK)
    if not is_demo(session):
        raise NotAllowed("只有演示环境的时钟可以拨动。")


def _move(session: Session, actor: Actor, to: datetime, wall: datetime) -> datetime:
    clock = session.scalars(select(DemoClock).with_for_update(key_share=True)).one_or_none()
    if clock is None:
        clock = DemoClock(id=1, offset_seconds=0)
        session.add(clock)
    clock.offset_seconds = (to - wall).total_seconds()
    session.flush()
    act = audit.Act(
        actor=actor,
        now=to,
        action=Action.MOVE_DEMO_CLOCK,
        what="演示时钟",
        after={"now": to.isoformat()},
    )
    audit.record(session, act)
    return to
