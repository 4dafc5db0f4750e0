"""The units of a batch to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import BatchUnit, Unit
from services.batches.context import BatchContext

MOST_UNITS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit to choose."""

    id: int
    name: str


def unit_choices(session: Session, context: BatchContext) -> Sequence[Choice]:
    """Return the units of a batch that the reader sees, by place, at most MOST_UNITS; one query."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id)
        .order_by(Unit.path)
        .limit(MOST_UNITS)
    )
    return [Choice(row.id, row.name) for row in rows]
