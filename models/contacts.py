"""The people whom a unit names, and notes of what was said to them by telephone or WeChat."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, closed
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class Contact(BranchScoped, Base):
    """A person to write to about one batch, or about every batch when `batch_id` is None.

    A contact is never edited away: a new one ends the old one (`valid_until`), so the history stays (S003-30).
    A column holds whatever a field of a form may hold: a batch words its own form for them.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR mobile IS NOT NULL OR phone IS NOT NULL", name="is_reachable"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_start"),
        Index("ix_contacts_current", "batch_id", "unit_id", "valid_until"),
    )

    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str | None] = mapped_column(String(200))
    mobile: Mapped[str | None] = mapped_column(String(200))
    fax: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None] = mapped_column(index=True)
    refused_at: Mapped[datetime | None] = mapped_column(comment="when the mail host refused the address for good")
    refused_because: Mapped[str] = mapped_column(String(200), default="")

    unit: Mapped[Unit] = relationship()

    def __str__(self) -> str:
        """Return the name shown to people."""
        return self.name


class Channel(StrEnum):
    """How somebody was reached by hand."""

    PHONE = "phone"
    WECHAT = "wechat"
    QQ = "qq"
    IN_PERSON = "in_person"


class CallNote(BatchScoped, BranchScoped, Base):
    """A reminder made by hand (催办记录); it takes no mail's place in the ledger."""

    __tablename__ = "call_notes"

    stage_key: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(closed(Channel))
    person: Mapped[str] = mapped_column(String(80), comment="who was spoken to")
    result: Mapped[str] = mapped_column(Text)
    called_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(80))

    unit: Mapped[Unit] = relationship()
