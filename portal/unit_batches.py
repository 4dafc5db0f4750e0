"""The unit that a person answers for, and the batches in which a unit takes part."""

from sqlalchemy import select

from models import Batch, BatchState, BatchUnit, Unit
from web import current


def find_own_unit() -> Unit | None:
    """Return the unit at the head of the actor's branch; None for who belongs to none."""
    return current.db().scalars(select(Unit).where(Unit.path == (current.actor().branch or ""))).one_or_none()


def batches_of(unit_id: int) -> list[Batch]:
    """Return the published batches of a unit, running ones first, the newest first."""
    found = (
        select(Batch)
        .join(BatchUnit, BatchUnit.batch_id == Batch.id)
        .where(BatchUnit.unit_id == unit_id, Batch.state != BatchState.DRAFT)
        .order_by(Batch.state == BatchState.FINISHED, Batch.published_at.desc(), Batch.id.desc())
    )
    return list(current.db().scalars(found))
