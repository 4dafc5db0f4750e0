"""The migrations, there and back on both databases, and their agreement with the models."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from models import Base
from models.migrations.run import config, downgrade, is_current, upgrade
from models.session import Database
from scripts.check_migrations import differences


def tables(engine: Engine) -> set[str]:
    """Return the tables of the product; Alembic's own is none."""
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def constraints(engine: Engine) -> set[tuple[str, str]]:
    """Return every named CHECK and UNIQUE as (table, name)."""
    seen = inspect(engine)
    return {
        (table, str(found["name"]))
        for table in tables(engine)
        for found in [*seen.get_check_constraints(table), *seen.get_unique_constraints(table)]
    }


def test_the_schema_can_be_built_taken_back_and_built_again(empty: Database) -> None:
    """F49: both ways, on both databases."""
    assert not is_current(empty.engine)

    upgrade(empty.engine)
    built = constraints(empty.engine)
    assert is_current(empty.engine)
    assert tables(empty.engine) == set(Base.metadata.tables)

    downgrade(empty.engine)
    assert tables(empty.engine) == set()
    assert not is_current(empty.engine)

    upgrade(empty.engine)
    assert is_current(empty.engine)
    assert constraints(empty.engine) == built


def test_building_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty.engine)
    upgrade(empty.engine)

    assert is_current(empty.engine)


def test_models_and_migrations_agree(empty: Database) -> None:
    """F50: columns and types, and the checks, which a comparison of types does not see."""
    upgrade(empty.engine)
    migrated = constraints(empty.engine)
    assert differences(empty.engine, Base.metadata) == []

    downgrade(empty.engine)
    Base.metadata.create_all(empty.engine)
    assert constraints(empty.engine) == migrated
    Base.metadata.drop_all(empty.engine)


def test_a_migration_that_fails_leaves_the_old_schema(empty: Database) -> None:
    """F49: old or new, never between; a table in the way of the last one undoes the first ones, too."""
    last = Base.metadata.sorted_tables[-1].name
    with empty.engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {last} (id INTEGER)"))

    with pytest.raises(Exception, match=f"{last}.*already exists"):
        upgrade(empty.engine)

    assert tables(empty.engine) == {last}
    assert not is_current(empty.engine)


def test_migrations_are_numbered_in_one_line() -> None:
    """One change a migration; two heads would make the order a matter of luck."""
    scripts = ScriptDirectory.from_config(config())
    in_order = [script.revision for script in reversed(list(scripts.walk_revisions()))]

    assert in_order == [f"{number:04d}" for number in range(1, len(in_order) + 1)]
    assert len(scripts.get_heads()) == 1
