"""A published batch brought forward to a moment, with its mails sent, on a database of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from domain.access import SYSTEM
from domain.definition import Definition
from models import Batch, Mail, MailState
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from services.batches.publishing import confirm_values, publish
from services.mail.claiming import Claim, Handed, begin, claim, record, store
from services.mail.composing import Composed, compose
from tests.support.mailing import SENDER


def published(database: Database, definition: Definition, now: datetime) -> int:
    """Store, confirm and publish a definition; return the batch's id."""
    with database.write(Scope()) as session:
        batch = store_draft(session, definition, actor=SYSTEM, now=now)
        confirm_values(session, batch, [item.path for item in definition.unconfirmed], actor=SYSTEM, now=now)
        return publish(session, batch, actor=SYSTEM, now=now).batch.id


def run_until(database: Database, batch_id: int, until: datetime) -> None:
    """Do everything that is due before an instant, and send what may leave."""
    last = None
    while (now := _next(database, batch_id)) is not None and now < until and now != last:
        with database.write(Scope()) as session:
            advance(session, batch_id, now)
        _send(database, now)
        last = now


def _next(database: Database, batch_id: int) -> datetime | None:
    with database.read(Scope()) as session:
        due = session.scalar(select(Batch.next_due_at).where(Batch.id == batch_id))
        mail = session.scalar(select(func.min(Mail.not_before)).where(Mail.state == MailState.PENDING))
    return min((at for at in (due, mail) if at is not None), default=None)


def _send(database: Database, now: datetime) -> None:
    how = Claim("test", now, timedelta(hours=1), timedelta(0))
    while True:
        with database.write(Scope()) as session:
            claimed = claim(session, how, now, limit=500)
            if not claimed:
                return
            for item in store(session, compose(session, claimed, now, SENDER), how.owner):
                assert isinstance(item, Composed)
                begin(session, item.mail_id, how)
                record(session, item.mail_id, Handed("ok", 250, "", timedelta(0)), how, now)
