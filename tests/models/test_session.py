"""How transactions begin, wait and end, and how instants and closed sets are stored."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, StatementError
from sqlalchemy.orm import Session

from models import AuditHead, Lease, Programme
from models.base import UTCDateTime
from models.scope import Scope
from models.session import Database
from services.rehearsal.copying import empty_copy
from tests.support.rows import VALID, lay_parents, put

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Scope()


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "one.sqlite"
    shutil.copy(migrated_sqlite, path)
    found = Database(f"sqlite:///{path}")
    yield found
    found.dispose()


@pytest.fixture
def lease(database: Database) -> Database:
    with database.write(ALL) as session:
        session.add(Lease(name="count", owner="a", until=datetime(2023, 3, 6, tzinfo=UTC), fence=0))
    return database


def fence(session: Session, *, lock: bool = False) -> Lease:
    question = select(Lease).where(Lease.name == "count")
    return session.scalars(question.with_for_update() if lock else question).one()


def begins(database: Database) -> list[str]:
    """Return a list to which every BEGIN that is sent from now on is added."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return found


def test_two_writers_never_lose_an_update(lease: Database) -> None:
    """Finding 7, F34: read, then write; the second waits for the first."""
    both_up = threading.Barrier(2)

    def add_one() -> None:
        both_up.wait(30)
        for _ in range(10):
            with lease.write(ALL) as session:
                fence(session, lock=True).fence += 1

    writers = [threading.Thread(target=add_one) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)

    with lease.read(ALL) as session:
        assert fence(session).fence == 20


def test_the_second_writer_waits_until_the_first_has_committed(lease: Database) -> None:
    """Finding 7: no "database is locked" at once, and no stale read."""
    asking, seen = threading.Event(), []

    def second() -> None:
        asking.set()
        with lease.write(ALL) as session:
            seen.append(fence(session, lock=True).fence)

    with lease.write(ALL) as session:
        fence(session, lock=True).fence = 7
        session.flush()
        other = threading.Thread(target=second)
        other.start()
        assert asking.wait(30)
        assert seen == []
    other.join(60)

    assert seen == [7]


def test_a_writer_claims_its_place_before_it_reads_and_a_reader_claims_none(sqlite: Database) -> None:
    """Finding 7: BEGIN IMMEDIATE rules out that two writers both read the old value."""
    found = begins(sqlite)

    with sqlite.write(ALL) as session:
        session.scalars(select(Programme)).all()
    with sqlite.read(ALL) as session:
        session.scalars(select(Programme)).all()

    assert found == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_reader_goes_on_while_another_writes(lease: Database) -> None:
    """F33: pages are shown during a long write; they see what was committed before."""
    with lease.write(ALL) as writer:
        fence(writer).fence = 9
        writer.flush()
        with lease.read(ALL) as reader:
            assert fence(reader).fence == 0

    with lease.read(ALL) as reader:
        assert fence(reader).fence == 9


def test_what_a_reading_session_changes_is_not_kept(lease: Database) -> None:
    """SQLite forgets it at the end; PostgreSQL, whose readers' statements stand alone, refuses it at once."""
    is_refused = lease.engine.dialect.name == "postgresql"
    with pytest.raises(InternalError) if is_refused else nullcontext(), lease.read(ALL) as session:
        fence(session).fence = 5
        session.flush()

    with lease.read(ALL) as session:
        assert fence(session).fence == 0


def test_a_long_reading_sees_one_state_from_its_first_row_to_its_last(lease: Database) -> None:
    with lease.session(lease.snapshot, ALL) as reader:
        before = fence(reader).fence
        with lease.write(ALL) as writer:
            fence(writer).fence = before + 3
        reader.expire_all()
        assert fence(reader).fence == before
    with lease.session(lease.snapshot, ALL) as later:
        assert fence(later).fence == before + 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_ended_a_connection_is_asked_again(lease: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that lay unused and was cut by the server is replaced before anybody notices."""
    with lease.read(ALL) as session:
        mine = session.scalar(text("SELECT pg_backend_pid()"))
    with lease.write(ALL) as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    monkeypatch.setattr("models.session.TRUSTED_S", -1.0)
    with lease.read(ALL) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != mine


def test_an_error_undoes_the_whole_transaction(lease: Database) -> None:
    with pytest.raises(ArithmeticError), lease.write(ALL) as session:
        fence(session).fence = 5
        session.flush()
        raise ArithmeticError

    with lease.read(ALL) as session:
        assert fence(session).fence == 0


def test_a_schema_change_is_undone_with_its_transaction(database: Database) -> None:
    """Finding 7, F49: no half-applied migration on SQLite either."""
    with pytest.raises(ArithmeticError), database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise ArithmeticError

    with database.engine.connect() as connection, pytest.raises(Exception, match="half"):
        connection.execute(text("SELECT * FROM half"))


def test_sqlite_is_set_up_for_waiting_and_for_power_cuts(sqlite: Database) -> None:
    """F59: decisions are synced to the disk, marks of sending need not be."""

    def pragma(session: Session, name: str) -> object:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()

    names = ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
    with sqlite.write(ALL) as session:
        assert [pragma(session, name) for name in names] == ["wal", 1, 5_000, 2]
    with sqlite.read(ALL) as session:
        assert [pragma(session, name) for name in names] == ["wal", 1, 5_000, 2]
    with sqlite.mark() as session:
        assert [pragma(session, name) for name in names] == ["wal", 1, 5_000, 1]


def test_a_writer_that_waits_too_long_is_told_so(sqlite: Database) -> None:
    """F33: after the waiting time the door can answer 503 instead of hanging."""
    impatient = Database(sqlite.url)

    @event.listens_for(impatient.engine, "connect")
    def hurry(connection: object, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=1")  # type: ignore[attr-defined]  # a sqlite3 connection

    with sqlite.write(ALL) as first:
        first.execute(select(AuditHead))
        with pytest.raises(OperationalError, match="locked"), impatient.write(ALL) as second:
            second.execute(select(AuditHead))
    impatient.dispose()


def test_marks_of_sending_are_seen_by_everybody_once_committed(lease: Database) -> None:
    with lease.mark() as session:
        fence(session).fence = 3

    with lease.read(ALL) as session:
        assert fence(session).fence == 3


def test_a_database_in_memory_is_one_for_all_its_sessions() -> None:
    """A rehearsal plays on such a copy."""
    scratch = empty_copy()
    with scratch.write(ALL) as session:
        session.add(Programme(key="p", name="项目"))
    with scratch.read(ALL) as session:
        assert session.scalars(select(Programme.key)).all() == ["p"]
    scratch.dispose()


@pytest.mark.parametrize("zone", [SHANGHAI, UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")], ids=str)
def test_an_instant_is_the_same_after_a_round_trip(database: Database, zone: ZoneInfo) -> None:
    """Finding 9, I14, F11: 17:00 in Shanghai stays 17:00 in Shanghai, with its microseconds, and is UTC inside."""
    five = datetime(2023, 3, 20, 17, 0, 0, 123456, tzinfo=SHANGHAI)
    with database.write(ALL) as session:
        session.add(Lease(name="x", owner="a", until=five.astimezone(zone)))

    with database.read(ALL) as session:
        read = session.scalars(select(Lease.until)).one()
        found = session.scalars(select(Lease.name).where(Lease.until == five.astimezone(zone))).all()
        later = session.scalars(select(Lease.name).where(Lease.until > five - timedelta(microseconds=1))).all()
        stored = str(session.execute(text("SELECT until FROM leases")).scalar_one())

    assert read == five
    assert read.tzinfo is UTC
    assert read.astimezone(SHANGHAI).isoformat() == "2023-03-20T17:00:00.123456+08:00"
    assert (found, later) == (["x"], ["x"])
    assert "09:00:00.123456" in stored or "17:00:00.123456+08" in stored


def test_a_moment_twice_in_a_night_of_summer_time_stays_the_one_it_was(database: Database) -> None:
    """I14: an ambiguous local time is two instants; both come back as they went in."""
    new_york = ZoneInfo("America/New_York")
    first = datetime(2023, 11, 5, 1, 30, tzinfo=new_york)
    with database.write(ALL) as session:
        session.add_all(Lease(name=str(fold), owner="a", until=first.replace(fold=fold)) for fold in (0, 1))

    with database.read(ALL) as session:
        read = dict(session.execute(select(Lease.name, Lease.until)).all())

    assert read["1"] - read["0"] == timedelta(hours=1)


def test_an_instant_without_a_zone_is_refused(db: Session) -> None:
    """I14: a naive time is a mistake wherever it comes from, as a value or in a question."""
    naive = datetime(2023, 3, 20, 17, 0)  # noqa: DTZ001 - it is what must be refused
    db.add(Lease(name="x", owner="a", until=naive))

    with pytest.raises(StatementError, match="an instant without a zone"):
        db.flush()
    db.rollback()
    with pytest.raises(StatementError, match="an instant without a zone"):
        db.scalars(select(Lease).where(Lease.until < naive)).all()


def test_no_instant_stays_no_instant() -> None:
    column = UTCDateTime()

    assert column.process_bind_param(None, SQLiteDialect()) is None
    assert column.process_result_value(None, SQLiteDialect()) is None


def test_a_word_outside_a_closed_set_is_refused_before_and_by_the_database(db: Session) -> None:
    """Enumerations are stored by value and checked twice."""
    lay_parents(db.connection())
    with pytest.raises(StatementError, match="not among the defined enum values"):
        put(db.connection(), "batches", {**VALID["batches"], "state": "sleeping"})
    db.execute(text("UPDATE batches SET published_at = '2023-03-06 01:00:00'"))
    with pytest.raises(IntegrityError, match="ck_batches_batchstate"), db.begin_nested():
        db.execute(text("UPDATE batches SET state = 'sleeping'"))
    assert set(db.scalars(text("SELECT state FROM batches"))) == {"draft"}
