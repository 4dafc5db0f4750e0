"""Recommending: the order of cases, the places of a quota, who may use how many, and the parcel that follows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.cases import Case, CasePart
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class Recommendation(CasePart, BatchScoped, BranchScoped, Base):
    """A unit's handling of a case that it may forward: its rank, its mark, and whether it went up.

    unit_id: the unit that recommends (not the channel). rank: from 1 among its cases of the category; None while
        unranked.
    is_special: the mark that the notice lets count ("特色优先").
    takes_place: False for a case that needs no place (不占名额).
    over_reason: why it was forwarded beyond a soft limit.
    """

    __tablename__ = "recommendations"
    __table_args__ = (UniqueConstraint("case_id", "unit_id"),)

    rank: Mapped[int | None]
    is_special: Mapped[bool] = mapped_column(default=False)
    takes_place: Mapped[bool] = mapped_column(default=True)
    over_reason: Mapped[str] = mapped_column(Text, default="")
    forwarded_at: Mapped[datetime | None]
    forwarded_by: Mapped[str] = mapped_column(String(80), default="")

    case: Mapped[Case] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="Recommendation.unit_id")


class Place(BatchScoped, BranchScoped, Base):
    """A place of a unit's quota that a case has taken; the database refuses two cases on one place.

    number: from 1; a hard quota has none beyond its limit. Released places are deleted and may be taken again.
    """

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("batch_id", "quota_key", "unit_id", "number"),
        UniqueConstraint("quota_key", "unit_id", "case_id"),
        CheckConstraint("number >= 1", name="counted_from_one"),
    )

    quota_key: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[datetime]

    case: Mapped[Case] = relationship()


class Allotment(BatchScoped, BranchScoped, Base):
    """How many places of a quota a unit has, where that is not what the notice gives its class (分配名额, 名额调剂).

    from_unit_id: the upper unit that gave them out of its own; None for the office.
    """

    __tablename__ = "allotments"
    __table_args__ = (
        UniqueConstraint("batch_id", "quota_key", "unit_id"),
        CheckConstraint('"limit" >= 0', name="limit_not_negative"),
    )

    quota_key: Mapped[str] = mapped_column(String(40))
    limit: Mapped[int]
    from_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(80))

    unit: Mapped[Unit] = relationship(foreign_keys="Allotment.unit_id")


class AllotmentMove(BatchScoped, Base):
    """Places moved from one unit to another (名额调剂); the total stays."""

    __tablename__ = "allotment_moves"
    __table_args__ = (CheckConstraint("count > 0", name="moves_something"),)

    quota_key: Mapped[str] = mapped_column(String(40))
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    count: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    moved_at: Mapped[datetime]
    moved_by: Mapped[str] = mapped_column(String(80))


class Dispatch(BatchScoped, BranchScoped, Base):
    """A unit's parcel: what was sent when and how, and when the office had it in hand (收件)."""

    __tablename__ = "dispatches"
    __table_args__ = (UniqueConstraint("batch_id", "unit_id"),)

    copies: Mapped[int | None]
    has_electronic: Mapped[bool] = mapped_column(default=False)
    letter_number: Mapped[str] = mapped_column(String(80), default="")
    sent_on: Mapped[date | None]
    courier: Mapped[str] = mapped_column(String(80), default="")
    tracking: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(80))
    received_on: Mapped[date | None]
    received_by: Mapped[str] = mapped_column(String(80), default="")
    is_late: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()


class UnitDate(BatchScoped, BranchScoped, Base):
    """A unit's own earlier date for its applicants, or for the units below it (the notice gives none)."""

    __tablename__ = "unit_dates"
    __table_args__ = (UniqueConstraint("batch_id", "stage_key", "unit_id"),)

    stage_key: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))
