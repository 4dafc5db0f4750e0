"""Two clocks on one database; one dies by SIGKILL at a named point, the other completes what was begun."""

from __future__ import annotations

import shutil
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from domain.definition import Definition, Due, Opening
from flows.advancing import CLOCK, Direct, Steps, advance
from flows.sending import Outgoing
from models import AppliedMoment, Lease, Mail, MailAttempt, MailState
from models.failpoints import POINTS
from models.scope import Scope
from models.session import Database
from services import audit
from tests.flows.conftest import posting
from tests.support.batches import contacts_stage, definition, local
from tests.support.clock_process import ClockOptions, ClockProcess
from tests.support.outbox import publish_batch
from tests.support.polling import until
from tests.support.smtp import SmtpSink, Taken

NOW = local("2023-03-13 09:05")
"""One batch opens late and has a reminder due, the other one closes."""
UNITS = 5


@dataclass(frozen=True)
class Crash:
    """Where the armed clock dies, at which passing."""

    point: str
    passing: int

    def __str__(self) -> str:
        return f"{self.point}:{self.passing}"


def crashes(rounds: int) -> list[object]:
    """Return so many crashes over all points, on SQLite and PostgreSQL in turn."""
    found = []
    for number in range(rounds):
        point = POINTS[number % len(POINTS)]
        passings = {"send": 5, "advance": 3}.get(point.partition(".")[0], 1)
        if point in {"send.before_claim", "send.claimed", "send.rendered", "send.stored"}:
            passings = 1
        crash = Crash(point, number // len(POINTS) % passings + 1)
        kind = ("sqlite", "postgresql")[number % 2]
        found.append(pytest.param(kind, crash, id=f"{number}-{kind}-{crash}"))
    return found


def opening_batch() -> Definition:
    return definition(units=UNITS, code="batch-a")


def closing_batch() -> Definition:
    stage = contacts_stage(opens=Opening(on=date(2023, 3, 6)), due=Due(on=date(2023, 3, 13), at="09:00"), ladder=None)
    return definition(units=UNITS, code="batch-b", stages=(stage,))


def set_up(database: Database) -> None:
    """Publish both batches; the second has been open for a week."""
    publish_batch(database, opening_batch())
    batch_id, steps = publish_batch(database, closing_batch()), Steps(database)
    advance(steps, batch_id, local("2023-03-06 09:00"), run=Direct(steps))


@dataclass(frozen=True)
class Outcome:
    """What must be the same with and without a crash: the ledger, and where each mail stands."""

    moments: Counter[tuple[int, str]]
    mails: dict[str, MailState]


def outcome(database: Database) -> Outcome:
    with database.read(Scope()) as session:
        rows = session.execute(select(AppliedMoment.batch_id, AppliedMoment.key))
        moments = Counter((batch_id, key) for batch_id, key in rows)
        mails = dict(session.execute(select(Mail.key, Mail.state)).all())
    return Outcome(moments, mails)


@pytest.fixture(scope="session")
def undisturbed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return the outcome when nothing goes wrong."""
    path = tmp_path_factory.mktemp("undisturbed") / "linxuan.sqlite"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    with database.write(Scope()) as session:
        audit.ensure_chain(session)
    set_up(database)
    steps = Steps(database)
    for batch_id in (1, 2):
        advance(steps, batch_id, NOW, run=Direct(steps))
    with SmtpSink() as sink:
        outgoing = Outgoing(database, posting(sink.url), owner="undisturbed")
        outgoing.drain(lambda: NOW)
        outgoing.close()
    found = outcome(database)
    database.dispose()
    assert set(found.mails.values()) == {MailState.SENT}
    return found


@pytest.fixture
def two_clocks(database: Database, database_url: str, smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[TwoClocks]:
    """Return two clocks on one database with both batches; none is started yet."""
    set_up(database)
    base = ClockOptions(database_url, smtp_sink.url, "", NOW, tmp_path)
    with ExitStack() as stack:
        yield TwoClocks(database, base, stack)


@dataclass
class TwoClocks:
    """Clocks that are ended with the test."""

    database: Database
    base: ClockOptions
    stack: ExitStack

    def start(self, owner: str, **changes: Any) -> ClockProcess:
        options = replace(self.base, owner=owner, log=self.base.log / f"{owner}.log", **changes)
        return self.stack.enter_context(ClockProcess(options))

    def leader(self) -> str:
        with self.database.read(Scope()) as session:
            return session.scalar(select(Lease.owner).where(Lease.name == CLOCK)) or ""

    def stop_between_writes(self, clock: ClockProcess) -> bool:
        """Stop a process unless it is in the middle of writing: whoever sleeps on a lock keeps it from everybody."""
        clock.signal(signal.SIGSTOP)
        try:
            with self.database.write(Scope()) as session:
                session.execute(select(Lease.id).where(Lease.name == CLOCK).with_for_update(nowait=True))
        except OperationalError:
            clock.signal(signal.SIGCONT)
            return False
        return True

    def is_over(self, wanted: Outcome) -> bool:
        return outcome(self.database) == wanted


def copies_by_id(taken: list[Taken]) -> dict[str, list[bytes]]:
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for one in taken:
        found[one.message_id].append(one.raw)
    return dict(found)


def assert_copies_are_explained(database: Database, taken: list[Taken], connections: int) -> None:
    """I2: every mail arrived; a copy only of one that the kill hit after its hand-over, the same and shown."""
    delivered = copies_by_id(taken)
    with database.read(Scope()) as session:
        mails = session.scalars(select(Mail)).all()
        uncertain = set(session.scalars(select(MailAttempt.mail_id).where(MailAttempt.outcome == "uncertain")))
    assert set(delivered) == {mail.message_id for mail in mails}
    assert {len(set(copies)) for copies in delivered.values()} == {1}
    twice = [mail for mail in mails if len(delivered[mail.message_id]) > 1]
    assert all(len(delivered[mail.message_id]) == 2 for mail in twice)
    assert all(mail.is_resent and mail.id in uncertain for mail in twice)
    assert len(twice) <= connections


@pytest.mark.parametrize(("database_url", "crash"), crashes(24), indirect=["database_url"])
def test_a_killed_clock_loses_nothing_and_the_other_one_completes_its_work(
    two_clocks: TwoClocks, crash: Crash, undisturbed: Outcome, smtp_sink: SmtpSink
) -> None:
    """F01, F02, F03: SIGKILL anywhere between due and sent; the result is that of a run without it."""
    assert_a_crash_loses_nothing(two_clocks, crash, undisturbed, smtp_sink)


@pytest.mark.soak
@pytest.mark.parametrize(("database_url", "crash"), crashes(200), indirect=["database_url"])
def test_two_hundred_killed_clocks_lose_nothing(
    two_clocks: TwoClocks, crash: Crash, undisturbed: Outcome, smtp_sink: SmtpSink
) -> None:
    """F04, G-A4: two hundred kills, none lost, copies no more than kills could hit."""
    assert_a_crash_loses_nothing(two_clocks, crash, undisturbed, smtp_sink)


def assert_a_crash_loses_nothing(two_clocks: TwoClocks, crash: Crash, wanted: Outcome, sink: SmtpSink) -> None:
    connections = 1 + crash.passing % 2
    armed = two_clocks.start("armed", failpoint=str(crash), connections=connections)
    until(lambda: two_clocks.leader() == "armed", "the armed clock leads")
    two_clocks.start("other")

    assert armed.wait() == -signal.SIGKILL, f"{crash} was not passed"
    until(lambda: two_clocks.is_over(wanted), f"the other clock has completed everything after {crash}")

    assert two_clocks.leader() == "other"
    assert_copies_are_explained(two_clocks.database, sink.messages, connections)
    with two_clocks.database.read(Scope()) as session:
        assert audit.verify(session).is_whole


def test_a_clock_that_was_paused_past_its_lease_does_nothing_twice(
    two_clocks: TwoClocks, undisturbed: Outcome, smtp_sink: SmtpSink
) -> None:
    """F08: SIGSTOP, take-over by the second clock, SIGCONT: no effect, no copy."""
    paused = two_clocks.start("paused", connections=1)
    until(lambda: two_clocks.leader() == "paused", "the first clock leads")
    until(lambda: two_clocks.stop_between_writes(paused), "the first clock is stopped while it holds no lock")
    two_clocks.start("other")
    until(lambda: two_clocks.leader() == "other", "the other clock has taken over")
    paused.signal(signal.SIGCONT)

    until(lambda: two_clocks.is_over(undisturbed), "everything is done")

    assert two_clocks.leader() == "other"
    assert_copies_are_explained(two_clocks.database, smtp_sink.messages, connections=1)


def test_a_clock_that_is_asked_to_end_gives_the_lead_back_at_once(
    two_clocks: TwoClocks, undisturbed: Outcome
) -> None:
    """The next clock need not wait for a lease of a minute to lapse."""
    first = two_clocks.start("first", lease_seconds=60.0)
    until(lambda: two_clocks.leader() == "first", "the first clock leads")
    two_clocks.start("other", lease_seconds=60.0)

    first.signal(signal.SIGTERM)

    assert first.wait() == 0
    until(lambda: two_clocks.is_over(undisturbed), "the other clock has completed everything", seconds=40)


def test_five_clocks_do_each_thing_once(two_clocks: TwoClocks, undisturbed: Outcome, smtp_sink: SmtpSink) -> None:
    """F07: five processes on one database."""
    for number in range(5):
        two_clocks.start(f"clock-{number}")

    until(lambda: two_clocks.is_over(undisturbed), "everything is done", seconds=40)

    assert {len(copies) for copies in copies_by_id(smtp_sink.messages).values()} == {1}
