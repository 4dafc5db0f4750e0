"""Composing and marking mails in tests, without a host: what would leave now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Mail, MailState, Unit
from notifications.address import AllowList
from services.mail.claiming import Claim, Handed, begin, claim, record, store
from services.mail.composing import Sender, compose

SENDER = Sender(
    "遴选 <no-reply@linxuan.example>", "http://linxuan.example", "0123456789", AllowList.parse("*.example")
)


@dataclass(frozen=True, slots=True)
class Left:
    """A mail that left."""

    unit: str | None
    address: str
    kind: str
    subject: str
    body: str
    key: str


def owner(now: datetime) -> Claim:
    return Claim("test", now, timedelta(minutes=1), timedelta(minutes=10))


def send_all(session: Session, now: datetime, outcome: str = "ok") -> list[Left]:
    """Let everything that may leave now leave; return it in the order of leaving."""
    how, left = owner(now), []
    while claimed := claim(session, how, now):
        for item in store(session, compose(session, claimed, now, SENDER), how.owner):
            assert begin(session, item.mail_id, how) == item.raw
            record(session, item.mail_id, Handed(outcome, 250, "reply", timedelta(minutes=1)), how, now)
            left.append(item.mail_id)
    rows = session.execute(select(Mail, Unit.code).outerjoin(Unit, Unit.id == Mail.unit_id).where(Mail.id.in_(left)))
    found = {
        mail.id: Left(code, mail.address, mail.kind.value, mail.subject, mail.body, mail.key) for mail, code in rows
    }
    return [found[mail_id] for mail_id in left]


def states(session: Session) -> dict[str, int]:
    """Return how many mails stand in each state."""
    counted: dict[str, int] = {}
    for state in session.scalars(select(Mail.state)):
        counted[MailState(state).value] = counted.get(MailState(state).value, 0) + 1
    return counted
