"""The moment that business goes by."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from models import DemoClock
from services.clock import effective
from tests.support.people import NOW


def test_business_goes_by_the_wall_clock_unless_a_demo_moves_it(db: Session) -> None:
    """R6"""
    assert effective(db, NOW) == NOW

    db.add(DemoClock(offset_seconds=-3600.5))
    db.flush()

    assert effective(db, NOW) == NOW - timedelta(seconds=3600.5)
