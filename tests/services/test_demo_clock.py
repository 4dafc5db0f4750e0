"""Moving the demo's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, NotAllowed
from models import AuditEntry, DemoClock, Instance
from services.batches.advancing import advance
from services.clock import effective
from services.demo_clock import advance_by, is_demo, next_event, step_to_next
from tests.support.batches import COORDINATOR, local, running
from tests.support.mailing import send_all

WALL = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def demo(session: Session, now: datetime) -> None:
    """Make the database a demo's whose clock stands at an instant."""
    session.add_all(
        [
            Instance(id=1, instance_id="demo", is_demo=True),
            DemoClock(id=1, offset_seconds=(now - WALL).total_seconds()),
        ]
    )
    session.flush()


def test_the_clock_steps_to_the_next_event_of_a_batch(db: Session) -> None:
    """Design 6: buttons step to the next event."""
    batch = running(db).batch
    demo(db, local("2023-03-01 09:00"))

    opened_at = step_to_next(db, actor=COORDINATOR, wall=WALL)
    advance(db, batch.id, opened_at)
    send_all(db, opened_at)
    reminded_at = step_to_next(db, actor=COORDINATOR, wall=WALL)

    assert (opened_at, reminded_at) == (local("2023-03-06 09:00"), local("2023-03-13 09:00"))
    assert effective(db, WALL) == reminded_at
    assert effective(db, WALL + timedelta(seconds=5)) == reminded_at + timedelta(seconds=5)


def test_the_clock_waits_until_what_is_due_has_been_done(db: Session) -> None:
    """A second click must not skip what the first one has made due."""
    batch = running(db).batch
    demo(db, local("2023-03-01 09:00"))
    opened_at = step_to_next(db, actor=COORDINATOR, wall=WALL)

    with pytest.raises(Conflict):
        step_to_next(db, actor=COORDINATOR, wall=WALL)
    advance(db, batch.id, opened_at)
    with pytest.raises(Conflict):
        step_to_next(db, actor=COORDINATOR, wall=WALL)
    send_all(db, opened_at)

    assert step_to_next(db, actor=COORDINATOR, wall=WALL) > opened_at


def test_the_clock_goes_forward_by_a_day_and_says_who_moved_it(db: Session) -> None:
    demo(db, local("2023-03-01 09:00"))

    assert advance_by(db, DAY, actor=COORDINATOR, wall=WALL) == local("2023-03-02 09:00")
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and (entry.actor, entry.action) == ("王主任", "move_demo_clock")


@pytest.mark.parametrize("delta", [timedelta(0), -DAY, timedelta(days=3000)])
def test_the_clock_never_goes_back_nor_far_away(db: Session, delta: timedelta) -> None:
    """R6: effective time never goes back."""
    demo(db, local("2023-03-01 09:00"))

    with pytest.raises(Conflict):
        advance_by(db, delta, actor=COORDINATOR, wall=WALL)


def test_without_anything_planned_there_is_no_step(db: Session) -> None:
    demo(db, local("2023-03-01 09:00"))

    assert next_event(db) is None
    with pytest.raises(Conflict):
        step_to_next(db, actor=COORDINATOR, wall=WALL)


@pytest.mark.parametrize("is_marked", [None, False])
def test_the_clock_of_a_real_installation_cannot_be_moved(db: Session, is_marked: bool | None) -> None:
    """Design 6: only a demo instance may have the offset."""
    if is_marked is not None:
        db.add(Instance(id=1, instance_id="real", is_demo=is_marked))
        db.flush()

    assert not is_demo(db)
    with pytest.raises(NotAllowed):
        advance_by(db, DAY, actor=COORDINATOR, wall=WALL)
    with pytest.raises(NotAllowed):
        step_to_next(db, actor=COORDINATOR, wall=WALL)


def test_officers_do_not_move_the_clock(db: Session) -> None:
    demo(db, local("2023-03-01 09:00"))

    with pytest.raises(NotAllowed):
        advance_by(db, DAY, actor=Actor("经办人", Role.OFFICER, user_id=7), wall=WALL)
