"""How failed sign-ins slow down the next ones, and never lock anybody out for good (S51).

Failures are counted for a name from one address, for the address, and for the name from anywhere; a browser that has
signed in before is counted apart from all of them, so that a stranger's tries cannot keep the owner waiting.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from domain.errors import RuleBroken
from models import SignInFailure

WINDOW = timedelta(minutes=15)
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 300
FREE_OF_NAME_HERE = 5
FREE_OF_NAME = 20
FREE_OF_ADDRESS = 50
"""An office of fifty people may stand behind one address."""


class TryLater(RuleBroken):
    """Too much at once; `retry_after_s` tells when to come back."""

    code = "try_later"

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from and whom it is about.

    name: as typed; counting by account would tell a stranger which mobile number belongs to it. address: of the
    client.
    device: mark of a browser in which this very person has signed in before; None for any other.
    """

    name: str
    address: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A try that counts as failed until it is forgiven."""

    origin: Origin
    row_ids: tuple[int, ...]


def reserve(session: Session, origin: Origin, *, now: datetime) -> Reservation:
    """Count a try as failed before its password is looked at.

    Committed at once, so that many tries at the same time cannot all be the first; success takes the rows back.
    Raises TryLater when the name, the address or the browser must wait.
    """
    limits = _limits(origin)
    _require_patience(session, limits, now)
    rows = [SignInFailure(subject=subject, failed_at=now) for subject in limits]
    session.add_all(rows)
    session.flush()
    return Reservation(origin, tuple(row.id for row in rows))


def forgive(session: Session, reservation: Reservation, *, now: datetime) -> None:
    """Take back a try that succeeded, with the failures before it from the same place, and all that are too old."""
    here = next(iter(_limits(reservation.origin)))
    session.execute(
        delete(SignInFailure).where(
            SignInFailure.id.in_(reservation.row_ids)
            | (SignInFailure.subject == here)
            | (SignInFailure.failed_at <= now - WINDOW)
        )
    )


def _limits(origin: Origin) -> dict[str, int]:
    """Return how many failures are free for each subject of a try; the first is the narrowest.

    The name is hashed: people type passwords into the wrong field.
    """
    name = hashlib.sha256(origin.name.strip().casefold().encode("utf-8", "replace")).hexdigest()[:32]
    if origin.device is not None:
        return {f"device:{origin.device[:64]}": FREE_OF_NAME_HERE}
    address = origin.address[:64]
    return {
        f"name:{name} address:{address}": FREE_OF_NAME_HERE,
        f"name:{name}": FREE_OF_NAME,
        f"address:{address}": FREE_OF_ADDRESS,
    }


def _require_patience(session: Session, limits: dict[str, int], now: datetime) -> None:
    recent = session.execute(
        select(SignInFailure.subject, func.count(), func.max(SignInFailure.failed_at))
        .where(SignInFailure.subject.in_(limits), SignInFailure.failed_at > now - WINDOW)
        .group_by(SignInFailure.subject)
    )
    wait_s = 0
    for subject, failures, latest in recent:
        beyond = failures - limits[subject]
        if beyond >= 0:
            until = latest + timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(beyond, 16), LONGEST_WAIT_S))
            wait_s = max(wait_s, math.ceil((until - now).total_seconds()))
    if wait_s > 0:
        raise TryLater(f"尝试次数过多，请 {wait_s} 秒后再试。", wait_s)
