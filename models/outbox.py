"""The outbox: every mail is a row of the transaction that causes it, with a unique key.

A row moves PENDING -> CLAIMED -> SENDING -> SENT; the claim and the start of the hand-over are committed before the
host hears of the mail, so a crash leaves a trace: a row found in SENDING after its lease may have been delivered, is
shown as uncertain, and is tried once more, later, with the same Message-ID and the same bytes (rule R5).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.definition import MailKind
from models.base import Base, Document, closed
from models.batches import Batch
from models.scoped import BatchScoped
from models.units import Unit


class MailState(StrEnum):
    """Where a mail stands. VOID: no longer true when it was to leave. HELD: a person must decide."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    VOID = "void"
    HELD = "held"


class Mail(BatchScoped, Base):
    """One mail to one address.

    key: what makes it one (moment, unit and person; or person and day for reminders); never used twice.
    stage_key: the milestone it is about. unit_id: the unit that owes; None for mail to the coordinator or to an
    applicant. case_id: the case it tells of, None for any other.
    at: the instant it belongs to. not_before: earliest time to leave (both effective time; leases and retries run on
    wall time). facts: JSON the texts are made from.
    lists: keys of the duties it names, filled when the text is made. raw: the exact bytes, once made.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_has_time"),
        CheckConstraint("(lease_until IS NOT NULL) = (state IN ('claimed', 'sending'))", name="claim_has_lease"),
        CheckConstraint("state NOT IN ('sending', 'sent', 'uncertain') OR raw IS NOT NULL", name="sent_is_kept"),
        CheckConstraint("state NOT IN ('void', 'held') OR because <> ''", name="stopped_says_why"),
        Index("ix_mails_next", "state", "not_before"),
        Index("ix_mails_of_batch", "batch_id", "id"),
        Index("ix_mails_of_person", "address", "at"),
    )

    key: Mapped[str] = mapped_column(String(520), unique=True)
    stage_key: Mapped[str] = mapped_column(String(40))
    moment_key: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[MailKind] = mapped_column(closed(MailKind))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    person: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    not_before: Mapped[datetime]
    state: Mapped[MailState] = mapped_column(closed(MailState), default=MailState.PENDING)
    because: Mapped[str] = mapped_column(String(300), default="")
    facts: Mapped[dict[str, object]] = mapped_column(Document, default=dict)
    lists: Mapped[list[int]] = mapped_column(Document, default=list)
    message_id: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    retry_after: Mapped[datetime | None] = mapped_column(comment="wall time of the next try, after a failed one")
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    sent_at: Mapped[datetime | None]
    is_resent: Mapped[bool] = mapped_column(default=False, comment="tried again after an uncertain hand-over")

    batch: Mapped[Batch] = relationship()
    unit: Mapped[Unit | None] = relationship()
    tries: Mapped[list[MailAttempt]] = relationship(back_populates="mail", cascade="all, delete-orphan")


class MailAttempt(Base):
    """One hand-over to the mail host and what it answered."""

    __tablename__ = "mail_attempts"

    mail_id: Mapped[int] = mapped_column(ForeignKey("mails.id", ondelete="CASCADE"), index=True)
    tried_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(24))
    code: Mapped[int | None]
    reply: Mapped[str] = mapped_column(String(200), default="")

    mail: Mapped[Mail] = relationship(back_populates="tries")
