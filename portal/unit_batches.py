"""The unit that a person answers for, and the batches in which a unit takes part."""

from flask import g, url_for
from sqlalchemy import select

from domain.access import Action, require
from domain.definition import StageKind
from domain.errors import NotFound
from models import Batch, BatchStage, BatchState, BatchUnit, Duty, Unit
from portal import asked
from services.batches.context import BatchContext, load, load_by_code
from web import current

CASEWORK = (StageKind.DECLARE, StageKind.REVIEW, StageKind.RECOMMEND)


def find_own_unit() -> Unit | None:
    """Return the unit at the head of the actor's branch; None for who belongs to none."""
    return current.db().scalars(select(Unit).where(Unit.path == (current.actor().branch or ""))).one_or_none()


def batches_of(unit_id: int, *, with_cases: bool = False) -> list[Batch]:
    """Return the published batches of a unit, running ones first, the newest first.

    with_cases: only those in which cases are declared, checked or recommended.
    """
    found = (
        select(Batch)
        .join(BatchUnit, BatchUnit.batch_id == Batch.id)
        .where(BatchUnit.unit_id == unit_id, Batch.state != BatchState.DRAFT)
        .order_by(Batch.state == BatchState.FINISHED, Batch.published_at.desc(), Batch.id.desc())
    )
    if with_cases:
        stages = select(BatchStage.id).where(BatchStage.batch_id == Batch.id, BatchStage.kind.in_(CASEWORK))
        found = found.where(stages.exists())
    return list(current.db().scalars(found))


def take_part(code: str, unit_id: int, action: Action = Action.VIEW_CASE) -> tuple[BatchContext, Unit]:
    """Return a published batch with one of its units, and show every time in the batch's zone from here on.

    Raises NotFound, also for a unit outside the actor's branch; NotAllowed.
    """
    session = current.db()
    context = load_by_code(session, asked.key(code))
    if context.batch.published_at is None:
        raise NotFound("没有这个批次。")
    require(current.actor(), action, context.of_unit(session, unit_id))
    g.zone = context.definition.zone
    return context, session.get_one(Unit, unit_id)


def find_casework(duty_id: int) -> str | None:
    """Return the page on which a duty is done with cases; None for one that a form answers, or that is not there."""
    duty = current.db().get(Duty, duty_id)
    if duty is None:
        return None
    context = load(current.db(), duty.batch_id)
    match context.definition.stage(duty.stage_key).kind:
        case StageKind.RECOMMEND:
            return url_for("boards.show", code=context.batch.code, unit_id=duty.unit_id)
        case StageKind.DECLARE | StageKind.REVIEW:
            return url_for("unit_cases.show", unit_id=duty.unit_id, batch=context.batch.code)
        case _:
            return None


def is_own(unit: Unit) -> bool:
    """Tell whether the actor works in this very unit, so that its acts are theirs."""
    return current.actor().branch == unit.path
