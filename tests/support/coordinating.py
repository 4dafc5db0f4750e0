"""A batch with places, rules and cases in every state, as the office sees it; and who looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, Paper, Quota, Waiver
from models import ActKind, Case, CaseAct, CaseState, CaseVersion, Organisation
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from tests.support.backoffice import make_app
from tests.support.batches import local, running
from tests.support.case_rows import case_row, credit_code, organisation
from tests.support.cases import NOW, OPENED, SHARE, VALUES, case_definition
from tests.support.progress import set_clock

CODE = "batch-2023"
PAGES = f"/admin/progress/{CODE}"
LIMIT = "每个市推荐示范企业不超过3个"
QUOTAS = (
    Quota(key="enterprise", classes=("city",), category="enterprise", limit=3, clause=LIMIT),
    Quota(key="platform", classes=("city", "direct"), category="platform", limit=1),
    Quota(key="city", classes=("city",), category="city"),
    Quota(key="city-direct", classes=("direct",), category="city", limit=0),
)
STATES: Mapping[CaseState, int] = {
    CaseState.DRAFT: 2,
    CaseState.SUBMITTED: 4,
    CaseState.RETURNED: 1,
    CaseState.PASSED: 2,
    CaseState.FORWARDED: 3,
    CaseState.REFUSED: 1,
    CaseState.WITHDRAWN: 1,
}


def office_definition(**changes: Any) -> Definition:
    """Return a batch in which cities and the office's own channel recommend, with places and three copies on paper.

    The office may lift the rule on the share of services.
    """
    base = case_definition(quotas=QUOTAS, rules=(replace(SHARE, waiver=Waiver.OFFICE),))
    stages = tuple(
        replace(stage, recommend=replace(stage.recommend, classes=("city", "direct"), paper=Paper(copies=3)))
        if stage.recommend is not None
        else stage
        for stage in base.stages
    )
    return replace(base, **{"stages": stages, **changes})


def office_batch(session: Session, wanted: Definition | None = None) -> BatchContext:
    """Publish the batch and open its stages."""
    batch = running(session, wanted or office_definition()).batch
    advance(session, batch.id, OPENED)
    return load(session, batch.id)


def out(session: Session, context: BatchContext, declarer: Organisation, unit_code: str, **changes: Any) -> Case:
    """Return a case that lies beyond its applicant, with its version and the act that brought it there."""
    values = {**VALUES[str(changes.get("category_key", "enterprise"))], **changes.pop("values", {})}
    case = case_row(session, context, declarer, unit_code, values=values, **changes)
    if case.version_no == 0:
        return case
    of_case = {
        "case_id": case.id,
        "batch_id": case.batch_id,
        "unit_id": case.unit_id,
        "organisation_id": case.organisation_id,
    }
    at = case.submitted_at or NOW
    session.add(
        CaseVersion(
            **of_case,
            number=case.version_no,
            definition_revision=case.definition_revision,
            values=values,
            files=[],
            statements=[],
            submitted_at=at,
            submitted_by="申报人",
            fingerprint="f" * 64,
        )
    )
    session.add(
        CaseAct(
            **of_case,
            kind=ActKind.SUBMITTED,
            at=at,
            by="申报人",
            recorded_at=at,
            recorded_by="申报人",
            version_no=case.version_no,
        )
    )
    session.flush()
    return case


def fill_batch(session: Session, context: BatchContext) -> list[Case]:
    """Return a case of each state and more, spread over three cities and a county, each of its own applicant."""
    return list(_filled(session, context))


def _filled(session: Session, context: BatchContext) -> Iterator[Case]:
    states = [state for state, count in STATES.items() for _ in range(count)]
    codes = ("000001", "000002", "000003", "000004")
    for number, state in enumerate(states, start=1):
        code = codes[number % len(codes)]
        declarer = organisation(session, number, code)
        title = f"{declarer.name}的项目"
        yield out(session, context, declarer, code, state=state, title=title, correct_by=None)


def second_case(session: Session, context: BatchContext, number: int, unit_code: str, **changes: Any) -> Case:
    """Return another case of the n-th applicant by way of another unit."""
    known = session.scalars(select(Organisation).where(Organisation.credit_code == credit_code(number))).one()
    return out(session, context, known, unit_code, **changes)


def office_app(database: Database) -> Flask:
    """Return the backoffice over the filled batch, on the day after its last case moved."""
    with database.write(Scope()) as session:
        fill_batch(session, office_batch(session))
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)
