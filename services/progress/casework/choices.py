"""The units of a batch to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit to choose."""

    id: int
    name: str


def unit_choices(session: Session, context: BatchContext) -> Sequence[Choice]:
    """Return the units of a batch that the reader sees, by place, at most MOST_UNITS; one query."""
    rows = session.execute(CHOICES, {"batch": context.batch.id})
    return [Choice(number, name) for number, name in rows]
