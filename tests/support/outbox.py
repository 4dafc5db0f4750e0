"""Reading what the engine wrote: moments, and mails by where they stand."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from domain.definition import Definition
from models import AppliedMoment, Mail
from models.scope import Scope
from models.session import Database
from tests.support.batches import running


def publish_batch(database: Database, wanted: Definition) -> int:
    """Publish a batch in a transaction of its own; return its id."""
    with database.write(Scope()) as session:
        return running(session, wanted).batch.id


def moments(database: Database) -> Counter[str]:
    """Count what is in the ledger, by kind and verdict, such as "close applied"."""
    with database.read(Scope()) as session:
        rows = session.execute(select(AppliedMoment.kind, AppliedMoment.verdict)).all()
    return Counter(f"{kind.value} {verdict.value}" for kind, verdict in rows)


def mail_states(database: Database) -> Counter[str]:
    """Count the mails by state."""
    with database.read(Scope()) as session:
        return Counter(state.value for state in session.scalars(select(Mail.state)))
