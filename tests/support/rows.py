"""The smallest valid row of every table that the database guards, and the parents they point at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Enum, Table, UniqueConstraint, delete, insert

from models.base import Base
from tests.support.rows_of_cases import PARENTS_OF_CASES, VALID_OF_CASES
from tests.support.rows_of_designs import PARENTS_OF_DESIGNS, VALID_OF_DESIGNS

AT = datetime(2023, 3, 6, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(days=14)
IN_BATCH = {"batch_id": 1, "unit_id": 1, "stage_key": "contacts"}

PARENTS: Mapping[str, Mapping[str, Any]] = {
    "units": {"code": "410000", "name": "河南", "path": "/410000/"},
    "programmes": {"key": "fwxzz", "name": "服务型制造示范"},
    "users": {"account": "zhang", "name": "张三", "password_hash": "x", "created_at": AT},
    "batches": {
        "code": "batch-1",
        "programme_id": 1,
        "title": "一",
        "year": 2023,
        "issuer": "某部",
        "level": "ministry",
        "timezone": "Asia/Shanghai",
    },
    "memberships": {"user_id": 1, "unit_id": 1, "role": "officer", "valid_from": AT},
    "duties": {**IN_BATCH, "opens_at": AT, "due_at": LATER},
    "titles": {
        "unit_id": 1,
        "programme_id": 1,
        "batch_no": 1,
        "category": "city",
        "holder": "甲市",
        "awarded_on": date(2018, 1, 1),
    },
    "mails": {
        "key": "mail",
        "batch_id": 1,
        "stage_key": "contacts",
        "kind": "reminder",
        "unit_id": 1,
        "address": "u1@units.example",
        "at": AT,
        "not_before": AT,
    },
}
"""One row each, in this order; every one gets the id 1. What belongs to cases follows."""

VALID: Mapping[str, Mapping[str, Any]] = {
    "units": {**PARENTS["units"], "code": "440000", "name": "广东", "path": "/440000/"},
    "programmes": {"key": "other", "name": "另一项目"},
    "users": {**PARENTS["users"], "account": "li", "mobile": "13800000000", "email": "li@units.example"},
    "batches": {**PARENTS["batches"], "code": "batch-2"},
    "memberships": PARENTS["memberships"],
    "duties": {**PARENTS["duties"], "stage_key": "evaluation"},
    "audit_entries": {
        "at": AT,
        "actor": "系统",
        "role": "system",
        "action": "advance",
        "what": "开放",
        "previous": "0" * 64,
        "digest": "1" * 64,
    },
    "audit_head": {"id": 1, "digest": "0" * 64},
    "leases": {"name": "clock", "owner": "a", "until": LATER},
    "instance": {"id": 1, "instance_id": "one"},
    "demo_clock": {"id": 1, "offset_seconds": 0.0},
    "batch_versions": {
        "batch_id": 1,
        "revision": 1,
        "digest": "2" * 64,
        "document": {},
        "created_at": AT,
        "created_by": "系统",
    },
    "batch_units": {"batch_id": 1, "unit_id": 1, "class_key": "province"},
    "stages": {
        "batch_id": 1,
        "key": "contacts",
        "position": 0,
        "kind": "collect",
        "title": "联系人",
        "opens_at": AT,
        "due_at": LATER,
    },
    "categories": {"batch_id": 1, "key": "city", "position": 0, "name": "示范城市", "subtypes": []},
    "quotas": {
        "batch_id": 1,
        "key": "city",
        "class_key": "province",
        "category_key": "city",
        "subtypes": [],
        "limit": 0,
        "strength": "hard",
    },
    "contacts": {"unit_id": 1, "name": "张三", "phone": "0371-65953693", "valid_from": AT},
    "call_notes": {
        **IN_BATCH,
        "channel": "phone",
        "person": "张三",
        "result": "今日报送",
        "called_at": AT,
        "noted_at": AT,
        "noted_by": "王主任",
    },
    "answers": {"batch_id": 1, "unit_id": 1, "duty_id": 1, "values": {}, "saved_at": AT, "saved_by": "张三"},
    "exemptions": {
        "batch_id": 1,
        "unit_id": 1,
        "duty_id": 1,
        "reason_key": "cancelled",
        "made_at": AT,
        "made_by": "张三",
    },
    "extensions": {
        "batch_id": 1,
        "stage_key": "contacts",
        "was_due_at": AT,
        "due_at": LATER,
        "reason": "材料较多",
        "granted_at": AT,
        "granted_by": "王主任",
    },
    "files": {
        "unit_id": 1,
        "sha256": "3" * 64,
        "name": "说明.pdf",
        "media_type": "application/pdf",
        "size": 1,
        "stored_at": AT,
        "stored_by": "张三",
    },
    "titles": PARENTS["titles"],
    "moments": {
        "batch_id": 1,
        "key": "contacts:open",
        "stage_key": "contacts",
        "kind": "open",
        "at": AT,
        "applied_at": AT,
        "verdict": "applied",
    },
    "flow_runs": {"batch_id": 1, "started_at": AT, "now": AT, "is_orchestrated": False},
    "late_permits": {
        **IN_BATCH,
        "until": LATER,
        "reason": "材料较多",
        "approver": "李处长",
        "granted_at": AT,
        "granted_by": "王主任",
    },
    "mail_attempts": {"mail_id": 1, "tried_at": AT, "outcome": "ok"},
    "sign_in_failures": {"subject": "name:zhang", "failed_at": AT},
    "title_aliases": {"title_id": 1, "name": "旧名", "until": date(2020, 1, 1)},
    "title_moves": {
        "title_id": 1,
        "from_unit_id": 1,
        "to_unit_id": 1,
        "moved_on": date(2020, 1, 1),
        "recorded_at": AT,
        "recorded_by": "王主任",
    },
    "phone_duties": {**IN_BATCH, "key": "tel", "at": AT, "person": "张三", "number": "13800000000"},
    "mails": {**PARENTS["mails"], "key": "other mail"},
    "web_sessions": {
        "token_hash": "4" * 64,
        "user_id": 1,
        "membership_id": 1,
        "csrf_secret": "x",
        "started_at": AT,
        "seen_at": AT,
    },
    **VALID_OF_CASES,
    **VALID_OF_DESIGNS,
}

TREE = {"44": "/44/", "440": "/440/", "4403": "/44/4403/", "4_": "/4_/"}
"""Codes and paths of units; the third lies below the first."""
SEEN_DUTIES = {"none": 0, "all": 8, "branch": 4, "lower": 2, "programme": 4, "both": 1, "nothing": 0}
"""Of eight duties: four units in two batches."""


def lay_parents(connection: Connection) -> None:
    """Insert the rows that the others point at; the chain's head makes room for the one to be tried."""
    connection.execute(delete(Base.metadata.tables["audit_head"]))
    for table, values in (*PARENTS.items(), *PARENTS_OF_CASES, *PARENTS_OF_DESIGNS):
        put(connection, table, values)


def put(connection: Connection, table: str, values: Mapping[str, Any]) -> None:
    """Insert one row."""
    connection.execute(insert(Base.metadata.tables[table]).values(**values))


def checks() -> dict[str, str]:
    """Return every CHECK that a model words itself, with its table."""
    return {
        str(found.name): table.name
        for table in Base.metadata.sorted_tables
        for found in table.constraints
        if isinstance(found, CheckConstraint) and not _belongs_to_enum(table, str(found.name))
    }


def _belongs_to_enum(table: Table, name: str) -> bool:
    return name in {f"ck_{table.name}_{column.type.name}" for column in table.c if isinstance(column.type, Enum)}


def closed_columns() -> list[tuple[str, str]]:
    """Return every column that holds a closed set, as (table, column)."""
    return [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Enum)
    ]


def uniques() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the table and columns of every UNIQUE, by its name."""
    return {
        str(found.name): (table.name, tuple(column.name for column in found.columns))
        for table in Base.metadata.sorted_tables
        for found in table.constraints
        if isinstance(found, UniqueConstraint)
    }
