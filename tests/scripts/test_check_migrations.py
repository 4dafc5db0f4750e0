"""The comparison of migrations and tables sees a difference, and sees none where there is none."""

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine
from sqlalchemy.pool import StaticPool

from scripts.check_migrations import differences


def database(metadata: MetaData) -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    return engine


def units(*columns: Column[str]) -> MetaData:
    metadata = MetaData()
    Table("units", metadata, Column("id", Integer, primary_key=True), *columns)
    return metadata


def test_a_database_with_the_tables_of_the_code_agrees() -> None:
    assert differences(database(units(Column("name", String(80)))), units(Column("name", String(80)))) == []


def test_a_column_without_a_migration_is_a_difference() -> None:
    (line,) = differences(database(units()), units(Column("name", String(80))))

    assert "add_column" in line
    assert "name" in line
