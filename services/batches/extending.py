"""More time (延期): a row with a reason, never an edit of history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import MailKind
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.instants import describe, stamp
from models import BatchStage, BatchState, Duty, Extension, Title, Unit
from services import audit
from services.batches.context import BatchContext, load
from services.batches.schedule import refresh
from services.duties.loads import RULES, wait_for_others
from services.mail.notify import Notice, notify_units
from services.upstream.linking import require_bound_date
from services.upstream.telling import tell_extension


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTime:
    """A request for more time in one stage: for all, for a unit, or for one title of a unit."""

    stage: str
    due_at: datetime
    reason: str
    unit_id: int | None = None
    title_id: int | None = None
    file_id: int | None = None


def extend(session: Session, batch_id: int, more: MoreTime, *, actor: Actor, now: datetime) -> Extension:
    """Grant more time; a stage that had closed for all is open again, and who still owes is told.

    Raises NotAllowed, NotFound; Invalid for a missing reason, an instant that gives no more time, or one later than
    the batch that this one passes on allows.
    """
    context = load(session, batch_id, lock=True)
    subject = context.whole if more.unit_id is None else context.of_unit(session, more.unit_id)
    require(actor, Action.EXTEND, subject)
    row = running_stage(context, more.stage)
    was = _current_due(session, context, row, more)
    _require_later(context, more, was, now)
    require_bound_date(session, context, more.stage, more.due_at)
    extension = Extension(
        batch_id=batch_id,
        stage_key=more.stage,
        unit_id=more.unit_id,
        title_id=more.title_id,
        was_due_at=was,
        due_at=more.due_at,
        reason=more.reason.strip(),
        granted_at=now,
        granted_by=actor.name,
        file_id=more.file_id,
    )
    session.add(extension)
    if row.kind in RULES:
        wait_for_others(session)
    _move_dates(session, row, more, now)
    session.flush()
    context = refresh(session, context)
    _tell(session, context, extension)
    if extension.unit_id is None:
        tell_extension(session, context, extension, now)
    _log(session, context, extension, actor)
    return extension


def running_stage(context: BatchContext, key: str) -> BatchStage:
    """Return a stage of a running batch. Raises NotFound, Conflict."""
    row = context.stages.get(key)
    if row is None:
        raise NotFound("没有这个环节。")
    if context.batch.state is not BatchState.RUNNING:
        raise Conflict("批次不在运行中，不能延期。")
    return row


def _current_due(session: Session, context: BatchContext, row: BatchStage, more: MoreTime) -> datetime:
    if row.due_at is None:
        raise Invalid([Problem("stage", row.title, "该环节没有截止时间，无需延期")])
    if more.unit_id is None:
        return row.due_at
    duties = select(Duty.due_at).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == row.key, Duty.unit_id == more.unit_id
    )
    if more.title_id is not None:
        duties = duties.where(Duty.title_id == more.title_id)
        if session.execute(duties).first() is None:
            raise NotFound("该单位在本环节没有这一项。")
    return min((due for due in session.scalars(duties) if due is not None), default=row.due_at)


def _require_later(context: BatchContext, more: MoreTime, was: datetime, now: datetime) -> None:
    zone, problems = context.definition.zone, []
    if not more.reason.strip():
        problems.append(Problem("reason", "", "请填写延期原因"))
    shown = describe(more.due_at, zone, is_deadline=True)
    if more.due_at <= was:
        old = describe(was, zone, is_deadline=True)
        problems.append(Problem("due_at", shown, "新的截止时间须晚于现在的", f"晚于 {old}"))
    if more.due_at <= now:
        problems.append(Problem("due_at", shown, "新的截止时间已经过去", f"晚于 {describe(now, zone)}"))
    if problems:
        raise Invalid(problems)


def _move_dates(session: Session, row: BatchStage, more: MoreTime, now: datetime) -> None:
    duties = update(Duty).where(Duty.batch_id == row.batch_id, Duty.stage_key == row.key, Duty.due_at < more.due_at)
    if more.unit_id is None:
        row.due_at, row.due_since, row.closed_at = more.due_at, now, None
    else:
        duties = duties.where(Duty.unit_id == more.unit_id)
    if more.title_id is not None:
        duties = duties.where(Duty.title_id == more.title_id)
    session.execute(duties.values(due_at=more.due_at))


def _tell(session: Session, context: BatchContext, extension: Extension) -> None:
    row = context.stages[extension.stage_key]
    if row.opened_at is None:
        return
    owing = select(Duty.unit_id).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == row.key, Duty.settled_as.is_(None)
    )
    if extension.unit_id is not None:
        owing = owing.where(Duty.unit_id == extension.unit_id)
    key = f"{row.key}:extend.{extension.id}:{stamp(extension.due_at)}"
    at = extension.granted_at
    notice = Notice(row.key, key, at, MailKind.EXTENSION, f"{context.batch.code}/{key}", at)
    notify_units(session, context, session.scalars(owing.distinct()).all(), notice)


def _log(session: Session, context: BatchContext, extension: Extension, actor: Actor) -> None:
    zone = context.definition.zone
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=extension.granted_at,
            action=Action.EXTEND,
            what=f"{context.stages[extension.stage_key].title}：{_for_whom(session, extension)}",
            batch_id=extension.batch_id,
            unit_id=extension.unit_id,
            reason=extension.reason,
            before={"due_at": describe(extension.was_due_at, zone, is_deadline=True)},
            after={"due_at": describe(extension.due_at, zone, is_deadline=True)},
        ),
    )


def _for_whom(session: Session, extension: Extension) -> str:
    if extension.unit_id is None:
        return "全部单位"
    unit = session.get_one(Unit, extension.unit_id)
    title = session.get(Title, extension.title_id) if extension.title_id else None
    return f"{unit.name}（{title.holder}）" if title else unit.name
