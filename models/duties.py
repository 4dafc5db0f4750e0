"""Duties and what settles or moves them: answers, exemptions, extensions, permits to answer late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.duties import Settlement
from models.base import Base, Document, closed
from models.batches import Batch
from models.files import StoredFile
from models.scoped import BatchScoped, BranchScoped
from models.titles import Title
from models.units import Unit


class Duty(BatchScoped, BranchScoped, Base):
    """A unit (or a unit for one title) owes an answer in a stage.

    Open, overdue or not yet owed follow from the two instants and `now`; recomputing from the facts
    (`services.duties.recompute`) gives the same rows.
    """

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("batch_id", "stage_key", "unit_id", "title_id"),
        CheckConstraint("(settled_as IS NULL) = (settled_at IS NULL)", name="settled_has_time"),
        Index("ix_duties_owed", "batch_id", "stage_key", "settled_as", "due_at"),
    )

    stage_key: Mapped[str] = mapped_column(String(40))
    title_id: Mapped[int] = mapped_column(default=0, comment="0 when the duty is about the unit itself")
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_as: Mapped[Settlement | None] = mapped_column(closed(Settlement))
    is_late: Mapped[bool] = mapped_column(default=False, comment="settled by a permit after the deadline (补报)")
    is_declared: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="settled by the unit's own word (零报告, 报送完毕)"
    )

    unit: Mapped[Unit] = relationship()
    batch: Mapped[Batch] = relationship()
    title: Mapped[Title | None] = relationship(
        primaryjoin="foreign(Duty.title_id) == Title.id", viewonly=True, uselist=False
    )
    answer: Mapped[Answer | None] = relationship(back_populates="duty", uselist=False)
    exemption: Mapped[Exemption | None] = relationship(back_populates="duty", uselist=False)


class Answer(BatchScoped, BranchScoped, Base):
    """What was typed for a duty; a draft until it is filed.

    values: answers by field key, as typed (draft) or normalised (filed).
    revision: grows with each save; a stale writer is refused and shown the newer one.
    """

    __tablename__ = "answers"
    __table_args__ = (CheckConstraint("(filed_at IS NULL) = (filed_by IS NULL)", name="filed_has_person"),)

    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"), unique=True)
    values: Mapped[dict[str, str]] = mapped_column(Document)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(80))
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[str | None] = mapped_column(String(80))

    duty: Mapped[Duty] = relationship(back_populates="answer")


class Exemption(BatchScoped, BranchScoped, Base):
    """A unit's written explanation why nothing can be filed (免报说明)."""

    __tablename__ = "exemptions"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"), unique=True)
    reason_key: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))

    duty: Mapped[Duty] = relationship(back_populates="exemption")
    file: Mapped[StoredFile | None] = relationship()


class Extension(BatchScoped, Base):
    """More time, granted with a reason; never an edit of history.

    unit_id None: for all. title_id set: for one title of that unit only.
    """

    __tablename__ = "extensions"
    __table_args__ = (
        CheckConstraint("due_at > was_due_at", name="gives_more_time"),
        CheckConstraint("title_id IS NULL OR unit_id IS NOT NULL", name="title_has_unit"),
    )

    stage_key: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    title_id: Mapped[int | None] = mapped_column(ForeignKey("titles.id"))
    was_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(80))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))

    unit: Mapped[Unit | None] = relationship()


class LatePermit(BatchScoped, BranchScoped, Base):
    """Leave to answer after the deadline (补报) for one unit, or one title of it, until a moment."""

    __tablename__ = "late_permits"

    stage_key: Mapped[str] = mapped_column(String(40))
    title_id: Mapped[int] = mapped_column(default=0, comment="0: every duty of the unit in the stage")
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    approver: Mapped[str] = mapped_column(String(80), comment="who approved it in the office")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(80))

    unit: Mapped[Unit] = relationship()
    file: Mapped[StoredFile | None] = relationship()
