"""The audit log: whoever changes, drops or reorders an entry is found out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, func, insert, select, text
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Action
from models import AuditEntry, AuditHead
from models.scope import Scope
from models.session import Database
from services import audit
from services.audit import Act, Verification, ensure_chain, record, verify

NOW = datetime(2023, 3, 6, 1, 0, 0, 123456, tzinfo=UTC)
ALL = Scope()
WHOLE = Verification(5, True)


def act(number: int, **changes: object) -> Act:
    values: dict[str, object] = {
        "actor": SYSTEM,
        "now": NOW + timedelta(minutes=number),
        "action": Action.EXTEND,
        "what": f"第 {number} 件",
        "batch_id": 1,
        "unit_id": 2,
        "reason": "材料较多",
        "before": {"due_at": "2023-03-20"},
        "after": {"due_at": "2023-03-27", "数": [1, 2.5, None, {"乙": True, "甲": "x"}]},
    }
    return Act(**{**values, **changes})  # type: ignore[arg-type]  # the values above, some of them changed


@pytest.fixture
def five(database: Database) -> Database:
    """A log of five acts, each in a transaction of its own."""
    for number in range(1, 6):
        with database.write(ALL) as session:
            record(session, act(number))
    return database


def checked(database: Database) -> Verification:
    with database.read(ALL) as session:
        return verify(session)


def tampered(database: Database, *statements: str) -> Verification:
    """Return what a check finds after somebody went to the database with a tool of their own."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    return checked(database)


def test_a_log_that_nobody_touched_is_whole(five: Database) -> None:
    """I8: values before and after come back as they went in, on both databases."""
    assert checked(five) == WHOLE
    with five.read(ALL) as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).first()
        assert entry is not None
        assert entry.changes == {"before": dict(act(1).before), "after": dict(act(1).after)}
        assert entry.previous == audit.START


@pytest.mark.parametrize(
    "change",
    [
        "actor = '别人'",
        "user_id = 7",
        "role = 'admin'",
        "action = 'answer'",
        "what = '别的事'",
        "batch_id = 9",
        "unit_id = NULL",
        "reason = ''",
        """changes = '{"after": {}, "before": {}}'""",
        "at = '2023-03-06 01:03:00.123457'",
        f"previous = '{audit.START}'",
        f"digest = '{'a' * 64}'",
    ],
)
def test_a_changed_value_is_found(five: Database, change: str) -> None:
    """S65: every column is under the hash."""
    third = "SELECT id FROM audit_entries WHERE what = '第 3 件'"
    with five.read(ALL) as session:
        wanted = session.execute(text(third)).scalar_one()

    found = tampered(five, f"UPDATE audit_entries SET {change} WHERE id = {wanted}")

    assert found == Verification(2, False, wanted, "记录被改动，或其前的记录被删除")


def test_an_entry_taken_from_the_middle_is_found(five: Database) -> None:
    """S65: the entry after the gap no longer fits."""
    found = tampered(five, "DELETE FROM audit_entries WHERE what = '第 3 件'")

    assert (found.entries, found.is_whole, found.because) == (2, False, "记录被改动，或其前的记录被删除")
    with five.read(ALL) as session:
        assert session.scalar(select(AuditEntry.what).where(AuditEntry.id == found.broken_at)) == "第 4 件"


def test_there_is_one_head(five: Database) -> None:
    """Two processes that set up a database at once make one chain, or one of them is refused."""
    with pytest.raises(IntegrityError, match="audit_head"), five.write(ALL) as session:
        session.execute(text("INSERT INTO audit_head (id, digest, entries) VALUES (2, 'x', 0)"))

    assert checked(five) == WHOLE


@pytest.mark.parametrize("last", [1, 2, 5])
def test_entries_taken_from_the_end_are_found(five: Database, last: int) -> None:
    """S65: truncation of the tail, down to nothing."""
    found = tampered(
        five, f"DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries ORDER BY id DESC LIMIT {last})"
    )

    assert (found.entries, found.is_whole, found.because) == (5 - last, False, "末尾的记录被删除")


def test_entries_in_another_order_are_found(five: Database) -> None:
    """S65: two entries change places."""
    with five.read(ALL) as session:
        second, third = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id).offset(1).limit(2)).all()

    found = tampered(
        five,
        f"UPDATE audit_entries SET id = 0 WHERE id = {second}",
        f"UPDATE audit_entries SET id = {second} WHERE id = {third}",
        f"UPDATE audit_entries SET id = {third} WHERE id = 0",
    )

    assert found == Verification(1, False, second, "记录被改动，或其前的记录被删除")


def test_an_entry_put_in_at_the_end_is_found(five: Database) -> None:
    """S65: an entry with a right hash, which nobody made through the log."""
    with five.write(ALL) as session:
        record(session, act(6))
        head = session.scalars(select(AuditHead)).one()
        head.entries, head.digest = (
            5,
            session.scalars(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).offset(1)).first() or "",
        )

    found = checked(five)

    assert (found.entries, found.is_whole) == (6, False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET entries = 4",
        f"UPDATE audit_head SET digest = '{audit.START}'",
        "DELETE FROM audit_head",
    ],
)
def test_a_head_that_was_tampered_with_is_found(five: Database, statement: str) -> None:
    """S65: whoever cuts the tail must also touch the head."""
    assert not tampered(five, statement).is_whole


def test_a_log_without_its_head_takes_no_entry(five: Database) -> None:
    """F57: an act that cannot be recorded does not happen."""
    tampered(five, "DELETE FROM audit_head")

    with pytest.raises(NoResultFound), five.write(ALL) as session:
        record(session, act(6))

    with five.read(ALL) as session:
        assert session.scalar(select(func.count(AuditEntry.id))) == 5


def test_an_act_that_is_undone_leaves_no_entry(five: Database) -> None:
    """I8: the entry and the act commit together or not at all."""
    with pytest.raises(ArithmeticError), five.write(ALL) as session:
        record(session, act(6))
        raise ArithmeticError

    assert checked(five) == WHOLE


def test_a_clock_that_goes_back_breaks_nothing(five: Database) -> None:
    """F10, S65: the order is that of writing, not that of the clock."""
    with five.write(ALL) as session:
        record(session, act(-60))

    assert checked(five) == Verification(6, True)


def test_long_words_are_cut_before_they_are_hashed(database: Database) -> None:
    """S64: what is stored is what was hashed."""
    with database.write(ALL) as session:
        record(session, act(1, what="长" * 10_000, reason="由" * 10_000))

    assert checked(database) == Verification(1, True)


def test_writers_at_once_make_one_chain(database: Database) -> None:
    """S65, S66: no fork, whoever races."""
    writers, each = 4, 5
    start = threading.Barrier(writers)

    def write(writer: int) -> None:
        start.wait(60)
        for number in range(each):
            with database.write(ALL) as session:
                record(session, act(writer * 100 + number))

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))

    assert checked(database) == Verification(writers * each, True)
    with database.read(ALL) as session:
        previous = session.scalars(select(AuditEntry.previous)).all()
    assert len(set(previous)) == writers * each


def test_a_check_during_writing_raises_no_false_alarm(five: Database) -> None:
    """S65: an entry that is added while the log is read is not taken for a cut or a forged end."""
    wrote: list[int] = []

    with five.read(ALL) as session:
        reader = session.connection()

        @event.listens_for(five.reader, "after_cursor_execute")
        def after(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            if connection is reader and statement.startswith("SELECT"):
                with five.write(ALL) as other:
                    record(other, act(100 + len(wrote)))
                wrote.append(1)

        found = verify(session)
    event.remove(five.reader, "after_cursor_execute", after)

    assert len(wrote) == 3
    assert found.is_whole, found.because
    assert checked(five) == Verification(8, True)


def test_two_thousand_entries_are_read_page_by_page(database: Database) -> None:
    """The last page may be full, and the broken entry may lie on a later one."""
    with database.write(ALL) as session:
        _fill(session, 2 * audit.PAGE)
    assert checked(database) == Verification(2 * audit.PAGE, True)

    with database.write(ALL) as session:
        record(session, act(1))
    assert checked(database) == Verification(2 * audit.PAGE + 1, True)

    late = "SELECT id FROM audit_entries ORDER BY id LIMIT 1 OFFSET 1500"
    broken = tampered(database, f"UPDATE audit_entries SET reason = '' WHERE id = ({late})")
    assert (broken.entries, broken.is_whole) == (1500, False)


def _fill(session: Session, count: int) -> None:
    """Add entries as `record` does, but in one statement."""
    previous, rows = audit.START, []
    for number in range(count):
        entry = AuditEntry(
            at=NOW,
            actor="系统",
            user_id=None,
            role="system",
            action="extend",
            what=f"第 {number} 件",
            batch_id=1,
            unit_id=None,
            reason="由",
            changes={},
            previous=previous,
        )
        previous = audit._digest(entry)
        rows.append(
            {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.c if column.key != "id"}
            | {"digest": previous}
        )
    session.execute(insert(AuditEntry.__table__), rows)  # type: ignore[arg-type]  # a mapped class has a table
    head = session.scalars(select(AuditHead)).one()
    head.digest, head.entries = previous, count


def test_a_chain_is_begun_once_and_whole(database: Database) -> None:
    assert checked(database) == Verification(0, True)

    with database.write(ALL) as session:
        ensure_chain(session)
        ensure_chain(session)

    with database.read(ALL) as session:
        assert session.scalar(select(func.count(AuditHead.id))) == 1
