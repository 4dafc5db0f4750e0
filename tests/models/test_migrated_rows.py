"""An installation that has been at work is brought to the newest schema without losing a row or a reference."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, bindparam, insert, inspect, text
from sqlalchemy.exc import IntegrityError

from models import Base
from models.migrations.run import downgrade, upgrade
from models.session import Database
from tests.support.rows import AT, LATER, PARENTS, VALID

Rows = dict[str, list[dict[str, Any]]]
FIRST = "0001"
TWO_OF = ("mails", "mail_attempts", "memberships", "duties", "answers", "files")
"""Tables that a later migration builds anew, and those that point at them; each gets a second row."""
SENT = {"state": "sent", "raw": b"From: x", "sent_at": AT, "attempts": 2, "reply": "250 ok"}
SECOND: dict[str, dict[str, Any]] = {
    "mails": {"key": "sent mail", **SENT},
    "mail_attempts": {"mail_id": 2},
    "memberships": {"role": "coordinator", "unit_id": None, "programmes": ["fwxzz"], "valid_until": LATER},
    "duties": {"stage_key": "third", "settled_as": "done", "settled_at": AT},
    "answers": {"duty_id": 2, "values": {"name": "张三"}, "filed_at": AT, "filed_by": "张三"},
    "files": {"name": "second.pdf"},
}
CHECKED_BEFORE = {"extensions.title_id", "memberships.organisation_id"}
"""References that a check asks about first."""


def fill(engine: Engine) -> None:
    """Put one row, or two, into every table that the first schema has."""
    old = MetaData()
    old.reflect(engine)
    with engine.begin() as connection:
        for table, values in PARENTS.items():
            _put(connection, old, table, dict(values))
        for table in Base.metadata.sorted_tables:
            if table.name in old.tables and table.name in VALID:
                _put(connection, old, table.name, dict(VALID[table.name]))
                if table.name in TWO_OF:
                    _put(connection, old, table.name, {**VALID[table.name], **SECOND[table.name]})


def _put(connection: Connection, old: MetaData, table: str, values: dict[str, Any]) -> None:
    """Insert a row into a table of the first schema, with the types and defaults of today's model."""
    model = Base.metadata.tables[table]
    for column in model.c:
        if column.default is not None and column.name not in values:
            given = column.default.arg
            values[column.name] = given(None) if callable(given) else given
    known = {name: value for name, value in values.items() if name in old.tables[table].c}
    typed = {name: bindparam(f"p_{name}", value, type_=model.c[name].type) for name, value in known.items()}
    connection.execute(insert(old.tables[table]).values(typed))


def everything(engine: Engine) -> Rows:
    """Return all rows of all tables, by table, in the order of their keys."""
    seen = MetaData()
    seen.reflect(engine)
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(table.select().order_by(table.c.id)).mappings()]
            for name, table in seen.tables.items()
            if name != "alembic_version"
        }


def test_every_row_of_the_first_schema_is_kept(empty: Database) -> None:
    """F49: mails with their attempts, memberships, duties with their answers; new columns begin empty."""
    upgrade(empty.engine, FIRST)
    fill(empty.engine)
    before = everything(empty.engine)
    assert {name for name, rows in before.items() if len(rows) < 1} == set(), "an empty table proves nothing"

    upgrade(empty.engine)

    after = everything(empty.engine)
    kept = {
        name: [{key: row[key] for key in old} for row, old in zip(after[name], rows, strict=True)]
        for name, rows in before.items()
    }
    assert kept == before
    added = {
        f"{name}.{key}": {str(row[key]) for row in after[name]}
        for name, rows in before.items()
        for key in after[name][0].keys() - rows[0].keys()
    }
    assert {key: sorted(values) for key, values in added.items()} == {
        "duties.is_declared": [str(after["duties"][0]["is_declared"])],
        "files.organisation_id": ["None"],
        "mails.case_id": ["None"],
        "memberships.organisation_id": ["None"],
        "units.extra": ["{}"],
    }
    assert not after["duties"][0]["is_declared"]


def test_rows_survive_the_way_back(empty: Database) -> None:
    upgrade(empty.engine, FIRST)
    fill(empty.engine)
    before = everything(empty.engine)

    upgrade(empty.engine)
    downgrade(empty.engine, FIRST)

    assert everything(empty.engine) == before


def test_every_reference_is_in_force_afterwards(empty: Database) -> None:
    """I12: a table that was built anew is pointed at, and points, as before."""
    upgrade(empty.engine, FIRST)
    fill(empty.engine)
    upgrade(empty.engine)

    seen = inspect(empty.engine)
    filled = [name for name, rows in everything(empty.engine).items() if rows]
    keys = [
        (table, key["constrained_columns"][0])
        for table in sorted(filled)
        for key in seen.get_foreign_keys(table)
        if f"{table}.{key['constrained_columns'][0]}" not in CHECKED_BEFORE
    ]
    for table, column in keys:
        with empty.engine.connect() as connection, pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            connection.execute(text(f'UPDATE {table} SET "{column}" = 999999 WHERE id = 1'))
    assert len(keys) > 30


def test_what_hangs_on_a_row_goes_with_it_and_the_rest_stays(empty: Database) -> None:
    """A mail takes its attempts along, and no other mail's."""
    upgrade(empty.engine, FIRST)
    fill(empty.engine)
    upgrade(empty.engine)

    with empty.engine.begin() as connection:
        connection.execute(text("DELETE FROM mails WHERE id = 2"))

    left = everything(empty.engine)
    assert [row["mail_id"] for row in left["mail_attempts"]] == [1]
    assert [row["id"] for row in left["mails"]] == [1, 3]
