"""A copy of one batch in memory, with everything that its services read."""

from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, or_, select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import (
    Allotment,
    Answer,
    AppliedMoment,
    Base,
    Batch,
    BatchCategory,
    BatchQuota,
    BatchStage,
    BatchUnit,
    BatchVersion,
    Case,
    CaseReturn,
    Contact,
    Duty,
    Exemption,
    Extension,
    LatePermit,
    Mail,
    MailState,
    Organisation,
    PhoneDuty,
    Place,
    Programme,
    Recommendation,
    Title,
    Unit,
    UnitDate,
)
from models.scope import Scope
from models.session import Database
from services import audit

CHUNK = 1_000
OF_BATCH: tuple[type[Base], ...] = (
    BatchVersion,
    BatchUnit,
    BatchStage,
    BatchCategory,
    BatchQuota,
    Duty,
    Answer,
    Exemption,
    Extension,
    LatePermit,
    AppliedMoment,
    PhoneDuty,
    UnitDate,
    Allotment,
    Case,
    CaseReturn,
    Recommendation,
    Place,
    Mail,
)
NEWS = frozenset({MailKind.CASE, MailKind.ACCOUNT, MailKind.UPSTREAM, MailKind.CORRECTION})
"""Mails about one thing that has happened: no plan foresees them, so a copy does not send them."""
LEFT_OUT = {"file_id", "raw"}
"""Columns that a rehearsal does without: files are not copied, and what was sent need not be sent again."""


def empty_copy() -> Database:
    """Return an empty database in memory with every table."""
    scratch = Database("sqlite://")
    Base.metadata.create_all(scratch.engine)
    with scratch.write(Scope()) as session:
        audit.ensure_chain(session)
    return scratch


def copy_batch(source: Session, batch_id: int) -> Database:
    """Return a copy of one batch with the units, contacts and titles around it."""
    scratch = empty_copy()
    with scratch.write(Scope()) as target:
        _copy(source, target, Programme)
        _copy(source, target, Unit)
        _copy(source, target, Title)
        _copy(source, target, Batch, Batch.id == batch_id)
        cases = select(Case.organisation_id).where(Case.batch_id == batch_id)
        _copy(source, target, Organisation, Organisation.id.in_(cases))
        _copy(source, target, Contact, or_(Contact.batch_id == batch_id, Contact.batch_id.is_(None)))
        for table in OF_BATCH:
            _copy(source, target, table, table.__table__.c.batch_id == batch_id)
    return scratch


def _copy(source: Session, target: Session, cls: type[Base], *where: ColumnElement[bool]) -> None:
    table: Any = cls.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker that no class maps to a join
    columns = [column for column in table.c if column.name not in LEFT_OUT]
    rows = source.execute(select(*columns).where(*where).order_by(table.c.id)).mappings()
    for part in rows.partitions(CHUNK):
        prepared = [_without_bytes(dict(row)) for row in part]
        target.execute(insert(table), prepared)


def _without_bytes(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that stands without its bytes: a mail already on its way is marked as void in the copy.

    A mail that waits for its host may leave at once: retries run on wall time, which a copy does not have.
    """
    if "message_id" in row:
        row.update(retry_after=None)
        if row["state"] not in {"pending", "void", "held", "refused"}:
            row.update(state="void", because="模拟前已发送", lease_until=None)
        elif row["state"] == "pending" and row["kind"] in NEWS:
            row.update(state="void", because="单件通知，不在模拟之内")
    return row


def left_out(source: Session, batch_id: int) -> int:
    """Return how many mails of a batch wait to leave that a copy does not send, as they tell of one thing each."""
    waiting = select(func.count()).where(
        Mail.batch_id == batch_id, Mail.state == MailState.PENDING, Mail.kind.in_(sorted(NEWS))
    )
    return source.scalar(waiting) or 0
