"""Engine and sessions: one place decides how transactions begin, wait and are made durable.

SQLite: WAL; reads begin deferred, writes `BEGIN IMMEDIATE` with 5 s of waiting, which rules out lost updates and
half-applied schema changes. Business commits are synchronous=FULL, marks of sending NORMAL: after a power cut a mark
may be missing, and the mail is then shown as uncertain, but no decision is ever lost. PostgreSQL needs none of this;
there a reader's statements stand alone, since each sees the newest state anyway, and the server refuses its writes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from models.scope import Scope, set_scope

SQLITE_WAIT_MS = 5_000
READ_ONLY = "linxuan_read_only"
KEPT_PLANS = 400
TRUSTED_S = 1.0
"""Seconds after its last use for which a connection to a server is taken without asking whether it still stands."""


class Database:
    """One database with its ways in: `write`, `read` and `mark`, each a transaction that commits once.

    engine: of everything that writes. reader: for pages, which read; snapshot: for long reading, which sees one state
    from the first row to the last.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.engine = _engine(url, "FULL", pool_size)
        self.reader: Engine
        self.snapshot: Engine
        if _is_sqlite(url):
            self.reader = self.snapshot = self.engine.execution_options(**{READ_ONLY: True})
        else:
            self.reader = _engine(url, "FULL", pool_size, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)
            event.listen(self.reader, "connect", _prepare_reader)
            self.snapshot = self.reader.execution_options(isolation_level="REPEATABLE READ")
        self._marks = self.engine if _is_memory(url) or not _is_sqlite(url) else _engine(url, "NORMAL", 2)
        self._sessions = sessionmaker(expire_on_commit=False)

    @contextmanager
    def write(self, scope: Scope | None = None) -> Iterator[Session]:
        """Yield a session in one writing transaction; commits at the end, rolls back on any error."""
        with self.session(self.engine, scope) as session, session.begin():
            yield session

    @contextmanager
    def read(self, scope: Scope | None = None) -> Iterator[Session]:
        """Yield a session for reading; nothing is committed."""
        with self.session(self.reader, scope) as session:
            yield session

    @contextmanager
    def mark(self) -> Iterator[Session]:
        """Yield a session for marks of sending, which see everything and need not survive a power cut."""
        with self.session(self._marks, Scope()) as session, session.begin():
            yield session

    def session(self, engine: Engine, scope: Scope | None) -> Session:
        """Return a new session on one of the engines; the door that asks for it also closes it."""
        session = self._sessions(bind=engine)
        if scope is not None:
            set_scope(session, scope)
        return session

    def dispose(self) -> None:
        """Close every connection."""
        for engine in (self.engine, self.reader, self._marks):
            engine.dispose()


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _is_memory(url: str) -> bool:
    return url in {"sqlite://", "sqlite:///:memory:"}


def _engine(url: str, synchronous: str, pool_size: int, **of_server: Any) -> Engine:
    if not _is_sqlite(url):
        engine = create_engine(url, pool_size=pool_size, max_overflow=10, **of_server)
        event.listen(engine, "connect", _note_use)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _ask_after(engine))
        return engine
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    if _is_memory(url):
        options["poolclass"] = StaticPool
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare(synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(synchronous: str) -> Any:
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_WAIT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.close()

    return prepare


def _prepare_reader(connection: Any, _: ConnectionPoolEntry) -> None:
    """Let a new connection refuse writes, and keep the plans of all that pages ask, more than its usual 100."""
    connection.prepared_max = KEPT_PLANS
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SET default_transaction_read_only = on")
    connection.autocommit = before


def _note_use(_: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = time.monotonic()


def _ask_after(engine: Engine) -> Any:
    """Return what asks a connection that lay unused whether its server still knows it.

    To ask at every use, as the pool's own way is, takes as long as a query of a page.
    """

    def ask(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if time.monotonic() - entry.info.get("used", 0) <= TRUSTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # the dialect has its module
            raise DisconnectionError from error

    return ask


def _begin(connection: Connection) -> None:
    is_read = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")
