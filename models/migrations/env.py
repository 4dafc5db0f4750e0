"""How Alembic reaches the database: always through a connection that the caller opened."""

from typing import Literal

from alembic import context

import models
from models.base import Base, UTCDateTime


def _own_types(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our own column type by its short name, which the template imports."""
    return "UTCDateTime()" if kind == "type" and isinstance(item, UTCDateTime) else False


assert models.Batch.metadata is Base.metadata  # noqa: S101 - importing the tables is what fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_own_types,
)
with context.begin_transaction():
    context.run_migrations()
