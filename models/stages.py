"""Stages, categories and quotas of a batch: projections of the published definition, plus what has happened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.definition import StageKind, Strength
from models.base import Base, Document, closed
from models.batches import Batch
from models.scoped import BatchScoped


class BatchStage(BatchScoped, Base):
    """One stage. `opens_at` and `due_at` are the dates in force; `opened_at` and `closed_at` what has happened.

    due_since: when an extension for all made the deadline in force; None for the definition's own.
    settled_at: when the last open duty was settled; None while something is owed.
    """

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("batch_id", "key"),
        CheckConstraint("due_at IS NULL OR opens_at IS NULL OR due_at > opens_at", name="due_after_opening"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_was_open"),
    )

    key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    kind: Mapped[StageKind] = mapped_column(closed(StageKind))
    title: Mapped[str] = mapped_column(String(120))
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_since: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    batch: Mapped[Batch] = relationship()

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class BatchCategory(BatchScoped, Base):
    """One category; `subtypes` is a list of {"key", "name"}."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("batch_id", "key"),)

    key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    subtypes: Mapped[list[dict[str, str]]] = mapped_column(Document)

    batch: Mapped[Batch] = relationship()


class BatchQuota(BatchScoped, Base):
    """How many cases each unit of a class may recommend; one row per class that a quota names.

    subtypes: keys over which the limit is a sum; empty for the whole category. limit None: unlimited.
    """

    __tablename__ = "quotas"
    __table_args__ = (
        UniqueConstraint("batch_id", "key", "class_key"),
        CheckConstraint('"limit" IS NULL OR "limit" >= 0', name="limit_not_negative"),
    )

    key: Mapped[str] = mapped_column(String(40))
    class_key: Mapped[str] = mapped_column(String(40))
    category_key: Mapped[str] = mapped_column(String(40))
    subtypes: Mapped[list[str]] = mapped_column(Document)
    limit: Mapped[int | None]
    strength: Mapped[Strength] = mapped_column(closed(Strength))

    batch: Mapped[Batch] = relationship()
