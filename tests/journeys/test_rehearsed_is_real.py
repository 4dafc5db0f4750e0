"""What was rehearsed is what happens: the ministry's batch, played against a real mail server, key by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.access import SYSTEM
from domain.definition import Definition
from flows.running import Conductor
from flows.sending import Outgoing, Posting
from models import Batch, Mail, MailState
from models.scope import Scope
from models.session import Database
from notifications.account import parse_smtp_url
from notifications.address import AllowList
from presets import FOLDER
from services.batches.advancing import DueBatch
from services.batches.drafts import store_draft
from services.batches.publishing import confirm_values, publish
from services.definitions.reading import load_file
from services.mail.composing import Sender
from services.rehearsal import Happening, read_scenario, rehearse_definition
from services.rehearsal.acting import play
from services.rehearsal.playing import Period
from tests.support.batches import local
from tests.support.smtp import SmtpSink

UNTIL = local("2023-07-01 00:00")


def publish_all(database: Database, definition: Definition) -> int:
    """Store, confirm and publish the definition; return the batch's id."""
    now = local("2023-03-01 09:00")
    with database.write(Scope()) as session:
        batch = store_draft(session, definition, actor=SYSTEM, now=now)
        confirm_values(session, batch, [item.path for item in definition.unconfirmed], actor=SYSTEM, now=now)
        return publish(session, batch, actor=SYSTEM, now=now).batch.id


def next_instant(database: Database, batch_id: int, waiting: Sequence[Happening]) -> datetime | None:
    with database.read(Scope()) as session:
        due = session.scalar(select(Batch.next_due_at).where(Batch.id == batch_id))
    return min((at for at in (due, waiting[0].at if waiting else None) if at is not None), default=None)


def _same(instant: datetime) -> datetime:
    return instant


def play_for_real(database: Database, definition: Definition, happenings: list[Happening], sink: SmtpSink) -> None:
    """Go from instant to instant as the clock would, with the real conductor and the real sender."""
    batch_id, waiting = publish_all(database, definition), list(happenings)
    sender = Sender("no-reply@linxuan.example", "http://127.0.0.1", "0123456789", AllowList.parse("*.example"))
    outgoing = Outgoing(database, Posting(account=parse_smtp_url(sink.url), sender=sender), owner="test")
    conductor = Conductor(database)
    try:
        while (now := next_instant(database, batch_id, waiting)) is not None and now < UNTIL:
            with database.write(Scope()) as session:
                while waiting and waiting[0].at <= now:
                    play(session, batch_id, definition, waiting.pop(0))
            conductor.run_batch(DueBatch(batch_id, definition.code, now), now)
            outgoing.drain(partial(_same, now))
    finally:
        outgoing.close()


@pytest.mark.parametrize("with_answers", [False, True], ids=["nobody answers", "33 units answer"])
def test_the_batch_sends_exactly_the_rehearsed_mails(
    database: Database, smtp_sink: SmtpSink, with_answers: bool
) -> None:
    """S003-01, S003-63: every mail of the rehearsal, and no other, reaches the server with its key's Message-ID."""
    definition = load_file(FOLDER / "miit-2023.yaml")
    scenario = (Path(FOLDER) / "demo" / "miit-2023-scenario.yaml").read_text(encoding="utf-8")
    happenings = read_scenario(scenario, definition) if with_answers else []
    rehearsed = rehearse_definition(definition, Period(until=UNTIL), happenings)

    play_for_real(database, definition, happenings, smtp_sink)

    planned = {event.key: (event.kind, event.subject, event.to) for event in rehearsed.events if event.to}
    with database.read(Scope()) as session:
        rows = session.scalars(select(Mail).where(Mail.state == MailState.SENT)).all()
        sent = {mail.key: (mail.kind.value, mail.subject, [mail.address]) for mail in rows}
        ids = {mail.message_id for mail in rows}
    received = [message_from_bytes(taken.raw, policy=policy.default)["Message-ID"] for taken in smtp_sink.messages]
    assert sent == planned
    assert sorted(received) == sorted(ids)
    assert len(received) == len(planned)
