"""Organisations that declare: who they are, whether their account is approved, and who may file where."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Document, closed
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class OrganisationKind(StrEnum):
    """What an applicant is."""

    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    ASSOCIATION = "association"
    GOVERNMENT = "government"
    OTHER = "other"


class Approval(StrEnum):
    """Whether an applicant's account may submit."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


class Organisation(BranchScoped, Base):
    """An applicant, once for all batches; `unit_id` is the unit in whose area it is registered.

    credit_code: unified social credit code (GB 32100); None only for one that has none (a city government).
    region: registered address's area in words. is_group: a group or head company.
    extra: values of the additional fields by key, see `models.lists`.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("(approval = 'pending') = (decided_at IS NULL)", name="decided_has_time"),
        Index("ix_organisations_name", "name"),
    )

    name: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(closed(OrganisationKind))
    is_group: Mapped[bool] = mapped_column(default=False)
    nature: Mapped[str] = mapped_column(String(80), default="")
    industry: Mapped[str] = mapped_column(String(80), default="")
    legal_person: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(120), default="")
    founded_on: Mapped[date | None]
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    site: Mapped[str] = mapped_column(String(200), default="")
    registered_at: Mapped[datetime]
    approval: Mapped[Approval] = mapped_column(closed(Approval), default=Approval.PENDING)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, server_default="{}")

    unit: Mapped[Unit] = relationship()

    def __str__(self) -> str:
        """Return the name shown to people."""
        return self.name


class ListedApplicant(BatchScoped, BranchScoped, Base):
    """An applicant that the office has put on the list of a unit whose class is listed (省属企业直报)."""

    __tablename__ = "listed_applicants"
    __table_args__ = (UniqueConstraint("batch_id", "unit_id", "credit_code"),)

    credit_code: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))


class OrganisationScoped:
    """Mixin: rows that an applicant sees when they are its own; an applicant sees no other row of a unit."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
