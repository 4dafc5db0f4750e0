"""The units of a batch to choose from."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models import BatchUnit, Unit
from services.batches.context import BatchContext

MOST_UNITS = 500
CHOICES = (
    select(Unit.id, Unit.name)
    .join(BatchUnit, BatchUnit.unit_id == Unit.id)
    .where(BatchUnit.batch_id == bindparam("batch"))
    .order_by(Unit.path)
    .limit(MOST_UNITS)
)


def unit_choices(session: Session, context: BatchContext) -> Mapping[int, str]:
    """Return the units of a batch that the reader sees, names by id, by place, at most MOST_UNITS; one query."""
    return dict(iter(session.execute(CHOICES, {"batch": context.batch.id}).all()))
