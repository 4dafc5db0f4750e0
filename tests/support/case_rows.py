"""Applicants and cases as plain rows, for tests of services that do not open cases themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.credit_code import check_digit
from models import Approval, Case, CaseState, Organisation, OrganisationKind, Unit
from services.batches.context import BatchContext

AT = datetime(2023, 3, 10, 2, 0, tzinfo=UTC)


def credit_code(number: int = 1) -> str:
    """Return a code with a right check digit; another number gives another code."""
    body = f"91000000{number:09d}"
    return body + check_digit(body)


def unit_of(session: Session, unit_code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == unit_code)).one()


def organisation(session: Session, number: int = 1, unit_code: str = "000001", **changes: Any) -> Organisation:
    """Return the n-th applicant, an approved enterprise in the area of a unit, founded in 2010."""
    values: dict[str, Any] = {
        "unit_id": unit_of(session, unit_code).id,
        "name": f"第{number}制造公司",
        "credit_code": credit_code(number),
        "kind": OrganisationKind.ENTERPRISE,
        "industry": "制造业",
        "founded_on": date(2010, 1, 1),
        "region": "甲市",
        "registered_at": AT,
        "approval": Approval.APPROVED,
        "decided_at": AT,
        "decided_by": "经办人1",
        **changes,
    }
    made = Organisation(**values)
    session.add(made)
    session.flush()
    return made


def case_row(
    session: Session,
    context: BatchContext,
    organisation: Organisation,
    unit_code: str = "000001",
    *,
    values: Mapping[str, str] | None = None,
    **changes: Any,
) -> Case:
    """Return a case of the batch at its channel unit: a draft in the first category unless `changes` say other.

    A case in any state but draft has one submitted version number unless `version_no` says other; the rows of
    versions are the caller's.
    """
    unit = unit_of(session, unit_code)
    state = changes.get("state", CaseState.DRAFT)
    is_out = state is not CaseState.DRAFT
    row: dict[str, Any] = {
        "batch_id": context.batch.id,
        "unit_id": unit.id,
        "at_unit_id": unit.id,
        "organisation_id": organisation.id,
        "definition_revision": context.batch.revision,
        "category_key": context.definition.categories[0].key,
        "title": organisation.name,
        "values": dict(values or {}),
        "saved_at": AT,
        "saved_by": "申报人",
        "created_at": AT,
        "created_by": "申报人",
        "version_no": 1 if is_out else 0,
        "submitted_at": AT if is_out else None,
        "forwarded_at": AT if state is CaseState.FORWARDED else None,
        "correct_by": None,
        "received_at": None,
        "external_key": None,
        "claim": None,
        **changes,
    }
    made = Case(**row)
    session.add(made)
    session.flush()
    return made


def applicant(organisation: Organisation) -> Actor:
    """Return a person who acts for an applicant."""
    return Actor("申报人", Role.APPLICANT, user_id=500 + organisation.id, organisation_id=organisation.id)
