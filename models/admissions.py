"""How a person comes into an organisation or a unit: asks to be let in (加入申请), or is invited (邀请)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.access import Role
from models.base import Base, closed
from models.identity import User
from models.organisations import Organisation
from models.scoped import BranchScoped


class AdmissionEnd(StrEnum):
    """How a request or an invitation ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Admission(BranchScoped, Base):
    """One request or invitation.

    unit_id: the unit that the person joins, or in whose area the organisation is.
    organisation_id: the applicant to join; None for a unit's own people.
    user_id: who asks to be let in, or who used the invitation; None while an invitation is unused.
    token_hash: hash of the secret in the invitation's link; None for a request.
    name: of the person. expires_at: an invitation's end; None for a request, which waits.
    ended_by: who let the person in or refused, or used or withdrew the invitation.
    """

    __tablename__ = "admissions"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("(token_hash IS NULL) = (expires_at IS NULL)", name="invitation_expires"),
        CheckConstraint("token_hash IS NOT NULL OR user_id IS NOT NULL", name="request_has_person"),
        CheckConstraint("role = 'applicant' OR organisation_id IS NULL", name="only_applicants_have_one"),
    )

    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(closed(Role))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime | None]
    outcome: Mapped[AdmissionEnd | None] = mapped_column(closed(AdmissionEnd))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text, default="")

    organisation: Mapped[Organisation | None] = relationship()
    user: Mapped[User | None] = relationship()
