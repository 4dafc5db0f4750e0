"""The clock in one process: it wakes when something is due, and goes on when the wall clock jumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from flows.advancing import CLOCK
from flows.clock import Clock, Pulse
from flows.running import Conductor
from flows.sending import Outgoing
from models import Lease
from models.scope import Scope
from models.session import Database
from tests.support.batches import definition, local
from tests.support.outbox import mail_states, moments, publish_batch
from tests.support.polling import until
from web.clock import wall_now

OPENING = local("2023-03-06 09:00")


@contextmanager
def running_clock(
    database: Database,
    start: datetime,
    *,
    outgoing: Outgoing | None = None,
    housekeeping: Callable[[], None] | None = None,
    **pulse: float,
) -> Iterator[Clock]:
    """Run a clock that begins at an effective now; it is stopped at the end."""
    ahead = start - wall_now()
    clock = Clock(
        database,
        lambda: wall_now() + ahead,
        conductor=Conductor(database),
        outgoing=outgoing,
        pulse=Pulse(**{"lease": 30.0, "post": 0.1, **pulse}),
    )
    if housekeeping is not None:
        clock.besides(housekeeping)
    ended: list[bool] = []
    thread = Thread(target=lambda: ended.append(clock.run()))
    thread.start()
    try:
        yield clock
    finally:
        clock.stop()
        thread.join(60)
    assert ended == [True]


def test_it_wakes_at_the_next_due_instant_without_waiting_for_a_tick(database: Database, outgoing: Outgoing) -> None:
    """I4: lateness is not a matter of the tick; the mails leave at once, too."""
    publish_batch(database, definition(units=3))

    with running_clock(database, OPENING - timedelta(seconds=2), outgoing=outgoing, tick=3600.0):
        until(lambda: moments(database)["open applied"] == 1, "the stage is opened")
        until(lambda: mail_states(database)["sent"] == 3, "the mails have left")

    assert moments(database) == Counter({"open applied": 1})


def test_it_gives_its_lead_back_when_it_ends(database: Database) -> None:
    with running_clock(database, OPENING) as clock:
        until(lambda: clock.leads, "it leads")

    with database.read(Scope()) as session:
        lease = session.scalars(select(Lease).where(Lease.name == CLOCK)).one()
    assert (lease.owner, lease.until <= wall_now()) == (clock.owner, True)


def test_it_goes_on_when_the_wall_clock_is_set_back(database: Database) -> None:
    """F10: APScheduler's intervals would stop until the old time comes again."""
    with running_clock(database, OPENING, tick=0.2) as clock:
        until(lambda: clock.leads, "it leads")
        for job in clock._scheduler.get_jobs():
            job.modify(next_run_time=wall_now() + timedelta(hours=1))
        publish_batch(database, definition(units=1))

        until(lambda: moments(database)["open applied"] == 1, "the stage is opened")

    assert moments(database) == Counter({"open applied": 1})


def test_a_clock_that_no_longer_ticks_leaves_its_lead_to_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pitfall 5: a scheduler whose thread is dead looks healthy; its lease tells."""
    clock = Clock(database, wall_now, conductor=Conductor(database), pulse=Pulse(tick=0.0))
    monkeypatch.setattr("flows.clock.STALE_SECONDS", 0.0)

    clock.lead()

    assert not clock.leads
    with database.read(Scope()) as session:
        assert session.scalars(select(Lease)).all() == []


def test_the_leader_keeps_house_and_a_failure_waits_for_the_next_round(database: Database) -> None:
    rounds: list[int] = []

    def housekeeping() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OSError("the disk was away for a moment")

    with running_clock(database, OPENING, housekeeping=housekeeping, house=0.2) as clock:
        until(lambda: len(rounds) >= 2, "the second round was made")
        assert clock.leads
