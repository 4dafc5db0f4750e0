"""The mixins that say to whom a row belongs; `models.scope` narrows reads by them."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class BranchScoped:
    """Mixin: rows that belong to a unit, seen by those whose branch holds it."""

    @declared_attr
    @classmethod
    def unit_id(cls) -> Mapped[int]:
        """Return the unit's key column."""
        return mapped_column(ForeignKey("units.id"), index=True)


class BatchScoped:
    """Mixin: rows of a batch, seen by those who work in its programme."""

    @declared_attr
    @classmethod
    def batch_id(cls) -> Mapped[int]:
        """Return the batch's key column."""
        return mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
