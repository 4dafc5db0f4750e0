"""Submitting a case: what is checked, in which order, and what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.errors import Invalid
from models import (
    ActKind,
    CaseAct,
    CaseState,
    CaseVersion,
    Duty,
)
from services.batches.context import BatchContext
from services.cases.submitting import NO_SECRETS, NotSubmitted, Receipt, problems_of, receipt_of
from tests.support.batches import running
from tests.support.cases import (
    NOW,
    case_definition,
    fill,
    in_hand,
    opened,
    paths,
    refused,
    send,
    submitted,
    type_in,
    with_declare,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_a_submitted_case_is_frozen_with_a_receipt(db: Session, context: BatchContext) -> None:
    """S003-31, S001-43, S004-52: the declaration of truth is stored with the version."""
    case = fill(db, opened(db, context))

    receipt = send(db, case)

    version = db.scalars(select(CaseVersion)).one()
    assert receipt == Receipt(case.id, 1, NOW, version.fingerprint, is_late=False)
    assert receipt == receipt_of(db, in_hand(db, case))
    assert (case.state, case.at_unit_id, case.submitted_at, case.modes) == (
        CaseState.SUBMITTED,
        case.unit_id,
        NOW,
        ["sharing"],
    )
    assert version.values["share"] == "35"
    assert [item["slot"] for item in version.files] == ["licence"]
    assert {item["key"]: item["name"] for item in version.statements} == {"honest": "申报人", "promise": "张三"}
    assert version.statements[1]["text"] == "我单位对申报内容的真实性负责。"
    act = db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.SUBMITTED)).one()
    assert (act.by, act.by_unit, act.detail["fingerprint"]) == ("申报人", "", receipt.fingerprint)


def test_sending_the_same_again_gives_the_same_receipt(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))

    assert send(db, case) == send(db, case, now=NOW + timedelta(seconds=3))
    assert db.scalar(select(func.count(CaseVersion.id))) == 1


def test_the_unit_owes_the_check_of_what_came_to_it(db: Session, context: BatchContext) -> None:
    case = submitted(db, context, unit_code="000004")

    owing = select(Duty).where(Duty.stage_key == "review", Duty.settled_as.is_(None))
    assert {duty.unit_id for duty in db.scalars(owing)} == {case.unit_id}


def test_every_problem_is_told_at_once_and_nothing_typed_is_lost(db: Session, context: BatchContext) -> None:
    """S000-06: without its credit code the applicant is told, and cannot submit."""
    case = opened(db, context)
    type_in(db, case, {"code": "1234", "share": "20", "modes": ""})
    before = dict(case.values)

    refusal = refused(db, case, statements={})

    assert isinstance(refusal, Invalid)
    assert paths(refusal) == [
        "code",
        "modes",
        "promise",
        "promise.name",
        "promise.date",
        "materials.licence",
        "share",
        "statements.honest",
    ]
    assert (case.values, case.state, case.version_no, case.claim) == (before, CaseState.DRAFT, 0, None)
    assert db.scalar(select(func.count(CaseVersion.id))) == 0
    assert problems_of(NotSubmitted(refusal)) == refusal.problems


def test_a_missing_credit_code_blocks_the_submission(db: Session, context: BatchContext) -> None:
    """S000-06"""
    case = fill(db, opened(db, context), code="")

    refusal = refused(db, case)

    assert paths(refusal) == ["code"]


def test_a_hard_rule_refuses_with_its_clause(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context), share="29.99")

    (problem,) = problems_of(NotSubmitted(refused(db, case)))

    assert problem.path == "share"
    assert "服务收入占比不低于30%" in problem.sentence


def test_an_optional_paper_may_be_left_out(db: Session, context: BatchContext) -> None:
    """S001-42: the certificate "如有" is not there, and the case is accepted."""
    case = fill(db, opened(db, context))

    assert send(db, case).version == 1


def test_nothing_is_submitted_without_the_word_that_it_holds_no_secrets(db: Session) -> None:
    context = running(db, with_declare(confirms_no_secrets=True))
    case = fill(db, opened(db, context))

    refusal = refused(db, case, statements={"honest": "yes"})

    assert paths(refusal) == [f"statements.{NO_SECRETS}"]
    send(db, case)
    assert NO_SECRETS in {item["key"] for item in db.scalars(select(CaseVersion)).one().statements}
