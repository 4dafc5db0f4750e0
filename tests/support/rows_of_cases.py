"""The smallest valid rows of what belongs to cases: applicants, reviews, recommendations, the tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

AT = datetime(2023, 3, 6, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(days=14)
OF_UNIT = {"batch_id": 1, "unit_id": 1}
OF_CASE = {**OF_UNIT, "case_id": 1}
DECLARED = {**OF_CASE, "organisation_id": 1}

BATCH: Mapping[str, Any] = {
    "programme_id": 1,
    "title": "上级批次",
    "year": 2023,
    "issuer": "某部",
    "level": "ministry",
    "timezone": "Asia/Shanghai",
}
ORGANISATION: Mapping[str, Any] = {
    "name": "甲制造公司",
    "credit_code": "911000000000000011",
    "kind": "enterprise",
    "unit_id": 1,
    "registered_at": AT,
}
FILE: Mapping[str, Any] = {
    "unit_id": 1,
    "sha256": "5" * 64,
    "name": "申报书.pdf",
    "media_type": "application/pdf",
    "size": 1,
    "organisation_id": 1,
    "stored_at": AT,
    "stored_by": "申报人",
}
CASE: Mapping[str, Any] = {
    **OF_UNIT,
    "at_unit_id": 1,
    "organisation_id": 1,
    "definition_revision": 1,
    "category_key": "enterprise",
    "title": "甲制造公司",
    "claim": "911000000000000011",
    "values": {},
    "saved_at": AT,
    "saved_by": "申报人",
    "created_at": AT,
    "created_by": "申报人",
}

PARENTS_OF_CASES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("batches", {**BATCH, "code": "upper-1"}),
    ("batches", {**BATCH, "code": "upper-2"}),
    ("organisations", ORGANISATION),
    ("files", FILE),
    ("cases", CASE),
)
"""Laid after the other parents: batches 2 and 3, and the first applicant, file and case."""

VALID_OF_CASES: Mapping[str, Mapping[str, Any]] = {
    "admissions": {
        "unit_id": 1,
        "organisation_id": 1,
        "user_id": 1,
        "role": "applicant",
        "token_hash": "a" * 64,
        "name": "张三",
        "made_at": AT,
        "made_by": "申报人",
        "expires_at": LATER,
    },
    "organisations": {**ORGANISATION, "credit_code": "911000000000000022"},
    "listed_applicants": {
        **OF_UNIT,
        "credit_code": "911000000000000011",
        "name": "甲制造公司",
        "added_at": AT,
        "added_by": "王主任",
    },
    "cases": {**CASE, "claim": "911000000000000022"},
    "case_versions": {
        **DECLARED,
        "number": 1,
        "definition_revision": 1,
        "values": {},
        "files": [],
        "submitted_at": AT,
        "submitted_by": "申报人",
        "fingerprint": "6" * 64,
    },
    "case_files": {**DECLARED, "slot_key": "form", "file_id": 1, "added_at": AT, "added_by": "申报人"},
    "case_acts": {
        **DECLARED,
        "kind": "submitted",
        "at": AT,
        "by": "申报人",
        "recorded_at": AT,
        "recorded_by": "申报人",
    },
    "case_returns": {
        **DECLARED,
        "from_unit_id": 1,
        "number": 1,
        "summary": "请补正",
        "comments": {},
        "version_no": 1,
        "returned_at": AT,
        "returned_by": "张三",
        "due_at": LATER,
    },
    "check_answers": {
        **OF_CASE,
        "by_unit_id": 1,
        "item_key": "complete",
        "result": "yes",
        "version_no": 1,
        "answered_at": AT,
        "answered_by": "张三",
    },
    "site_checks": {
        **OF_CASE,
        "by_unit_id": 1,
        "held_on": date(2023, 3, 6),
        "persons": "张三",
        "findings": "属实",
        "file_id": 1,
        "recorded_at": AT,
        "recorded_by": "张三",
    },
    "credit_checks": {**OF_CASE, "department": "税务部门", "recorded_at": AT, "recorded_by": "张三"},
    "rule_decisions": {
        **OF_CASE,
        "rule_key": "founded",
        "kind": "waived",
        "reason": "重组",
        "by_unit_id": 1,
        "decided_at": AT,
        "decided_by": "张三",
    },
    "opinions": {
        **OF_CASE,
        "by_unit_id": 1,
        "outcome": "passed",
        "version_no": 1,
        "given_at": AT,
        "given_by": "张三",
    },
    "internal_acts": {
        **OF_CASE,
        "by_unit_id": 1,
        "stage_key": "review",
        "step_key": "meeting",
        "person": "张三",
        "held_on": date(2023, 3, 6),
        "recorded_at": AT,
        "recorded_by": "张三",
    },
    "recommendations": OF_CASE,
    "places": {**OF_CASE, "quota_key": "city", "number": 1, "taken_at": AT},
    "allotments": {
        **OF_UNIT,
        "quota_key": "city",
        "limit": 0,
        "from_unit_id": 1,
        "given_at": AT,
        "given_by": "王主任",
    },
    "allotment_moves": {
        "batch_id": 1,
        "quota_key": "city",
        "from_unit_id": 1,
        "to_unit_id": 1,
        "count": 1,
        "reason": "名额未用",
        "moved_at": AT,
        "moved_by": "王主任",
    },
    "dispatches": {**OF_UNIT, "saved_at": AT, "saved_by": "张三"},
    "unit_dates": {**OF_UNIT, "stage_key": "declare", "due_at": AT, "set_at": AT, "set_by": "张三"},
    "batch_links": {"batch_id": 1, "upper_id": 3, "relation": "passed_on", "seen_revision": 1},
    "upstream_changes": {
        "batch_id": 1,
        "upper_revision": 2,
        "cause": "revision",
        "differences": [],
        "made_at": AT,
    },
    "catalogue_versions": {
        "key": "modes",
        "version": 1,
        "title": "模式目录",
        "digest": "7" * 64,
        "document": {},
        "loaded_at": AT,
        "loaded_by": "王主任",
    },
    "platform_imports": {
        "batch_id": 1,
        "file_name": "export.xlsx",
        "sha256": "8" * 64,
        "counts": {},
        "problems": [],
        "imported_at": AT,
        "imported_by": "王主任",
    },
}
