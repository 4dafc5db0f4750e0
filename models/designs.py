"""The working copy of a definition in the designer, with its steps; and rehearsals that were kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Document
from models.scoped import BatchScoped


class Design(BatchScoped, Base):
    """The working copy (工作稿) of a batch: it may be unfinished, and nothing runs by it.

    base_revision: the revision it was begun from. step: number of the step that is shown; later ones can be redone.
    The row stays when the copy is dropped, so that no number is ever given twice.
    """

    __tablename__ = "designs"
    __table_args__ = (UniqueConstraint("batch_id"),)

    base_revision: Mapped[int]
    step: Mapped[int]


class DesignStep(BatchScoped, Base):
    """One state of a working copy. number: grows, and is never given twice in one batch.

    document: `services.definitions.writing.canonical_json`, deflated. what: the change that led here, in words.
    """

    __tablename__ = "design_steps"
    __table_args__ = (UniqueConstraint("design_id", "number"),)

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), comment="sha256 of the canonical text, hexadecimal")
    document: Mapped[bytes] = mapped_column(LargeBinary)
    what: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))


class RehearsalRun(BatchScoped, Base):
    """One rehearsal (模拟运行) of a batch, kept to be read, compared and signed off.

    digest: of the definition that was played. revision: None for a working copy that is no revision yet.
    since, until: None is open. scenario: [{"at", "do", ...}] as `services.rehearsal.read_scenario` takes it.
    result: {"events": [...], "warnings": [...]} as JSON, deflated. counts: {kind: number of events}.
    signed_at: when a person agreed with what will happen; None while nobody did.
    """

    __tablename__ = "rehearsal_runs"

    revision: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    scenario: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    result: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    counts: Mapped[dict[str, int]] = mapped_column(Document, default=dict)
    ran_at: Mapped[datetime]
    ran_by: Mapped[str] = mapped_column(String(80))
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
