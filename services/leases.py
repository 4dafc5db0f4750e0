"""Roles that one process holds at a time: taken by a conditional write, renewed on wall time, given back at the end.

A holder that was paused past its lease does not know it; whoever writes on its behalf therefore asks `is_held` inside
its own transaction, and a short double leadership stays harmless because every step asks the ledger again.
"""

from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Lease


def take(session: Session, name: str, *, owner: str, wall_now: datetime, length: timedelta) -> Lease | None:
    """Take a role that is free or lapsed, or renew one's own; return None while another holds it.

    The lease's `fence` grows with each new holder, never with a renewal.
    """
    until = wall_now + length
    taken = session.execute(
        update(Lease)
        .where(Lease.name == name, (Lease.owner == owner) | (Lease.until <= wall_now))
        .values(owner=owner, until=until, fence=case((Lease.owner == owner, Lease.fence), else_=Lease.fence + 1))
        .returning(Lease.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is not None:
        return session.get_one(Lease, taken, populate_existing=True)
    if session.execute(select(Lease.id).where(Lease.name == name)).first() is not None:
        return None
    lease = Lease(name=name, owner=owner, until=until, fence=1)
    try:
        with session.begin_nested():
            session.add(lease)
    except IntegrityError:
        return None  # another process was the first
    return lease


def release(session: Session, name: str, *, owner: str, wall_now: datetime) -> bool:
    """Give a role back before its lease ends; return False when this owner does not hold it."""
    given = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.owner == owner, Lease.until > wall_now)
        .values(until=wall_now)
        .returning(Lease.id)
        .execution_options(synchronize_session=False)
    ).first()
    return given is not None


def is_held(session: Session, name: str, fence: int) -> bool:
    """Tell whether nobody has taken the role since it was taken under this fence."""
    return session.scalar(select(Lease.fence).where(Lease.name == name)) == fence
