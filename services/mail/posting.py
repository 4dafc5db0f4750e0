"""Putting mails into the outbox, in bulk and once: a key that is already there is left as it is.

Statements are sent with many rows each, so that three thousand reminders cost a few of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

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
    for start in range(0, len(rows), ROWS):
        session.execute(_once(session, table), rows[start : start + ROWS])


def _once(session: Session, table: Table) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=["key"])
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=["key"])
