"""Putting mails into the outbox, in bulk and once: a key that is already there is left as it is.

Statements are sent with many rows each, so that three thousand reminders cost a few of them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from domain.definition import MailKind
from models import Mail, MailState, PhoneDuty

ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be written; the columns of `models.Mail` of the same names."""

    key: str
    batch_id: int
    stage_key: str
    moment_key: str
    kind: MailKind
    unit_id: int | None
    address: str
    person: str
    at: datetime
    not_before: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoneDuty:
    """A reminder without an address; the columns of `models.PhoneDuty` of the same names."""

    key: str
    batch_id: int
    unit_id: int
    stage_key: str
    at: datetime
    person: str
    number: str
    because: str


def post(session: Session, mails: Sequence[NewMail]) -> None:
    """Write mails; one whose key exists is not written again."""
    fresh = {"state": MailState.PENDING, "lists": [], "attempts": 0, "is_resent": False}
    rows = [{**_columns(mail), **fresh} for mail in mails]
    _insert_once(session, Mail.__table__, rows)


def post_phone_duties(session: Session, duties: Sequence[NewPhoneDuty]) -> None:
    """Write 待人工催办 rows; one whose key exists is not written again."""
    _insert_once(session, PhoneDuty.__table__, [_columns(duty) for duty in duties])


def _columns(row: NewMail | NewPhoneDuty) -> dict[str, Any]:
    """Return a row's values by column; `asdict` would copy each value deeply, which takes half of the whole time."""
    return {each.name: getattr(row, each.name) for each in fields(row)}


def _insert_once(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    session.flush()
    connection = session.connection()
    is_postgres = connection.dialect.name == "postgresql"
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        if is_postgres:
            _insert_as_json(connection, table, some)
        else:
            connection.execute(sqlite.insert(table).on_conflict_do_nothing(index_elements=["key"]), some)


def _insert_as_json(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Send the rows as one value: PostgreSQL would otherwise get a statement for each of them."""
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    whole = [{**defaults, **row} for row in rows]
    names = ", ".join(whole[0])
    types = ", ".join(f"{name} {table.c[name].type.compile(connection.dialect)}" for name in whole[0])
    statement = text(
        f"INSERT INTO {table.name} ({names}) SELECT {names} "  # noqa: S608 - names of our own columns
        f"FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent({types}) ON CONFLICT (key) DO NOTHING"
    )
    connection.execute(statement, {"rows": json.dumps(whole, ensure_ascii=False, default=datetime.isoformat)})
