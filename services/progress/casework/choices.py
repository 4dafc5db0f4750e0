"""The units of a batch to choose from."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import Integer, String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from models import BatchUnit, Unit
from services.batches.context import BatchContext

MOST_UNITS = 500
BETWEEN, BEHIND = "\x1f", "\x1e"
_LINES = (
    select((cast(Unit.id, String) + BETWEEN + Unit.name).label("line"))
    .join(BatchUnit, BatchUnit.unit_id == Unit.id)
    .where(BatchUnit.batch_id == bindparam("batch", type_=Integer))
    .order_by(Unit.path)
    .limit(MOST_UNITS)
    .subquery()
)
CHOICES = select(func.aggregate_strings(_LINES.c.line, BEHIND))
"""All in one text: hundreds of rows would cost a list of cases more than its own."""


def unit_choices(session: Session, context: BatchContext) -> Mapping[int, str]:
    """Return the units of a batch that the reader sees, names by id, by place, at most MOST_UNITS; one query."""
    return _read(session.scalar(CHOICES, {"batch": context.batch.id}) or "")


@lru_cache(maxsize=64)
def _read(text: str) -> Mapping[int, str]:
    pairs = (line.partition(BETWEEN) for line in text.split(BEHIND) if line)
    return MappingProxyType({int(number): name for number, _, name in pairs})
