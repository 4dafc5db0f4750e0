"""Where the web doors read the clock; everything behind them takes the moment as an argument."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.clock import effective


def wall_now() -> datetime:
    """Return the wall time: for sessions, limits of rate and leases."""
    return datetime.now(UTC)


def effective_now(session: Session) -> datetime:
    """Return the moment that business goes by."""
    return effective(session, wall_now())
