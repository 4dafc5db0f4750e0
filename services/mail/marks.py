"""The two marks that every sent mail costs, as statements that are built once: they set the pace of a mailing.

They go past the session's objects, which would cost several times as much; an object that is loaded is expired.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from models import Mail, MailAttempt, MailState

MAILS: Table = Mail.metadata.tables[Mail.__tablename__]
TRIES: Table = MailAttempt.metadata.tables[MailAttempt.__tablename__]

BEGIN = (
    update(MAILS)
    .where(
        MAILS.c.id == bindparam("mail"),
        MAILS.c.state == MailState.CLAIMED,
        MAILS.c.claimed_by == bindparam("owner"),
        MAILS.c.lease_until > bindparam("wall_now"),
    )
    .values(state=MailState.SENDING, attempts=MAILS.c.attempts + 1, lease_until=bindparam("until"))
    .returning(MAILS.c.raw)
)
SENT = (
    update(MAILS)
    .where(MAILS.c.id == bindparam("mail"))
    .values(state=MailState.SENT, sent_at=bindparam("now"), because="", lease_until=None)
)
TRIED = insert(TRIES)


@dataclass(frozen=True, slots=True)
class Try:
    """One answer of the host, as it is kept."""

    tried_at: datetime
    outcome: str
    code: int | None
    reply: str


def mark_begun(session: Session, mail_id: int, owner: str, *, wall_now: datetime, until: datetime) -> bytes | None:
    """Mark a claimed mail as being handed over, and return its bytes; None when the claim was lost."""
    session.flush()
    given = {"mail": mail_id, "owner": owner, "wall_now": wall_now, "until": until}
    taken = session.connection().execute(BEGIN, given).first()
    _expire(session, mail_id)
    return taken[0] if taken else None


def mark_sent(session: Session, mail_id: int, answer: Try, now: datetime) -> None:
    """Mark a mail as taken by the host, and keep the answer."""
    session.flush()
    connection = session.connection()
    connection.execute(SENT, {"mail": mail_id, "now": now})
    connection.execute(
        TRIED,
        {
            "mail_id": mail_id,
            "tried_at": answer.tried_at,
            "outcome": answer.outcome,
            "code": answer.code,
            "reply": answer.reply,
        },
    )
    _expire(session, mail_id)


def _expire(session: Session, mail_id: int) -> None:
    loaded = session.identity_map.get(identity_key(Mail, mail_id))
    if loaded is not None:
        session.expire(loaded)
