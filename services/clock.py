"""The moment that business goes by: the wall clock, moved by the demo's offset where there is one."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import DemoClock


def effective(session: Session, wall: datetime) -> datetime:
    """Return the effective now of a wall time; only a demo instance has the row that makes them differ."""
    return moved(wall, session.scalars(select(DemoClock.offset_seconds)).one_or_none())


def moved(wall: datetime, offset_seconds: float | None) -> datetime:
    """Return the effective now of a wall time by the offset of a demo's clock; None where there is no such clock."""
    return wall if offset_seconds is None else wall + timedelta(seconds=offset_seconds)
