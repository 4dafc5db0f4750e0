"""Submitting a case: what is checked, in which order, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role
from domain.definition import Definition, OneCase, Quota, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken, TooEarly, TooLate
from models import (
    ActKind,
    Approval,
    Case,
    CaseAct,
    CaseState,
    CaseVersion,
    Duty,
    OrganisationKind,
    UnitDate,
)
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.batches.extending import MoreTime, extend
from services.batches.publishing import set_paused
from services.cases.access import get_case, shows_content, values_for
from services.cases.drafts import Typed, save
from services.cases.opening import open_case
from services.cases.submitting import NO_SECRETS, NotSubmitted, Receipt, problems_of, receipt_of, submit
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.cases import (
    DUE,
    NOW,
    ONE_CASE,
    STATEMENTS,
    case_definition,
    declare_stage,
    fill,
    in_hand,
    new_case,
    opened,
    put,
    send,
    send_back,
    submitted,
    type_in,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


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


def test_the_last_second_is_in_time_and_the_deadline_is_not(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))

    late = refused(db, case, now=DUE)
    receipt = submit(
        db,
        case.id,
        statements=STATEMENTS,
        received_at=DUE - timedelta(microseconds=1),
        actor=applicant(case.organisation),
    )

    assert isinstance(late, TooLate)
    assert "24:00" in late.sentence
    assert isinstance(receipt, Receipt)
    assert not receipt.is_late


def test_more_time_for_the_unit_is_more_time_for_its_applicants(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    more = MoreTime(stage="declare", due_at=DUE + timedelta(days=2), reason="停电", unit_id=case.unit_id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)

    receipt = send(db, case, now=DUE + timedelta(days=1))

    assert receipt.is_late
    assert case.is_late


def test_a_units_own_earlier_date_holds_for_its_applicants(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    row = UnitDate(
        batch_id=context.batch.id,
        unit_id=case.unit_id,
        stage_key="declare",
        due_at=local("2023-03-12 00:00"),
        set_at=NOW,
        set_by="经办人1",
    )
    db.add(row)
    db.flush()

    assert isinstance(refused(db, case), TooLate)


def test_a_draft_is_kept_after_the_deadline_and_can_still_be_typed(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    assert isinstance(refused(db, case, now=DUE), TooLate)

    type_in(db, case, {"summary": "补写"}, now=DUE)

    assert (case.state, case.values["summary"], case.values["share"]) == (CaseState.DRAFT, "补写", "35")


def test_a_paused_batch_takes_nothing(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    set_paused(db, context.batch, is_paused=True, reason="上级通知", actor=COORDINATOR, now=NOW)

    assert isinstance(refused(db, case), TooLate)


def test_the_right_comes_before_all(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    other = applicant(organisation(db, 2))

    for actor in (other, officer(db, 1), COORDINATOR, Actor("专家", Role.EXPERT)):
        with pytest.raises(NotAllowed):
            submit(db, case.id, statements={}, received_at=DUE, actor=actor)


def test_an_applicant_does_not_find_the_case_of_another(database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as db:
        case_id = opened(db, running(db, case_definition())).id
        other = applicant(organisation(db, 2))

    with database.write(Scope.of(other)) as db, pytest.raises(NotFound):
        submit(db, case_id, statements={}, received_at=NOW, actor=other)


def test_the_stage_is_asked_before_the_account(db: Session, context: BatchContext) -> None:
    waiting = organisation(db, approval=Approval.PENDING, decided_at=None)
    case = opened(db, context, waiting)

    assert isinstance(refused(db, case, now=local("2023-03-01 09:00")), TooEarly)
    assert isinstance(refused(db, case, now=DUE), TooLate)
    refusal = refused(db, case)
    assert (type(refusal), refusal.code) == (NotAllowed, "not_approved")


def test_an_account_that_was_refused_is_told_why(db: Session, context: BatchContext) -> None:
    other = organisation(db, approval=Approval.REFUSED, reason="执照已过期")

    assert "执照已过期" in refused(db, opened(db, context, other)).sentence


def test_an_account_approved_earlier_is_not_approved_again(db: Session, context: BatchContext) -> None:
    """S000-40: the second batch takes the same account without a second approval."""
    declarer = organisation(db)
    submitted(db, context, declarer)
    second = running(db, case_definition(code="batch-2024", year=2024))

    assert submitted(db, second, declarer).state is CaseState.SUBMITTED


def test_a_second_case_of_one_applicant_is_refused_in_either_category(db: Session, context: BatchContext) -> None:
    """S000-07: with the clause, and the title and state of the first one."""
    declarer = organisation(db)
    first = submitted(db, context, declarer, title="第一个项目")
    second = fill(db, opened(db, context, declarer, category="platform", subtype="general", title="第二个"))

    refusal = refused(db, second)

    assert isinstance(refusal, Conflict)
    assert refusal.params["other_id"] == first.id
    for words in (ONE_CASE, "第一个项目", "示范企业", "待审核", "先撤回那一份"):
        assert words in refusal.sentence
    assert (second.state, second.claim, second.values["share"]) == (CaseState.DRAFT, None, "40")


def test_the_database_itself_refuses_two_cases_with_one_claim(db: Session, context: BatchContext) -> None:
    """S000-07"""
    one, two = opened(db, context, organisation(db, 1)), opened(db, context, organisation(db, 2))
    one.claim = "x"
    db.flush()
    two.claim = "x"

    with pytest.raises(IntegrityError):
        db.flush()


def test_one_case_per_category_leaves_room_for_the_other_category(db: Session) -> None:
    context = running(db, with_declare(one_case=OneCase.CATEGORY))
    declarer = organisation(db)
    submitted(db, context, declarer)

    assert submitted(db, context, declarer, category="platform", subtype="general").claim is not None
    assert isinstance(refused(db, fill(db, opened(db, context, declarer))), Conflict)


def test_a_batch_without_a_limit_takes_any_number(db: Session) -> None:
    context = running(db, with_declare(one_case=None))
    declarer = organisation(db)

    assert {submitted(db, context, declarer).claim for _ in range(3)} == {None}


def test_nothing_is_submitted_without_the_word_that_it_holds_no_secrets(db: Session) -> None:
    context = running(db, with_declare(confirms_no_secrets=True))
    case = fill(db, opened(db, context))

    refusal = refused(db, case, statements={"honest": "yes"})

    assert paths(refusal) == [f"statements.{NO_SECRETS}"]
    send(db, case)
    assert NO_SECRETS in {item["key"] for item in db.scalars(select(CaseVersion)).one().statements}


def test_a_kind_that_was_corrected_meanwhile_is_asked_again(db: Session, context: BatchContext) -> None:
    case = fill(db, opened(db, context))
    case.organisation.kind = OrganisationKind.ASSOCIATION
    db.flush()

    refusal = refused(db, case)

    assert (refusal.code, case.version_no) == ("kind_not_allowed", 0)


def test_a_category_that_the_unit_may_never_recommend_is_not_taken(db: Session) -> None:
    quota = Quota(key="none", classes=("city",), category="enterprise", limit=0, clause="市级不推荐企业")
    context = running(db, case_definition(quotas=(quota,)))

    with pytest.raises(RuleBroken, match="市级不推荐企业"):
        opened(db, context)


def test_a_correction_has_its_own_date_and_goes_back_to_who_returned_it(db: Session, context: BatchContext) -> None:
    """S000-57: the city returns a case that the county had passed; the stage's own deadline is long over."""
    case = submitted(db, context, unit_code="000004")
    row = send_back(db, case, due_at=DUE + timedelta(days=20), unit_code="000001")
    type_in(db, case, {"share": "50"}, now=DUE + timedelta(days=5))

    receipt = send(db, case, now=DUE + timedelta(days=20) - timedelta(seconds=1))

    assert (receipt.version, receipt.is_late) == (2, False)
    assert (case.at_unit_id, case.correct_by, row.ended_at) == (
        unit_of(db, "000001").id,
        None,
        receipt.received_at,
    )
    assert [version.values["share"] for version in db.scalars(select(CaseVersion).order_by(CaseVersion.id))] == [
        "35",
        "50",
    ]


def test_a_late_correction_is_refused_until_the_unit_gives_more_time(db: Session, context: BatchContext) -> None:
    """S000-57"""
    case = submitted(db, context, unit_code="000004")
    send_back(db, case, due_at=LATER, unit_code="000001")

    refusal = refused(db, case, now=LATER)
    assert isinstance(refusal, TooLate)
    assert "补正期限" in refusal.sentence
    assert "第1单位" in refusal.sentence

    case.correct_by = LATER + timedelta(days=1)
    db.flush()
    assert send(db, case, now=LATER).version == 2


def test_a_county_officer_hears_who_returned_a_case_from_above(database: Database) -> None:
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        actor = officer(db, 4)
        declarer = organisation(db, 1, "000004")
        case = open_case(db, new_case(context, db, "000004"), actor=actor, now=NOW, organisation_id=declarer.id)
        case.version_no = 1
        send_back(db, case, due_at=NOW, unit_code="000001")
        case_id = case.id

    with database.write(Scope.of(actor)) as db:
        result = submit(db, case_id, statements=STATEMENTS, received_at=LATER, actor=actor)
        assert isinstance(result, NotSubmitted)
        assert "第1单位" in result.refusal.sentence


def test_an_officer_enters_a_paper_case_for_an_applicant(db: Session, context: BatchContext) -> None:
    """代填: who did it and for whom stay apart, and the day of the paper moves no deadline."""
    declarer, actor = organisation(db), officer(db, 1)
    case = open_case(db, new_case(context, db), actor=actor, now=NOW, organisation_id=declarer.id)
    values = {
        "share": "35",
        "modes": "sharing",
        "promise": "yes",
        "promise.name": "李四",
        "promise.date": "2023-03-08",
    }
    save(db, case.id, Typed(values, {}, case.revision), actor=actor, now=NOW)
    put(db, case, "licence")
    paper = local("2023-03-10 10:00")

    late = submit(db, case.id, statements=STATEMENTS, received_at=DUE, actor=actor, paper_at=paper)
    future = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=actor, paper_at=LATER)
    receipt = submit(db, case.id, statements=STATEMENTS, received_at=NOW, actor=actor, paper_at=paper)

    assert isinstance(late, NotSubmitted) and isinstance(late.refusal, TooLate)
    assert isinstance(future, NotSubmitted) and isinstance(future.refusal, Invalid)
    assert isinstance(receipt, Receipt) and receipt.received_at == NOW
    act = db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.SUBMITTED)).one()
    assert (act.at, act.recorded_at, act.by, act.by_unit, act.detail["for"]) == (
        paper,
        NOW,
        "经办人1",
        "第1单位",
        declarer.name,
    )
    assert {item["name"] for item in db.scalars(select(CaseVersion)).one().statements} == {"经办人1", "李四"}


def test_a_city_case_is_submitted_by_its_unit(db: Session, context: BatchContext) -> None:
    """S003-32"""
    case = open_case(db, new_case(context, db, category="city", title="甲市"), actor=officer(db, 1), now=NOW)

    assert send(db, fill(db, case)).version == 1
    assert case.claim is not None


def test_what_is_being_corrected_is_not_shown_to_others(db: Session, context: BatchContext) -> None:
    """S003-68: a unit reads what was last submitted, not the correction that is being typed."""
    case = submitted(db, context)
    send_back(db, case, due_at=LATER)
    type_in(db, case, {"share": "99"})

    reader = officer(db, 1)
    found = get_case(db, case.id, actor=reader, action=Action.VIEW_CASE)

    assert values_for(db, found, reader)["share"] == "35"
    assert values_for(db, found, applicant(case.organisation))["share"] == "99"


def test_a_draft_is_its_writers_alone(db: Session, context: BatchContext) -> None:
    """S003-68"""
    case = fill(db, opened(db, context))
    found = in_hand(db, case)

    for reader in (officer(db, 1), COORDINATOR):
        assert not shows_content(found, reader)
        assert values_for(db, found, reader) == {}
    assert shows_content(found, applicant(case.organisation))
