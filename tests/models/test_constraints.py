"""What the database itself refuses, whoever writes and by whatever path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, ForeignKey, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.base import Base
from tests.support.rows import AT, LATER, VALID, checks, closed_columns, lay_parents, put, uniques

# name of the CHECK: what makes the smallest valid row of its table break it, and it alone
BROKEN: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "ck_audit_head_only_one": ({"id": 2},),
    "ck_instance_only_one": ({"id": 2},),
    "ck_demo_clock_only_one": ({"id": 2},),
    "ck_units_path_is_bounded": ({"path": "440000/"}, {"path": "/440000"}, {"path": ""}),
    "ck_batches_running_was_published": ({"state": "running"}, {"state": "paused"}, {"state": "finished"}),
    "ck_files_not_empty": ({"size": 0}, {"size": -1}),
    "ck_memberships_ends_after_start": ({"valid_until": AT - timedelta(seconds=1)},),
    "ck_memberships_officer_has_unit": ({"unit_id": None},),
    "ck_memberships_nobody_is_the_system": ({"role": "system"},),
    "ck_memberships_only_applicants_have_one": ({"organisation_id": 1},),
    "ck_admissions_ended_has_time": ({"outcome": "accepted"}, {"ended_at": AT}),
    "ck_admissions_invitation_expires": ({"token_hash": None}, {"expires_at": None}),
    "ck_admissions_request_has_person": ({"token_hash": None, "expires_at": None, "user_id": None},),
    "ck_admissions_only_applicants_have_one": ({"role": "officer"},),
    "ck_organisations_decided_has_time": (
        {"approval": "approved"},
        {"approval": "refused"},
        {"decided_at": AT},
    ),
    "ck_cases_version_not_negative": ({"version_no": -1},),
    "ck_cases_forwarded_has_time": ({"state": "forwarded"}, {"forwarded_at": AT}),
    "ck_cases_received_was_forwarded": ({"received_at": AT},),
    "ck_case_acts_not_before_it_happened": ({"at": LATER},),
    "ck_credit_checks_decided_has_person": ({"decided_at": AT}, {"decided_by": "张三"}),
    "ck_places_counted_from_one": ({"number": 0}, {"number": -1}),
    "ck_allotments_limit_not_negative": ({"limit": -1},),
    "ck_allotment_moves_moves_something": ({"count": 0}, {"count": -1}),
    "ck_batch_links_not_itself": ({"upper_id": 1},),
    "ck_titles_batch_is_counted_from_one": ({"batch_no": 0},),
    "ck_contacts_is_reachable": ({"phone": None},),
    "ck_contacts_ends_after_start": ({"valid_until": AT - timedelta(seconds=1)},),
    "ck_duties_settled_has_time": ({"settled_as": "done"}, {"settled_at": AT}),
    "ck_answers_filed_has_person": ({"filed_at": AT}, {"filed_by": "张三"}),
    "ck_extensions_gives_more_time": ({"due_at": AT}, {"due_at": AT - timedelta(days=1)}),
    "ck_extensions_title_has_unit": ({"title_id": 1},),
    "ck_moments_not_applied_says_why": ({"verdict": "missed"}, {"verdict": "merged"}),
    "ck_phone_duties_done_has_person": ({"done_at": AT}, {"done_by": "王主任"}),
    "ck_mails_sent_has_time": ({"state": "sent", "raw": b"x"},),
    "ck_mails_claim_has_lease": (
        {"state": "claimed"},
        {"state": "sending", "raw": b"x"},
        {"lease_until": LATER},
        {"state": "sent", "raw": b"x", "sent_at": AT, "lease_until": LATER},
    ),
    "ck_mails_sent_is_kept": (
        {"state": "sending", "lease_until": LATER},
        {"state": "sent", "sent_at": AT},
        {"state": "uncertain"},
    ),
    "ck_mails_stopped_says_why": ({"state": "void"}, {"state": "held"}),
    "ck_quotas_limit_not_negative": ({"limit": -1},),
    "ck_stages_due_after_opening": ({"due_at": AT}, {"due_at": AT - timedelta(days=1)}),
    "ck_stages_closed_was_open": ({"closed_at": LATER},),
}
CASES = [
    pytest.param(name, changes, id=f"{name}-{'-'.join(changes)}-{number}")
    for name, variants in BROKEN.items()
    for number, changes in enumerate(variants)
]


@pytest.fixture
def connection(db: Session) -> Connection:
    found = db.connection()
    lay_parents(found)
    return found


def refusal(connection: Connection, table: str, values: Mapping[str, Any]) -> str:
    """Return what the database says about a row that it must refuse; the transaction goes on."""
    with pytest.raises(IntegrityError) as refused, connection.begin_nested():
        put(connection, table, values)
    return str(refused.value.orig)


def rows(connection: Connection, table: str) -> int:
    count: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return count


def test_every_check_and_every_table_under_a_constraint_is_tried_here() -> None:
    assert set(BROKEN) == set(checks())
    assert {table for table, _ in [*uniques().values(), *closed_columns()]} | set(checks().values()) <= set(VALID)


@pytest.mark.parametrize("table", VALID)
def test_the_smallest_valid_row_is_taken(connection: Connection, table: str) -> None:
    before = rows(connection, table)

    put(connection, table, VALID[table])

    assert rows(connection, table) == before + 1


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_a_check_refuses_what_it_names(connection: Connection, name: str, changes: Mapping[str, Any]) -> None:
    """S65, I5: states with columns of their own are defended by the database."""
    table = checks()[name]

    assert name in refusal(connection, table, {**VALID[table], **changes})


@pytest.mark.parametrize(("table", "column"), closed_columns())
def test_a_word_outside_a_closed_set_is_refused(connection: Connection, table: str, column: str) -> None:
    put(connection, table, VALID[table])

    with pytest.raises(IntegrityError) as refused, connection.begin_nested():
        connection.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))

    assert f"ck_{table}_" in str(refused.value.orig)


@pytest.mark.parametrize("name", uniques())
def test_a_second_row_under_the_same_key_is_refused(connection: Connection, name: str) -> None:
    """I2: the key of a mail, of a moment, of a duty is unique in the database."""
    table, columns = uniques()[name]
    put(connection, table, VALID[table])

    said = refusal(connection, table, second_row(table, spare=columns))

    assert name in said or ", ".join(f"{table}.{column}" for column in columns) in said


@pytest.mark.parametrize("name", uniques())
def test_a_second_row_under_another_key_is_taken(connection: Connection, name: str) -> None:
    """The refusal above comes from this key alone."""
    table, _ = uniques()[name]
    for other in {"duties", "units", "cases"} - {table}:
        put(connection, other, VALID[other])
    put(connection, table, VALID[table])
    before = rows(connection, table)

    put(connection, table, second_row(table, spare=()))

    assert rows(connection, table) == before + 1


def second_row(table: str, spare: tuple[str, ...]) -> dict[str, Any]:
    """Return a row like the valid one that differs in every unique key but the spared one."""
    values = dict(VALID[table])
    for of_table, columns in uniques().values():
        if of_table == table and columns != spare:
            last = [column for column in columns if (table, column) not in closed_columns()][-1]
            values[last] = _other(values.get(last, 0))
    return values


def _other(value: object) -> object:
    if isinstance(value, str):
        return f"/x{value}" if value.startswith("/") else f"{value[:-1]}9"
    assert isinstance(value, int)
    return value + 1


def test_a_row_that_points_at_nothing_is_refused(connection: Connection) -> None:
    """I12: SQLite checks foreign keys, too."""
    pointing = [
        (table, next(iter(column.foreign_keys)))
        for table in VALID
        for column in Base.metadata.tables[table].c
        if column.foreign_keys and column.name in VALID[table]
    ]

    for table, key in pointing:
        assert isinstance(key, ForeignKey)
        said = refusal(connection, table, {**VALID[table], key.parent.name: 999_999})
        assert "foreign key" in said.lower(), (table, key.parent.name)
    assert len(pointing) > 20
