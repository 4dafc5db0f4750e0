"""What people add to lists and entities without code: views of their own, and additional fields."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Document, closed


class SavedView(Base):
    """A list as somebody wants it again: filters, search, order and columns.

    place: name of the list ("admin_units", "cases"). query: [[name, value], ...] of its address, without page and
    columns. columns: names in their order; None for the list's own. is_shared: for everybody who sees the list.
    is_default: the owner's list opens with it.
    """

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "place", "name"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[list[list[str]]] = mapped_column(Document, default=list)
    columns: Mapped[list[str] | None] = mapped_column(Document)
    is_shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


class Entity(StrEnum):
    """What may have additional fields."""

    UNIT = "unit"
    ORGANISATION = "organisation"


class ExtraKind(StrEnum):
    """What an additional field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"


class ExtraField(Base):
    """An additional field (补充字段) of units or organisations; the values stand in their column `extra` by key.

    key: stable, never used twice for an entity. choices: the allowed answers of a choice.
    retired_at: since when it is no longer asked or shown; the values stay.
    """

    __tablename__ = "extra_fields"
    __table_args__ = (UniqueConstraint("entity", "key"),)

    entity: Mapped[Entity] = mapped_column(closed(Entity))
    key: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(60))
    kind: Mapped[ExtraKind] = mapped_column(closed(ExtraKind))
    choices: Mapped[list[str]] = mapped_column(Document, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    help: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]

    def __str__(self) -> str:
        """Return the label."""
        return self.label


Extra = dict[str, Any]
"""Values of additional fields by key: text, number, ISO date, true or false; a field without a value is absent."""
