"""Setting up a database, and refusing the wrong one."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, select

from domain.errors import RuleBroken
from linxuan.database import open_database, prepare, require_prepared
from linxuan.settings import Settings, SettingsError, load_settings
from models import AuditHead, Instance
from models.migrations.run import is_current, upgrade
from models.scope import Scope
from models.session import Database


@pytest.fixture
def bare(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings with an empty migrated database, once SQLite, once PostgreSQL."""
    monkeypatch.setenv("LINXUAN_DATABASE_URL", database_url)
    return load_settings()


def test_a_database_is_set_up_once_and_doing_it_again_changes_nothing(bare: Settings) -> None:
    database = open_database(bare)

    for _ in range(2):
        prepare(database, bare)

    with database.read(Scope()) as session:
        assert [row.instance_id for row in session.scalars(select(Instance))] == [bare.instance()]
        assert [row.entries for row in session.scalars(select(AuditHead))] == [0]
    require_prepared(database, bare)
    database.dispose()


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_and_a_real_database_never_mix_and_nothing_is_written(
    bare: Settings, monkeypatch: pytest.MonkeyPatch, is_demo: bool
) -> None:
    """S56"""
    database = open_database(bare)
    prepare(database, bare.model_copy(update={"demo": is_demo}))
    other = bare.model_copy(update={"demo": not is_demo})

    for refuse in (prepare, require_prepared):
        with pytest.raises(SettingsError, match="演示"):
            refuse(database, other)
    database.dispose()


def test_a_database_without_tables_is_not_ready_and_stays_empty(folder: object) -> None:
    """F50"""
    chosen = load_settings()
    database = open_database(chosen)

    with pytest.raises(RuleBroken, match="linxuan migrate"):
        require_prepared(database, chosen)

    assert inspect(database.reader).get_table_names() == []
    database.dispose()


def test_a_migrated_database_that_was_never_set_up_is_not_ready(folder: object) -> None:
    chosen = load_settings()
    database = open_database(chosen)
    upgrade(database.engine)

    with pytest.raises(RuleBroken, match="linxuan migrate"):
        require_prepared(database, chosen)

    assert is_current(database.reader)
    database.dispose()


def test_a_database_that_does_not_answer_is_said_in_one_sentence() -> None:
    chosen = load_settings()
    database = Database("sqlite:////nowhere/at/all.db")

    for step in (prepare, require_prepared):
        with pytest.raises(RuleBroken) as refusal:
            step(database, chosen)
        assert refusal.value.code == "no_database"
