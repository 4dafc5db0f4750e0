"""The tree of units that recommend, forward and answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Document


class Unit(Base):
    """A department, in one tree for all programmes.

    code: stable code (regions: GB/T 2260). path: codes from the root, "/440000/440300/", for branch queries.
    email, mobile, phone: the office's own, used until a contact is known; None where unknown.
    extra: values of the additional fields by key, see `models.lists`.
    """

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("path LIKE '/%/'", name="path_is_bounded"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short: Mapped[str] = mapped_column(String(40), default="")
    path: Mapped[str] = mapped_column(String(400), unique=True)
    upper_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    mobile: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(40))
    is_active: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, server_default="{}")

    upper: Mapped[Unit | None] = relationship(remote_side="Unit.id", back_populates="lower")
    lower: Mapped[list[Unit]] = relationship(back_populates="upper")

    def __str__(self) -> str:
        """Return the name shown to people."""
        return self.name
