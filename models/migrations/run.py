"""Bring a database to the newest schema, or tell how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HERE = Path(__file__).parent


def config() -> Config:
    """Return Alembic's configuration; everything it needs lies in this folder."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every missing migration in one transaction each."""
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back, down to a revision."""
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the schema of this code."""
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory.from_config(config()).get_current_head()
