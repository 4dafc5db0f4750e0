"""What a sender does with its claims beside sending: look for work, keep them, give them back.

A claim lasts for one lease after its holder's last sign of life, so a mail host may be slow without another sender
taking the mail for lost, and a crashed sender's mails move on as soon as its lease is over.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Mail, MailState
from services.mail.claiming import Claim, may_leave

HELD = (MailState.CLAIMED, MailState.SENDING)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a claimed mail goes, and which try this is, from 1."""

    mail_id: int
    address: str
    attempt: int


def has_work(session: Session, how: Claim, now: datetime) -> bool:
    """Tell whether a mail may leave now, or a lapsed claim waits to be taken back; reads only."""
    lapsed = Mail.state.in_(HELD) & (Mail.lease_until < how.wall_now)
    ready = select(Mail.id).where(*may_leave(how, now)).limit(1)
    return session.execute(ready).first() is not None or (
        session.execute(select(Mail.id).where(lapsed).limit(1)).first() is not None
    )


def envelopes(session: Session, mail_ids: Collection[int]) -> list[Envelope]:
    """Return the envelopes of claimed mails in the order given."""
    rows = session.execute(select(Mail.id, Mail.address, Mail.attempts).where(Mail.id.in_(mail_ids)))
    found = {mail_id: Envelope(mail_id, address, attempts + 1) for mail_id, address, attempts in rows}
    return [found[mail_id] for mail_id in mail_ids if mail_id in found]


def keep(session: Session, how: Claim) -> int:
    """Prolong every claim of this owner by one lease from now; return how many there are."""
    kept = session.execute(
        update(Mail)
        .where(Mail.state.in_(HELD), Mail.claimed_by == how.owner, Mail.lease_until >= how.wall_now)
        .values(lease_until=how.wall_now + how.lease)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return len(kept.all())


def give_back(session: Session, mail_ids: Collection[int], how: Claim) -> int:
    """Give back claimed mails that were not handed over; return how many went back."""
    given = session.execute(
        update(Mail)
        .where(Mail.id.in_(mail_ids), Mail.state == MailState.CLAIMED, Mail.claimed_by == how.owner)
        .values(state=MailState.PENDING, lease_until=None, claimed_by="")
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return len(given.all())
