"""Programmes of a membership: kept as keys, used as ids."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Programme


def ids_of(session: Session, keys: Sequence[str]) -> frozenset[int] | None:
    """Return the ids of programmes; no keys mean every programme (None), unknown ones mean none of them."""
    if not keys:
        return None
    return frozenset(session.scalars(select(Programme.id).where(Programme.key.in_(keys))))


def unknown_among(session: Session, keys: Sequence[str]) -> list[str]:
    """Return the keys that no programme has, in the order given."""
    known = set(session.scalars(select(Programme.key).where(Programme.key.in_(keys))))
    return [key for key in keys if key not in known]
