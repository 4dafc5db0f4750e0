"""Advancing a batch by the direct path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event, func, select

from domain.plan import MomentKind
from flows.advancing import Direct, Steps, Superseded, advance
from models import AppliedMoment, Batch, Mail
from models.scope import Scope
from models.session import Database
from services import leases
from services.batches.advancing import DueStage
from tests.support.batches import definition, local, running
from tests.support.outbox import kinds_of_moments, publish_batch

OPENING = local("2023-03-06 09:00")
LAST_REMINDER = local("2023-03-20 09:00")


def run(database: Database, batch_id: int, now: datetime, fence: int | None = None) -> int:
    steps = Steps(database, fence)
    return advance(steps, batch_id, now, run=Direct(steps))


def test_everything_due_is_done_once_and_the_batch_says_when_it_is_due_again(database: Database) -> None:
    batch_id = publish_batch(database, definition(units=3))

    assert run(database, batch_id, OPENING) == 1
    assert run(database, batch_id, OPENING) == 0

    with database.read(Scope()) as session:
        assert session.scalars(select(Mail.address).order_by(Mail.id)).all() == [
            "u1@units.example",
            "u2@units.example",
            "u3@units.example",
        ]
        assert session.get_one(Batch, batch_id).next_due_at == local("2023-03-15 09:00")
