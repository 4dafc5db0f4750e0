"""The registry of titles (示范名单库): earlier winners, under every name and unit they have had."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.scoped import BranchScoped
from models.units import Unit


class Title(BranchScoped, Base):
    """One title won in one batch of a programme; `unit_id` is the unit in whose area the winner is now."""

    __tablename__ = "titles"
    __table_args__ = (
        CheckConstraint("batch_no >= 1", name="batch_is_counted_from_one"),
        Index("ix_titles_asked", "programme_id", "batch_no", "category"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    batch_no: Mapped[int]
    category: Mapped[str] = mapped_column(String(40), comment="key of the category")
    holder: Mapped[str] = mapped_column(String(200), index=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), index=True)
    awarded_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None] = mapped_column(comment="None while the title is valid")

    unit: Mapped[Unit] = relationship()
    aliases: Mapped[list[TitleAlias]] = relationship(back_populates="title", cascade="all, delete-orphan")

    def __str__(self) -> str:
        """Return the holder's name."""
        return self.holder


class TitleAlias(Base):
    """A name that the holder bore before (更名、合并), kept so that both names are found."""

    __tablename__ = "title_aliases"

    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    until: Mapped[date]

    title: Mapped[Title] = relationship(back_populates="aliases")


class TitleMove(Base):
    """A move of a holder from one unit's area to another's."""

    __tablename__ = "title_moves"

    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id", ondelete="CASCADE"), index=True)
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    moved_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
