"""Taking one mail through its life by hand, with a wall clock apart from the batch's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Mail
from services.batches.advancing import advance
from services.mail.claiming import Claim, Handed, begin, claim, store
from services.mail.composing import compose
from tests.support.batches import definition, local, running
from tests.support.mailing import SENDER

NOW = local("2023-03-06 09:00")
WALL = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LEASE, REST = timedelta(minutes=1), timedelta(minutes=10)
RETRY = Handed("retry", 451, "稍后再试", timedelta(minutes=5))
REFUSED = Handed("refused", 550, "no such user", timedelta())
LOST = Handed("uncertain", None, "connection lost", timedelta())
OK = Handed("ok", 250, "queued", timedelta())


def how(minutes: float = 0, owner: str = "a", *, holds: bool = False) -> Claim:
    """Return the claim of a sender, so many minutes of wall time after the first."""
    return Claim(owner, WALL + timedelta(minutes=minutes), LEASE, REST, holds_uncertain=holds)


def opened(session: Session, units: int = 1) -> int:
    """Open a batch, with one mail to each unit waiting; return its id."""
    batch = running(session, definition(units=units)).batch
    advance(session, batch.id, NOW)
    return batch.id


def only(session: Session) -> Mail:
    session.flush()
    return session.scalars(select(Mail).execution_options(populate_existing=True)).one()


def started(session: Session, wanted: Claim, mail_id: int | None = None) -> bytes:
    """Take a mail from the outbox to the moment of its hand-over; return its bytes."""
    (claimed,) = claim(session, wanted, NOW)
    store(session, compose(session, [claimed], NOW, SENDER), wanted.owner)
    raw = begin(session, mail_id or claimed, wanted)
    assert raw is not None
    return raw
