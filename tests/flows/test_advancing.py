"""Advancing a batch by the direct path."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.definition import Due, Opening
from flows.advancing import Direct, Steps, Superseded, advance
from models import AppliedMoment, Batch, Mail
from models.scope import Scope
from models.session import Database
from services import leases
from services.batches.advancing import DueStage
from tests.support.batches import contacts_stage, definition, ladder, local
from tests.support.outbox import mail_states, moments, publish_batch
from tests.support.statements import counted

OPENING = local("2023-03-06 09:00")
REMINDER = local("2023-03-13 09:00")


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
        assert session.get_one(Batch, batch_id).next_due_at == REMINDER


def test_a_whole_batch_is_advanced_in_one_call_when_nothing_ran_before(database: Database) -> None:
    """Rounds go on until a closed stage has let in what follows it."""
    second = contacts_stage(
        key="again", title="再次反馈", opens=Opening(after=("contacts",)), due=Due(on=date(2023, 4, 20))
    )
    batch_id = publish_batch(database, definition(units=2, stages=(contacts_stage(), second)))

    assert run(database, batch_id, local("2023-05-01 09:00")) > 0

    assert moments(database)["close applied"] == 2
    with database.read(Scope()) as session:
        assert session.get_one(Batch, batch_id).next_due_at is None


def test_three_days_of_outage_over_two_reminders_and_the_deadline_end_as_if_nothing_had_happened(
    database: Database,
) -> None:
    """F14, R4: no reminder for what is closed, one notice of the closing, each missed reminder says why."""
    batch_id = publish_batch(database, definition(units=4))
    run(database, batch_id, OPENING)
    run(database, batch_id, REMINDER)
    before = mail_states(database)["pending"]

    run(database, batch_id, local("2023-03-23 07:00"))

    assert moments(database) == Counter(
        {"open applied": 1, "remind applied": 1, "remind missed": 2, "close applied": 1, "escalate applied": 1}
    )
    with database.read(Scope()) as session:
        written = Counter(session.scalars(select(Mail.kind).where(Mail.id > before)))
        missed = session.scalars(select(AppliedMoment.because).where(AppliedMoment.verdict == "missed")).all()
    assert written == Counter({"stage_closes": 1, "escalation": 1})
    assert all("已过截止时间" in because for because in missed)


def test_after_an_outage_before_the_deadline_only_the_most_urgent_reminder_is_sent(database: Database) -> None:
    """F14, R4: several missed reminders become one, and nobody is flooded."""
    batch_id = publish_batch(database, definition(units=4))
    run(database, batch_id, OPENING)
    opened = mail_states(database)["pending"]

    run(database, batch_id, local("2023-03-20 15:00"))

    assert moments(database) == Counter({"open applied": 1, "remind applied": 1, "remind merged": 2})
    assert mail_states(database)["pending"] - opened == 4


@dataclass
class Failing:
    """A runner of which one stage fails."""

    direct: Direct
    broken: str
    tried: list[str] = field(default_factory=list)

    def advance_stage(self, batch_id: int, stage: DueStage, *, now: datetime) -> int:
        self.tried.append(stage.key)
        if stage.key == self.broken:
            raise ValueError("a row that cannot be read")
        return self.direct.advance_stage(batch_id, stage, now=now)

    def hand_over(self, batch_id: int, *, now: datetime) -> None:
        self.direct.hand_over(batch_id, now=now)


def test_a_stage_that_fails_holds_up_no_other_stage_and_stays_due(database: Database) -> None:
    """F15: the others are done, the incident is raised, and the next run tries again."""
    second = contacts_stage(key="second", title="第二环节")
    batch_id = publish_batch(database, definition(units=2, stages=(contacts_stage(), second)))
    steps = Steps(database)
    failing = Failing(Direct(steps), "contacts")

    with pytest.raises(ExceptionGroup):
        advance(steps, batch_id, OPENING, run=failing)

    assert failing.tried == ["contacts", "second"]
    assert moments(database) == Counter({"open applied": 1})
    assert run(database, batch_id, OPENING) == 1


def test_a_leader_that_lost_its_lease_writes_nothing_more(database: Database) -> None:
    """F08: the fence of a paused process is too old, its step is refused, and the new leader's work stands."""
    batch_id = publish_batch(database, definition(units=2))
    wall = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    with database.mark() as session:
        old = leases.take(session, "clock", owner="old", wall_now=wall, length=timedelta(seconds=1))
        new = leases.take(
            session, "clock", owner="new", wall_now=wall + timedelta(seconds=2), length=timedelta(seconds=60)
        )
        assert old is not None
        assert new is not None
        fences = (1, 2)

    with pytest.raises(Superseded):
        run(database, batch_id, OPENING, fence=fences[0])

    assert moments(database) == Counter()
    assert run(database, batch_id, OPENING, fence=fences[1]) == 1


def statements_to_remind(database: Database, units: int, code: str) -> int:
    many = definition(units=units, code=code, ladders=(replace(ladder(), ceiling_per_week=3),))
    batch_id = publish_batch(database, many)
    run(database, batch_id, OPENING)
    with counted(database) as seen:
        run(database, batch_id, REMINDER)
    return len(seen)


def test_three_thousand_reminders_cost_as_many_statements_as_thirty(database: Database) -> None:
    """G-B1: work is written in bulk; only the thousands of a chunk add a statement each."""
    few = statements_to_remind(database, 30, "batch-a")
    many = statements_to_remind(database, 3_000, "batch-b")

    assert many - few <= 4
    assert many <= 60
