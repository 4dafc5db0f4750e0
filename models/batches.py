"""Programmes, their batches, and the frozen versions of a batch's definition."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Document, closed
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class BatchState(StrEnum):
    """Where a batch stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class Programme(Base):
    """A programme that holds a batch from time to time."""

    __tablename__ = "programmes"

    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))

    batches: Mapped[list[Batch]] = relationship(back_populates="programme")

    def __str__(self) -> str:
        """Return the name shown to people."""
        return self.name


class Batch(Base):
    """One batch. Title, year, number and dates are projections of its definition, rebuilt with it.

    revision: grows with every change of the draft; a writer that read an older one is refused.
    next_due_at: when the engine must look again; None when nothing is planned.
    """

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="running_was_published"),
        Index("ix_batches_due", "state", "next_due_at"),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    number: Mapped[str] = mapped_column(String(80), default="", comment="official number of the notice")
    issuer: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date | None]
    level: Mapped[str] = mapped_column(String(24))
    timezone: Mapped[str] = mapped_column(String(40))
    state: Mapped[BatchState] = mapped_column(closed(BatchState), default=BatchState.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]

    programme: Mapped[Programme] = relationship(back_populates="batches")
    versions: Mapped[list[BatchVersion]] = relationship(
        back_populates="batch", order_by="BatchVersion.revision", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class BatchVersion(BatchScoped, Base):
    """One revision of a definition: a canonical JSON document with its hash.

    document: `services.definitions.canonical_json` as an object. A published version is never changed again.
    """

    __tablename__ = "batch_versions"
    __table_args__ = (UniqueConstraint("batch_id", "revision"),)

    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), comment="sha256 of the canonical text, hexadecimal")
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    published_at: Mapped[datetime | None]

    batch: Mapped[Batch] = relationship(back_populates="versions")


class BatchUnit(BatchScoped, BranchScoped, Base):
    """A unit's part in a batch, with its class there."""

    __tablename__ = "batch_units"
    __table_args__ = (UniqueConstraint("batch_id", "unit_id"),)

    class_key: Mapped[str] = mapped_column(String(40))

    unit: Mapped[Unit] = relationship()
    batch: Mapped[Batch] = relationship()
