"""The tree of notices: which batch rests on which, and changes from above that wait for an answer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.definition import Relation
from models.base import Base, Document, closed
from models.scoped import BatchScoped


class Answered(StrEnum):
    """What the lower office did with a change from above."""

    ACCEPTED = "accepted"
    KEPT = "kept"


class BatchLink(BatchScoped, Base):
    """`batch_id` rests on `upper_id`; `seen_revision` is the upper revision that was taken over or last answered."""

    __tablename__ = "batch_links"
    __table_args__ = (UniqueConstraint("batch_id"), CheckConstraint("batch_id <> upper_id", name="not_itself"))

    upper_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    relation: Mapped[Relation] = mapped_column(closed(Relation))
    seen_revision: Mapped[int]


class UpstreamChange(BatchScoped, Base):
    """A change of the upper batch, as it concerns this one.

    differences: [{"path", "title", "before", "after"}] in words for people. answered: None while it waits.
    """

    __tablename__ = "upstream_changes"
    __table_args__ = (UniqueConstraint("batch_id", "upper_revision", "cause"),)

    upper_revision: Mapped[int]
    cause: Mapped[str] = mapped_column(String(80), comment="'revision', or the extension that made it")
    differences: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    made_at: Mapped[datetime]
    answered: Mapped[Answered | None] = mapped_column(closed(Answered))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class CatalogueVersion(Base):
    """One version of a catalogue of modes; running batches hold their own copy in their definition.

    document: the catalogue as plain data. source: the text it was read from, as supplied; "" when unknown.
    """

    __tablename__ = "catalogue_versions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    source: Mapped[str] = mapped_column(Text, default="")
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(80))


class PlatformImport(BatchScoped, Base):
    """One import from the other platform: what came, what it changed.

    counts: {"added", "updated", "unchanged", "refused"}. problems: [{"row", "sentence"}].
    """

    __tablename__ = "platform_imports"

    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, int]] = mapped_column(Document)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(80))
