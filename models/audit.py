"""The audit log: who did what, when, to what, with the values before and after, in a chain of hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Document


class AuditEntry(Base):
    """One act. `digest` covers the entry and the digest before it, so a change or a gap shows.

    Batch and unit are plain numbers: an entry outlives what it speaks of.
    changes: {"before": {...}, "after": {...}} with the values that changed.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_of_batch", "batch_id", "at", "id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(comment="None for the system")
    role: Mapped[str] = mapped_column(String(24))
    action: Mapped[str] = mapped_column(String(40), index=True)
    what: Mapped[str] = mapped_column(String(200), comment="the thing acted on, in words")
    batch_id: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The end of the chain, one row; locked while an entry is added, so that the chain has no forks."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    digest: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int] = mapped_column(default=0)
