"""People, the memberships that give them rights, and their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.access import Role
from models.base import Base, Document, closed
from models.organisations import Organisation
from models.units import Unit


class Post(StrEnum):
    """Whether a person holds the duty first (A) or stands in for it (B)."""

    A = "A"
    B = "B"


class User(Base):
    """A person who signs in, by account name, mobile or e-mail."""

    __tablename__ = "users"

    account: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    mobile: Mapped[str | None] = mapped_column(String(40), unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    memberships: Mapped[list[Membership]] = relationship(back_populates="user", cascade="all, delete-orphan")

    def __str__(self) -> str:
        """Return the name shown to people."""
        return self.name


class Membership(Base):
    """A role of a person in a unit, for some programmes, for some time; rights come from here alone.

    programmes: keys of programmes, empty for all. organisation_id: the applicant for which the person acts.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_start"),
        CheckConstraint("role <> 'officer' OR unit_id IS NOT NULL", name="officer_has_unit"),
        CheckConstraint("role <> 'system'", name="nobody_is_the_system"),
        CheckConstraint("role = 'applicant' OR organisation_id IS NULL", name="only_applicants_have_one"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role] = mapped_column(closed(Role))
    programmes: Mapped[list[str]] = mapped_column(Document, default=list)
    post: Mapped[Post] = mapped_column(closed(Post), default=Post.A)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="memberships")
    unit: Mapped[Unit | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class WebSession(Base):
    """A signed-in browser; the cookie's value is stored only as its hash, so a stolen table opens nothing."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"))
    csrf_secret: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    membership: Mapped[Membership] = relationship()


class SignInFailure(Base):
    """A failed sign-in; recent ones slow down the next attempt, for the account and for the address."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_recent", "subject", "failed_at"),)

    subject: Mapped[str] = mapped_column(String(120), comment="'name:...' or 'address:...'")
    failed_at: Mapped[datetime]
