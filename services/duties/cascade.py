"""A unit's own earlier dates for its applicants and for the units below it, and proposals for them (逐级时间建议)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.cascade import Proposal, shared_out
from domain.definition import Stage, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.instants import describe, due_day, local_day, local_instant
from models import BatchUnit, Unit, UnitDate
from services import audit
from services.batches.context import BatchContext
from services.duties.loads import paths_above
from services.duties.windows import unit_window
from services.recommending.routes import direct_classes

KINDS = frozenset({StageKind.DECLARE, StageKind.REVIEW, StageKind.RECOMMEND})
APPLICANTS = "applicants"


@dataclass(frozen=True, slots=True)
class NewDate:
    """A unit's own date in a stage; in the declare stage for its applicants, otherwise for the units below it.

    due_on: inclusive. at: local time of day "HH:MM".
    """

    unit_id: int
    stage_key: str
    due_on: date
    at: str = "24:00"


def set_unit_date(session: Session, context: BatchContext, new: NewDate, *, actor: Actor, now: datetime) -> UnitDate:
    """Set a unit's own date, which only narrows: it may not be later than the date above.

    Raises NotFound, NotAllowed, Invalid for a date that is over, later than the one above, or before the opening.
    """
    stage, unit = _stage(context, new.stage_key), _unit(session, context, new.unit_id, actor)
    try:
        due_at = local_instant(new.due_on, new.at, context.definition.zone)
    except ValueError:
        raise Invalid([Problem("at", new.at, "不是一天中的时刻", "写作 HH:MM，如 18:00")]) from None
    _require_between(session, context, stage, unit, due_at, now)
    row = session.scalars(_of(context, new.unit_id, stage.key).with_for_update(key_share=True)).one_or_none()
    before = describe(row.due_at, context.definition.zone, is_deadline=True) if row is not None else ""
    if row is None:
        row = UnitDate(batch_id=context.batch.id, unit_id=unit.id, stage_key=stage.key)
        session.add(row)
    row.due_at, row.set_at, row.set_by = due_at, now, actor.name
    session.flush()
    after = describe(due_at, context.definition.zone, is_deadline=True)
    _log(session, context, (unit, stage), (before, after), actor=actor, now=now)
    return row


def clear_unit_date(
    session: Session, context: BatchContext, unit_id: int, stage_key: str, *, actor: Actor, now: datetime
) -> None:
    """Take a unit's own date away; that of the level above holds again. Raises NotFound, NotAllowed."""
    stage, unit = _stage(context, stage_key), _unit(session, context, unit_id, actor)
    row = session.scalars(_of(context, unit_id, stage_key)).one_or_none()
    if row is None:
        raise NotFound("本单位没有另设截止时间。")
    before = describe(row.due_at, context.definition.zone, is_deadline=True)
    session.execute(delete(UnitDate).where(UnitDate.id == row.id))
    _log(session, context, (unit, stage), (before, ""), actor=actor, now=now)


def unit_dates(session: Session, context: BatchContext, unit_id: int) -> dict[str, UnitDate]:
    """Return a unit's own dates by stage key."""
    rows = session.scalars(select(UnitDate).where(UnitDate.batch_id == context.batch.id, UnitDate.unit_id == unit_id))
    return {row.stage_key: row for row in rows}


def proposals(
    session: Session, context: BatchContext, unit_id: int, *, actor: Actor, now: datetime
) -> list[Proposal]:
    """Return last days for the levels below a unit, and for the applicants, counted back from the unit's own.

    The levels are those that have units of the batch in this branch. Nothing is set.
    Raises NotFound, NotAllowed, Conflict when the unit has no deadline to count from.
    """
    require(actor, Action.SET_UNIT_DATE, context.of_unit(session, unit_id))
    stage = context.definition.stage_of(StageKind.RECOMMEND) or context.definition.stage_of(StageKind.REVIEW)
    if stage is None:
        raise NotFound("该批次没有初审或推荐报送环节。")
    window = unit_window(session, context, stage, unit_id)
    if window.due_at is None:
        raise Conflict(f"“{stage.title}”环节没有截止时间，无从推算；请先确定截止时间。")
    zone = context.definition.zone
    begins = max(filter(None, (_begins(context), local_day(now, zone))))
    levels = [*_levels_below(session, context, session.get_one(Unit, unit_id)), APPLICANTS]
    return shared_out(due_day(window.due_at, zone), levels, context.calendar, begins_on=begins)


def _begins(context: BatchContext) -> date | None:
    """Return the day on which applicants can begin; None while it is not known."""
    stage = context.definition.stage_of(StageKind.DECLARE)
    opens_at = context.milestones()[stage.key].opens_at if stage is not None else None
    return local_day(opens_at, context.definition.zone) if opens_at is not None else None


def _levels_below(session: Session, context: BatchContext, unit: Unit) -> list[str]:
    """Return the classes of the units below, one a level, the nearest level first; names as people know them.

    Units that forward past this one to the office are no level of it.
    """
    rows = session.execute(
        select(Unit.path, BatchUnit.class_key)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(
            BatchUnit.batch_id == context.batch.id,
            Unit.path.startswith(unit.path, autoescape=True),
            Unit.id != unit.id,
            BatchUnit.class_key.not_in(sorted(direct_classes(context))),
        )
    ).all()
    taking_part = {row.path for row in rows}
    names = {item.key: item.name for item in context.definition.unit_classes}
    by_depth: dict[int, set[str]] = {}
    for row in rows:
        depth = sum(path in taking_part for path in paths_above(row.path))
        by_depth.setdefault(depth, set()).add(names.get(row.class_key, row.class_key))
    return ["、".join(sorted(by_depth[depth])) for depth in sorted(by_depth)]


def _stage(context: BatchContext, key: str) -> Stage:
    stage = next((stage for stage in context.definition.stages if stage.key == key), None)
    if stage is None or stage.kind not in KINDS:
        raise NotFound("该环节不能由推荐单位另设截止时间。")
    return stage


def _unit(session: Session, context: BatchContext, unit_id: int, actor: Actor) -> Unit:
    require(actor, Action.SET_UNIT_DATE, context.of_unit(session, unit_id))
    unit = session.get_one(Unit, unit_id)
    if actor.branch is not None and not unit.path.startswith(actor.branch):
        raise NotAllowed(f"由“{unit.name}”设定。", action=Action.SET_UNIT_DATE.value)
    return unit


def _require_between(
    session: Session, context: BatchContext, stage: Stage, unit: Unit, due_at: datetime, now: datetime
) -> None:
    zone = context.definition.zone
    window = unit_window(session, context, stage, unit.id, without_own=True)
    shown = describe(due_at, zone, is_deadline=True)
    if window.due_at is not None and due_at > window.due_at:
        limit = describe(window.due_at, zone, is_deadline=True)
        sentence = f"不能晚于上级规定的截止时间 {limit}"
        raise Invalid([Problem("due_on", shown, sentence, f"不晚于 {limit}")])
    if due_at <= now:
        raise Invalid([Problem("due_on", shown, "截止时间已经过去", f"晚于 {describe(now, zone)}")])
    if window.opens_at is not None and due_at <= window.opens_at:
        opens = describe(window.opens_at, zone)
        raise Invalid([Problem("due_on", shown, f"该环节 {opens} 才开放", f"晚于 {opens}")])


def _of(context: BatchContext, unit_id: int, stage_key: str) -> Select[UnitDate]:
    return select(UnitDate).where(
        UnitDate.batch_id == context.batch.id, UnitDate.unit_id == unit_id, UnitDate.stage_key == stage_key
    )


def _log(
    session: Session,
    context: BatchContext,
    about: tuple[Unit, Stage],
    change: tuple[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Log a date. about: whose, in which stage. change: before and after, in words; "" for none."""
    unit, stage = about
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.SET_UNIT_DATE,
            what=f"{unit.name}：{stage.title}截止时间",
            batch_id=context.batch.id,
            unit_id=unit.id,
            before={"due_at": change[0]},
            after={"due_at": change[1]},
        ),
    )
