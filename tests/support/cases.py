"""A small batch with cases, and people who open, fill and submit them through the services."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Definition, StageKind
from domain.errors import RuleBroken
from models import Case, CaseFile, CaseReturn, CaseState, Organisation, StoredFile
from services.batches.context import BatchContext
from services.cases.access import CaseInHand, get_case_to_fill
from services.cases.drafts import Typed, save
from services.cases.opening import NewCase, open_case
from services.cases.submitting import NotSubmitted, Receipt, problems_of, submit
from tests.support.batches import officer
from tests.support.case_batch import (
    BASICS,
    CERTIFICATE,
    DUE,
    FORMS,
    LICENCE,
    MODES,
    NOW,
    ONE_CASE,
    OPENED,
    PICTURES,
    PROMISE,
    SEALED,
    SHARE,
    STATEMENTS,
    SUMMARY,
    UNITS,
    VALUES,
    case_definition,
    declare_stage,
)
from tests.support.case_rows import applicant, organisation, unit_of

__all__ = [
    "BASICS",
    "CERTIFICATE",
    "DUE",
    "FORMS",
    "LICENCE",
    "MODES",
    "NOW",
    "ONE_CASE",
    "OPENED",
    "PICTURES",
    "PROMISE",
    "SEALED",
    "SHARE",
    "STATEMENTS",
    "SUMMARY",
    "UNITS",
    "VALUES",
    "case_definition",
    "declare_stage",
    "declarer_of",
    "fill",
    "in_hand",
    "new_case",
    "opened",
    "paths",
    "put",
    "refused",
    "send",
    "send_back",
    "submitted",
    "type_in",
    "with_declare",
]


def new_case(context: BatchContext, session: Session, unit_code: str = "000001", **changes: Any) -> NewCase:
    """Return what an enterprise asks for to begin a case with a unit."""
    values: dict[str, Any] = {
        "batch_id": context.batch.id,
        "category": "enterprise",
        "subtype": "",
        "unit_id": unit_of(session, unit_code).id,
        "title": "示范项目",
        **changes,
    }
    return NewCase(**values)


def opened(
    session: Session,
    context: BatchContext,
    declarer: Organisation | None = None,
    unit_code: str = "000001",
    *,
    now: datetime = NOW,
    **changes: Any,
) -> Case:
    """Return a case that an applicant has just begun; `changes` are those of NewCase."""
    declarer = declarer or organisation(session, 1, unit_code)
    return open_case(session, new_case(context, session, unit_code, **changes), actor=applicant(declarer), now=now)


def declarer_of(session: Session, case: Case) -> Actor:
    """Return who fills a case: its applicant, or for a city the officer of its channel."""
    if case.category_key == "city":
        return officer(session, int(case.unit.code))
    return applicant(case.organisation)


def type_in(session: Session, case: Case, values: Mapping[str, str], *, now: datetime = NOW) -> None:
    """Save these leaves over what the draft holds."""
    base = {leaf: case.values.get(leaf, "") for leaf in values}
    save(session, case.id, Typed(values, base, case.revision), actor=declarer_of(session, case), now=now)


def put(session: Session, case: Case, slot: str, name: str = "扫描件.pdf", **changes: Any) -> CaseFile:
    """Put a file into a slot as plain rows: no bytes lie behind it."""
    stored = StoredFile(
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        sha256=hashlib.sha256(f"{case.id}/{slot}/{name}".encode()).hexdigest(),
        name=name,
        media_type="application/pdf",
        size=1000,
        stored_at=NOW,
        stored_by="申报人",
    )
    session.add(stored)
    session.flush()
    row = CaseFile(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        slot_key=slot,
        file_id=stored.id,
        added_at=NOW,
        added_by="申报人",
        **changes,
    )
    session.add(row)
    session.flush()
    return row


def fill(session: Session, case: Case, *, now: datetime = NOW, **values: str) -> Case:
    """Fill a case so that it may be submitted; `values` are leaves that differ from VALUES."""
    type_in(session, case, {**VALUES[case.category_key], **values}, now=now)
    if case.category_key != "city":
        put(session, case, "licence")
    return case


def submitted(
    session: Session,
    context: BatchContext,
    declarer: Organisation | None = None,
    unit_code: str = "000001",
    *,
    now: datetime = NOW,
    **changes: Any,
) -> Case:
    """Return a case of an applicant that has been filled and submitted to a unit.

    declarer: the first organisation, made here, unless one is given. changes: those of NewCase.
    """
    case = fill(session, opened(session, context, declarer, unit_code, now=now, **changes), now=now)
    send(session, case, now=now)
    return case


def send(session: Session, case: Case, *, now: datetime = NOW) -> Receipt:
    """Submit a filled case, which must be accepted."""
    result = submit(session, case.id, statements=STATEMENTS, received_at=now, actor=declarer_of(session, case))
    if not isinstance(result, Receipt):
        raise AssertionError(result.refusal.sentence)
    return result


def in_hand(session: Session, case: Case) -> CaseInHand:
    """Return the case with its definition, as who fills it has it."""
    return get_case_to_fill(session, case.id, actor=declarer_of(session, case))


def send_back(
    session: Session, case: Case, *, due_at: datetime, unit_code: str = "", number: int = 1, at: datetime = NOW
) -> CaseReturn:
    """Return a case to its applicant as plain rows, from its channel unless a unit is named."""
    unit = unit_of(session, unit_code) if unit_code else case.unit
    row = CaseReturn(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        from_unit_id=unit.id,
        to_unit_id=None,
        number=number,
        summary="请补正",
        comments={"share": "请核对"},
        version_no=case.version_no,
        returned_at=at,
        returned_by="经办人",
        due_at=due_at,
        ended_at=None,
    )
    session.add(row)
    case.state, case.at_unit_id, case.correct_by = CaseState.RETURNED, unit.id, due_at
    session.flush()
    session.expire(case, ["at_unit"])
    return row


def refused(
    session: Session, case: Case, *, now: datetime = NOW, statements: Mapping[str, str] = STATEMENTS
) -> RuleBroken:
    """Submit a case as its applicant, which must be refused, and return the refusal."""
    result = submit(session, case.id, statements=statements, received_at=now, actor=applicant(case.organisation))
    assert isinstance(result, NotSubmitted)
    return result.refusal


def paths(refusal: RuleBroken) -> list[str]:
    """Return the places of a refusal."""
    return [problem.path for problem in problems_of(NotSubmitted(refusal))]


def with_declare(**changes: Any) -> Definition:
    """Return the definition with another block of the declare stage."""
    base = case_definition()
    rest = tuple(stage for stage in base.stages if stage.kind is not StageKind.DECLARE)
    return replace(base, stages=(declare_stage(**changes), *rest))
