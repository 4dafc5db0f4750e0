"""A unit's own word about its recommending: nothing to recommend (零报告), or all sent (报送完毕).

Either closes its duty, so that nobody reminds it any more; until the deadline it may take the word back.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Completion, Stage, StageKind
from domain.duties import Settlement
from domain.errors import Conflict, NotAllowed, NotFound
from domain.facts import UnitLoad
from models import Duty, Unit
from models.scope import seeing_all
from services import audit
from services.batches.context import BatchContext
from services.batches.schedule import refresh
from services.duties.loads import loads, settle_units, wait_for_others
from services.duties.settling import note_if_all_settled
from services.duties.windows import require_unit_window
from services.recommending.places import lock_units
from services.recommending.routes import recommend_stage

WORDS = {Settlement.NONE: "零报告", Settlement.DONE: "报送完毕"}


def declare_none(
    session: Session, context: BatchContext, unit_id: int, *, received_at: datetime, actor: Actor
) -> None:
    """Say that the unit recommends nothing (零报告), where the stage allows it (S001-61, S003-64).

    Raises NotFound, NotAllowed, TooEarly, TooLate; Conflict while it has cases in hand or has forwarded one.
    """
    stage, recommend = recommend_stage(context)
    if recommend.none_label is None:
        raise NotFound("该环节不接受零报告。")
    unit = _may_declare(session, context, stage, unit_id, received_at=received_at, actor=actor)
    load = loads(session, context.batch.id, [unit_id]).get(unit_id, UnitLoad(unit_id))
    if load.forwarded:
        raise Conflict(f"本单位已报送 {load.forwarded} 件，不是零报告；如已全部报送，请选择“报送完毕”。")
    if load.in_hand:
        raise Conflict(f"本单位及下级还有 {load.in_hand} 件申报件在办，请先报送，或逐件作出不予推荐，再作零报告。")
    _declare(session, context, unit, Settlement.NONE, received_at=received_at, actor=actor)


def complete(session: Session, context: BatchContext, unit_id: int, *, received_at: datetime, actor: Actor) -> None:
    """Say that the unit has sent all it recommends (报送完毕), though cases of the waiting line remain with it.

    Raises NotFound, NotAllowed, TooEarly, TooLate; Conflict when it has forwarded none, or some wait to be checked.
    """
    stage, _ = recommend_stage(context)
    unit = _may_declare(session, context, stage, unit_id, received_at=received_at, actor=actor)
    load = loads(session, context.batch.id, [unit_id]).get(unit_id, UnitLoad(unit_id))
    if not load.forwarded:
        raise Conflict("本单位尚未报送任何申报件；如无推荐对象，请选择零报告。")
    if load.to_check:
        raise Conflict(f"还有 {load.to_check} 件申报件待初审，请先审核再确认报送完毕。")
    _declare(session, context, unit, Settlement.DONE, received_at=received_at, actor=actor)


def take_back(session: Session, context: BatchContext, unit_id: int, *, received_at: datetime, actor: Actor) -> None:
    """Take the word back while the window is open; the duty follows the cases again.

    Raises NotFound, NotAllowed, TooEarly, TooLate, Conflict when nothing was declared.
    """
    stage, _ = recommend_stage(context)
    unit = _holder(session, context, unit_id, actor)
    require_unit_window(session, context, stage, unit_id, received_at)
    duties = _duties(session, context, unit_id)
    was = next((duty.settled_as for duty in duties if duty.stage_key == stage.key and duty.is_declared), None)
    if was is None:
        raise Conflict("本单位没有作过零报告或确认报送完毕，无需撤销。")
    for duty in duties:
        if duty.is_declared:
            duty.is_declared, duty.is_late = False, False
            duty.settled_as, duty.settled_at = None, None
            context.stages[duty.stage_key].settled_at = None
    settle_units(session, context, [unit_id], at=received_at)
    refresh(session, context)
    _log(session, context, unit, f"撤销{WORDS[was]}", actor=actor, at=received_at)


def require_not_declared(session: Session, context: BatchContext, stage: Stage, unit_id: int) -> None:
    """Refuse an act that the unit's own word rules out until it takes it back. Raises Conflict."""
    word = session.scalars(
        select(Duty.settled_as).where(
            Duty.batch_id == context.batch.id,
            Duty.stage_key == stage.key,
            Duty.unit_id == unit_id,
            Duty.title_id == 0,
            Duty.is_declared.is_(True),
        )
    ).one_or_none()
    if word is not None:
        raise Conflict(f"本单位已作“{WORDS.get(word, '办结')}”，如需变更请先撤销。")


def _may_declare(
    session: Session, context: BatchContext, stage: Stage, unit_id: int, *, received_at: datetime, actor: Actor
) -> Unit:
    """Return the unit once its officer may say so now."""
    unit = _holder(session, context, unit_id, actor)
    require_unit_window(session, context, stage, unit_id, received_at)
    lock_units(session, context.batch.id, [unit_id])
    require_not_declared(session, context, stage, unit_id)
    return unit


def _holder(session: Session, context: BatchContext, unit_id: int, actor: Actor) -> Unit:
    """Return the unit if the actor works in it; a unit above may look, not speak for it."""
    subject = context.of_unit(session, unit_id)
    require(actor, Action.RECOMMEND, subject)
    unit = session.get_one(Unit, unit_id)
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"由“{unit.name}”自行办理。", action=Action.RECOMMEND.value)
    return unit


def _duties(session: Session, context: BatchContext, unit_id: int) -> list[Duty]:
    """Return the unit's duties to check and to recommend, as they are now that nobody else changes them."""
    wait_for_others(session)
    stages = [
        stage.key for stage in context.definition.stages if stage.kind in {StageKind.REVIEW, StageKind.RECOMMEND}
    ]
    with seeing_all(session):
        return list(
            session.scalars(
                select(Duty)
                .where(Duty.batch_id == context.batch.id, Duty.unit_id == unit_id, Duty.stage_key.in_(stages))
                .order_by(Duty.id)
                .with_for_update(key_share=True)
                .execution_options(populate_existing=True)
            )
        )


def _declare(
    session: Session, context: BatchContext, unit: Unit, how: Settlement, *, received_at: datetime, actor: Actor
) -> None:
    """Close the duty to recommend; with nothing to recommend there is nothing to check either."""
    stage, _ = recommend_stage(context)
    duties = [
        duty
        for duty in _duties(session, context, unit.id)
        if duty.stage_key == stage.key or (how is Settlement.NONE and duty.settled_as is None)
    ]
    if all(duty.stage_key != stage.key for duty in duties):
        raise NotFound("本单位在该环节没有待办事项，无需报告。")
    for duty in duties:
        duty.settled_as, duty.settled_at, duty.is_declared = how, received_at, True
        duty.is_late = duty.due_at is not None and received_at >= duty.due_at
    session.flush()
    for duty in duties:
        settled = context.definition.stage(duty.stage_key)
        if settled.completes is Completion.ALL_SETTLED:
            note_if_all_settled(session, context, settled, received_at)
    _log(session, context, unit, WORDS[how], actor=actor, at=received_at)


def _log(session: Session, context: BatchContext, unit: Unit, words: str, *, actor: Actor, at: datetime) -> None:
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=at,
            action=Action.RECOMMEND,
            what=f"{unit.name}：{words}",
            batch_id=context.batch.id,
            unit_id=unit.id,
        ),
    )
