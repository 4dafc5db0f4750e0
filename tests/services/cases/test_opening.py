"""Beginning a case: exactly one category, an allowed applicant, an allowed unit."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action
from domain.definition import External, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, TooEarly, TooLate
from models import AuditEntry, CaseAct, CaseState, ListedApplicant, Organisation, OrganisationKind, Source
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.batches.publishing import set_paused
from services.cases.access import get_case
from services.cases.conditions import MOST_DRAFTS
from services.cases.opening import open_case, rename
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import applicant, case_row, credit_code, organisation, unit_of
from tests.support.cases import DUE, NOW, OPENED, case_definition, declare_stage, in_hand, new_case, opened, submitted


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_an_applicant_begins_a_case_with_what_is_known_of_it(db: Session, context: BatchContext) -> None:
    """S003-31"""
    declarer = organisation(db)

    case = opened(db, context, declarer)

    assert (case.state, case.source, case.unit.code, case.version_no) == (
        CaseState.DRAFT,
        Source.APPLICANT,
        "000001",
        0,
    )
    assert case.values == {"name": declarer.name, "code": declarer.credit_code}
    assert [line.by for line in db.scalars(select(CaseAct))] == ["申报人"]
    assert Action.DECLARE.value in db.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize("category", ["", "enterprise,platform", "nothing"])
def test_a_case_has_exactly_one_category(db: Session, context: BatchContext, category: str) -> None:
    """S000-03, S004-03"""
    with pytest.raises(Invalid) as refusal:
        opened(db, context, category=category)

    (problem,) = refusal.value.problems
    assert problem.path == "category"
    assert problem.allowed == "可选：示范企业、示范平台、示范城市"


@pytest.mark.parametrize(("category", "subtype"), [("platform", ""), ("platform", "none"), ("enterprise", "general")])
def test_a_subtype_is_chosen_where_the_category_has_some_and_nowhere_else(
    db: Session, context: BatchContext, category: str, subtype: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(db, context, category=category, subtype=subtype)

    assert [problem.path for problem in refusal.value.problems] == ["subtype"]


@pytest.mark.parametrize("title", ["", "   \n", "长" * 201, "甲\u202e乙"])
def test_a_title_is_one_visible_line(db: Session, context: BatchContext, title: str) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(db, context, title=title)

    assert [problem.path for problem in refusal.value.problems] == ["title"]


def test_a_title_is_trimmed_and_may_be_changed_while_the_case_is_a_draft(db: Session, context: BatchContext) -> None:
    case = opened(db, context, title="  共享 工厂\n 项目 ")
    assert case.title == "共享 工厂 项目"

    rename(db, case.id, "新项目", actor=applicant(case.organisation), now=NOW)

    assert case.title == "新项目"
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.changes["before"]["title"] == "共享 工厂 项目"


def test_a_submitted_case_keeps_its_title(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)

    with pytest.raises(Conflict, match="退回补正，或撤回"):
        rename(db, case.id, "新项目", actor=applicant(case.organisation), now=NOW)


def test_a_kind_of_applicant_that_the_category_does_not_admit_is_refused(db: Session, context: BatchContext) -> None:
    university = organisation(db, kind=OrganisationKind.UNIVERSITY)

    with pytest.raises(NotAllowed, match="由企业申报，您的单位登记为高等院校"):
        opened(db, context, university)
    assert opened(db, context, university, category="platform", subtype="general").state is CaseState.DRAFT


def test_a_city_is_declared_by_its_unit_and_by_no_applicant(db: Session, context: BatchContext) -> None:
    """S003-32: the owner is the place, known by its unit, not a firm."""
    new = new_case(context, db, category="city", title="甲市")

    case = open_case(db, new, actor=officer(db, 1), now=NOW)
    again = open_case(db, new, actor=officer(db, 1), now=NOW)

    assert (case.source, case.organisation.kind, case.organisation.credit_code) == (
        Source.OFFICER,
        OrganisationKind.GOVERNMENT,
        None,
    )
    assert again.organisation_id == case.organisation_id
    with pytest.raises(NotAllowed, match="由推荐单位填报"):
        opened(db, context, category="city", title="甲市")


def test_an_officer_opens_no_case_at_another_unit(database: Database) -> None:
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        declarer = organisation(db, 1, "000002")
        actor = officer(db, 1)
        batch, foreign, declarer_id = context.batch, unit_of(db, "000002").id, declarer.id

    with database.write(Scope.of(actor)) as db:
        for category in ("enterprise", "city"):
            wanted = new_case(context, db, category=category)
            wanted = type(wanted)(batch.id, category, "", foreign, "甲市")
            with pytest.raises((NotAllowed, NotFound)):
                open_case(db, wanted, actor=actor, now=NOW, organisation_id=declarer_id)


def test_an_officer_begins_a_case_for_an_applicant_of_its_area(db: Session, context: BatchContext) -> None:
    declarer = organisation(db)

    case = open_case(db, new_case(context, db), actor=officer(db, 1), now=NOW, organisation_id=declarer.id)

    assert (case.source, case.organisation_id, case.created_by) == (Source.OFFICER, declarer.id, "经办人1")
    assert db.scalars(select(CaseAct.by_unit)).one() == "第1单位"
    with pytest.raises(NotFound, match="先选择申报单位"):
        open_case(db, new_case(context, db), actor=officer(db, 1), now=NOW)


def test_direct_filing_is_for_those_on_the_list_alone(db: Session, context: BatchContext) -> None:
    """S004-19, S004-20, S004-21: the list is the office's, an applicant cannot claim to be on it."""
    declarer = organisation(db)
    direct = unit_of(db, "000006")
    with pytest.raises(NotAllowed, match="只受理名单内的单位（省属企业直报）") as refusal:
        opened(db, context, declarer, "000006")
    assert "李敏 010-68205191" in refusal.value.sentence

    row = ListedApplicant(
        batch_id=context.batch.id,
        unit_id=direct.id,
        credit_code=credit_code(1),
        name=declarer.name,
        added_at=NOW,
        added_by="王主任",
    )
    db.add(row)
    db.flush()

    found = in_hand(db, opened(db, context, declarer, "000006"))
    assert (found.case.unit.code, found.is_direct) == ("000006", True)
    assert not in_hand(db, opened(db, context, declarer)).is_direct


def test_a_listed_applicant_is_found_out_though_it_may_not_read_the_list(database: Database) -> None:
    """S004-19"""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        declarer = organisation(db)
        direct = unit_of(db, "000006").id
        row = ListedApplicant(
            batch_id=context.batch.id,
            unit_id=direct,
            credit_code=declarer.credit_code,
            name=declarer.name,
            added_at=NOW,
            added_by="王主任",
        )
        db.add(row)
        actor = applicant(declarer)

    with database.write(Scope.of(actor)) as db:
        case = open_case(db, new_case(context, db, "000006"), actor=actor, now=NOW)
        assert case.unit_id == direct


def test_a_case_may_be_begun_only_while_the_stage_is_open(db: Session, context: BatchContext) -> None:
    declarer = organisation(db)

    with pytest.raises(TooEarly, match="尚未开放"):
        opened(db, context, declarer, now=local("2023-03-05 23:59"))
    with pytest.raises(TooLate, match="24:00"):
        opened(db, context, declarer, now=DUE)
    assert opened(db, context, declarer, now=OPENED).state is CaseState.DRAFT


def test_no_case_is_begun_in_a_paused_batch(db: Session, context: BatchContext) -> None:
    set_paused(db, context.batch, is_paused=True, reason="上级通知", actor=COORDINATOR, now=NOW)

    with pytest.raises(Conflict, match="不接收申报"):
        opened(db, context)


def test_a_category_of_another_platform_says_where(db: Session) -> None:
    declare = declare_stage(forms=(), external=External(name="省平台", url="https://platform.example"))
    base = case_definition()
    stages = (declare, *(stage for stage in base.stages if stage.kind is not StageKind.DECLARE))
    context = running(db, case_definition(stages=stages))

    with pytest.raises(Invalid, match="省平台"):
        opened(db, context)


def test_a_unit_that_takes_no_part_is_refused(db: Session, context: BatchContext) -> None:
    declarer = organisation(db)
    actor = applicant(declarer)
    wanted = new_case(context, db)

    with pytest.raises(NotFound, match="不在本批次中"):
        open_case(db, type(wanted)(wanted.batch_id, "enterprise", "", 9999, "甲"), actor=actor, now=NOW)


def test_a_case_shows_its_applicant_to_a_unit_of_another_area(database: Database) -> None:
    """S001-59: an applicant may choose a channel outside its own area."""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        case_id = submitted(db, context, organisation(db, 1, "000002"), "000004").id
        county, city = officer(db, 4), officer(db, 1)

    for actor in (county, city):
        with database.read(Scope.of(actor)) as db:
            found = get_case(db, case_id, actor=actor, action=Action.VIEW_CASE)
            assert found.case.organisation.name == "第1制造公司"
            assert (found.case.unit.code, found.case.at_unit.code) == ("000004", "000004")


def test_last_years_answers_and_the_own_data_are_proposed(db: Session) -> None:
    """S000-40: an earlier account is used again, with what it wrote."""
    earlier = running(db, case_definition(code="batch-2022", year=2022))
    declarer = organisation(db)
    submitted(db, earlier, declarer)
    context = running(db, case_definition())

    case = opened(db, context, declarer)

    assert case.values == {"name": declarer.name, "code": declarer.credit_code, "share": "35"}


def test_places_of_one_name_belong_to_their_units(db: Session, context: BatchContext) -> None:
    one = open_case(db, new_case(context, db, category="city", title="甲市"), actor=officer(db, 1), now=NOW)
    two = open_case(db, new_case(context, db, "000002", category="city", title="甲市"), actor=officer(db, 2), now=NOW)

    assert one.organisation_id != two.organisation_id
    assert {row.unit_id for row in db.scalars(select(Organisation))} == {one.unit_id, two.unit_id}


def test_an_applicant_does_not_pile_up_drafts(db: Session, context: BatchContext) -> None:
    declarer = organisation(db)
    for _ in range(MOST_DRAFTS):
        case_row(db, context, declarer)

    with pytest.raises(Conflict, match="20 份未提交的草稿"):
        opened(db, context, declarer)
