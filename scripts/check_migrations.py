"""Check that the migrations build exactly the tables of the code; a line a difference and exit code 1 if not."""

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.pool import NullPool

import models
from models.base import Base
from models.migrations.run import upgrade


def differences(engine: Engine, metadata: MetaData) -> list[str]:
    """Return what autogenerate would still change in a database, one line each; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return [repr(difference) for difference in compare_metadata(context, metadata)]


def main() -> int:
    """Build an empty SQLite database by its migrations and compare; return the exit code."""
    tables = len(Base.metadata.tables)
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'empty.sqlite'}", poolclass=NullPool)
        upgrade(engine)
        found = differences(engine, Base.metadata)
    for line in found:
        print(line)
    print(
        f"migrations: {len(found)} differences from {models.__name__}"
        if found
        else f"migrations: {tables} tables agree"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
