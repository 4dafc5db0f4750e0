"""How the installation is."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import Batch, Instance, Lease, Mail, MailState
from models.session import Database
from services.health import LeaseView, Status, down, health
from tests.support.batches import running
from tests.support.people import NOW


def mail(session: Session, number: int, state: MailState) -> Mail:
    batch_id = session.scalars(select(Batch.id)).first() or running(session).batch.id
    return Mail(
        key=f"k{number}", batch_id=batch_id, stage_key="contacts", kind=next(iter(MailKind)), address="a@b.example",
        at=NOW, not_before=NOW, state=state, raw=b"x", because="x",
    )  # fmt: skip


def test_a_running_installation_is_well_and_says_who_leads_and_what_waits(db: Session) -> None:
    db.add(Instance(id=1, instance_id="this-one", is_demo=True))
    db.add(Lease(name="clock", owner="host-1", until=NOW + timedelta(seconds=12.9)))
    states = [MailState.PENDING, MailState.PENDING, MailState.REFUSED, MailState.VOID]
    db.add_all(mail(db, number, state) for number, state in enumerate(states))
    db.flush()

    found = health(db, NOW)

    assert (found.status, found.instance_id, found.is_demo) == (Status.OK, "this-one", True)
    assert found.leases == (LeaseView("clock", "host-1", 12),)
    assert found.outbox == {"pending": 2, "claimed": 0, "sending": 0, "held": 0, "uncertain": 0, "refused": 1}
    assert json.loads(json.dumps(found.document()))["status"] == "ok"


def test_nobody_at_the_clock_and_uncertain_mails_are_said(db: Session) -> None:
    db.add(Lease(name="clock", owner="host-1", until=NOW - timedelta(seconds=1)))
    db.add(mail(db, 1, MailState.UNCERTAIN))
    db.flush()

    found = health(db, NOW)

    assert (found.status, len(found.sentences)) == (Status.DEGRADED, 2)
    assert "1 封" in found.sentences[1]


def test_an_older_schema_is_down_and_says_what_to_do() -> None:
    """F50"""
    with Database("sqlite://").read() as session:
        found = health(session, NOW)

    assert (found.status, found.database, found.schema_current) == (Status.DOWN, True, False)
    assert "linxuan migrate" in found.sentences[0]
    assert not down("x").database
