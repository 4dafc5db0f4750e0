"""Bring a database to the newest schema, or tell how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

HERE = Path(__file__).parent


def config() -> Config:
    """Return Alembic's configuration; everything it needs lies in this folder."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every missing migration in one transaction."""
    settings = config()
    with _changing(engine) as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back, down to a revision."""
    settings = config()
    with _changing(engine) as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in one transaction in which SQLite may build a table anew.

    It does so by dropping the old one, and with foreign keys in force that would take along what points at it. They
    can be switched off outside a transaction only; afterwards every reference is checked.
    """
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if is_sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise RuntimeError(
                        "a migration would leave references that point at nothing; nothing was changed"
                    )
        finally:
            if is_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the schema of this code."""
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory.from_config(config()).get_current_head()
