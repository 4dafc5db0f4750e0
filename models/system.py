"""What the processes share: who leads, which installation this is, and the demo's clock."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Lease(Base):
    """A role that one process holds at a time. `fence` grows with each new holder, so an old one is known."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    owner: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]
    fence: Mapped[int] = mapped_column(default=1)


class Instance(Base):
    """This installation, one row. A restored copy runs under another id and must not send."""

    __tablename__ = "instance"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    instance_id: Mapped[str] = mapped_column(String(40))
    is_demo: Mapped[bool] = mapped_column(default=False)


class DemoClock(Base):
    """How far the demo's clock is ahead of (or behind) the wall clock; only a demo instance may have the row."""

    __tablename__ = "demo_clock"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    offset_seconds: Mapped[float]
