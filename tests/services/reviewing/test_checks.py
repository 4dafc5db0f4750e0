"""The check list of a case: what is asked, what is answered, what a correction changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Category, CheckItem, Declare, Definition, Force, Rule, StageKind
from domain.errors import Conflict, Invalid, NotAllowed
from models import AuditEntry, CaseState, CheckAnswer, CheckResult
from models.scope import Scope
from models.session import Database
from services.reviewing.checks import Answered, answer, answer_all, items, keep_answers
from tests.support.progress import counted
from tests.support.reviewing import NOW, answer_everything, county_and_city, resubmitted, review, world

YES, NO, NOT_APPLICABLE = CheckResult.YES, CheckResult.NO, CheckResult.NOT_APPLICABLE


def with_rules(*rules: Rule) -> Definition:
    return replace(county_and_city(review(criteria_as_checks=True)), rules=rules)


SCREENSHOT = Rule(
    key="screenshot",
    clause="截图须显示数据、企业名称和标识",
    place="三（二）",
    subject="body.practice.lifecycle",
    force=Force.CHECK,
    question="截图显示数据、企业名称和标识",
)
REVENUE = Rule(
    key="revenue", clause="营业收入属实", subject="indicators.revenue.-1", force=Force.CHECK, question="营业收入属实"
)
OF_CITIES = Rule(key="fund", clause="设有资金", force=Force.CHECK, question="设有资金", categories=("city",))


def with_city(definition: Definition) -> Definition:
    """Return a definition with a category that nobody in these tests declares."""
    return replace(definition, categories=(*definition.categories, Category(key="city", name="示范城市")))


def test_the_list_holds_rules_own_items_and_the_criteria_of_the_chosen_modes(db: Session) -> None:
    """S000-30, S000-41, S000-58, S001-18, S001-19, S001-23, S001-24, S003-15, S003-16, S002-06: the same text."""
    found = world(db, with_city(with_rules(SCREENSHOT, OF_CITIES)))

    listed = items(db, found.case.id, actor=found.county)

    assert [(item.key, item.label, item.clause) for item in listed.items] == [
        ("rule.screenshot", "截图显示数据、企业名称和标识", "截图须显示数据、企业名称和标识"),
        ("check.complete", "材料完整", "完整性和真实性审查"),
        ("check.genuine", "材料真实", "完整性和真实性审查"),
        ("lifecycle/services", "全生命周期管理：服务能力", "开展在线监测服务。"),
    ]
    assert (listed.done, len(listed.open)) == (0, 4)


def test_the_principles_of_selection_can_be_items(db: Session) -> None:
    """S000-58: 创新、融合、成效."""
    principles = tuple(CheckItem(key=f"p{n}", label=name) for n, name in enumerate(("创新", "融合", "成效")))
    found = world(db, county_and_city(review(checks=principles)))

    assert [item.label for item in items(db, found.case.id, actor=found.county).items] == ["创新", "融合", "成效"]


def test_answers_are_kept_and_counted_and_a_no_says_why(db: Session) -> None:
    """S000-41"""
    found = world(db)

    with pytest.raises(Invalid) as refused:
        answer_all(
            db,
            found.case.id,
            [Answered("check.complete", NO, " "), Answered("check.nonsense", YES)],
            actor=found.county,
            now=NOW,
        )
    assert [(problem.path, problem.sentence) for problem in refused.value.problems] == [
        ("check.complete", "“材料完整”为不符合时，请填写说明"),
        ("check.nonsense", "没有这项审核要点"),
    ]
    answer(db, found.case.id, Answered("check.complete", NO, "缺营业执照"), actor=found.county, now=NOW)
    answer(db, found.case.id, Answered("check.genuine", NOT_APPLICABLE), actor=found.county, now=NOW)
    listed = items(db, found.case.id, actor=found.county)

    assert [(item.result, item.remark, item.answered_by) for item in listed.items] == [
        (NO, "缺营业执照", "经办人2"),
        (NOT_APPLICABLE, "", "经办人2"),
    ]
    assert listed.done == 2
    answer(db, found.case.id, Answered("check.complete", YES), actor=found.county, now=NOW)
    assert len(db.scalars(select(CheckAnswer)).all()) == 2
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.changes == {"before": {"材料完整": "不符合"}, "after": {"材料完整": "符合"}}


def test_a_correction_asks_again_what_it_touches_and_no_more(db: Session) -> None:
    """Design 7: changes since the return."""
    found = world(db, with_rules(REVENUE, SCREENSHOT))
    answer_everything(db, found, found.county)

    resubmitted(db, found.case, NOW, **{"indicators.revenue.2022": "100"})
    listed = items(db, found.case.id, actor=found.county)

    assert {item.key: item.is_stale for item in listed.items} == {
        "rule.revenue": True,
        "rule.screenshot": False,
        "check.complete": True,
        "check.genuine": True,
        "lifecycle/services": True,
    }
    assert listed.changed == ("indicators.revenue.2022",)
    assert len(listed.open) == 4
    kept = keep_answers(db, found.case.id, actor=found.county, now=NOW)
    assert (kept.done, {item.version_no for item in kept.open}) == (5, set())
    with pytest.raises(Conflict):
        keep_answers(db, found.case.id, actor=found.county, now=NOW)


def test_a_version_with_the_same_content_asks_nothing_again(db: Session) -> None:
    found = world(db)
    answer_everything(db, found, found.county)

    resubmitted(db, found.case, NOW)

    assert items(db, found.case.id, actor=found.county).done == 2


def test_each_unit_answers_for_itself(db: Session) -> None:
    """S004-22: the city looks again."""
    found = world(db)
    answer_everything(db, found, found.county)
    with pytest.raises(NotAllowed, match="乙县工信局"):
        answer(db, found.case.id, Answered("check.complete", YES), actor=found.city, now=NOW)

    found.case.at_unit_id = found.city_id(db)
    db.flush()
    db.expire(found.case)

    assert items(db, found.case.id, actor=found.city).done == 0
    assert items(db, found.case.id, actor=found.county).done == 2


def test_where_applicants_confirm_that_nothing_is_secret_the_officer_does_too(db: Session) -> None:
    wanted = county_and_city()
    stages = tuple(
        replace(stage, declare=replace(stage.declare or Declare(), confirms_no_secrets=True))
        if stage.kind is StageKind.DECLARE
        else stage
        for stage in wanted.stages
    )
    found = world(db, replace(wanted, stages=stages))

    assert items(db, found.case.id, actor=found.county).items[-1].label == "申报材料不涉及国家秘密"


def test_a_class_that_does_not_check_is_asked_nothing(db: Session) -> None:
    found = world(db, county_and_city(review(classes=("city",))))

    assert items(db, found.case.id, actor=found.county).items == ()


def test_a_case_that_does_not_wait_cannot_be_answered_and_no_one_else_answers(db: Session) -> None:
    found = world(db)
    for actor in (found.applicant, found.city):
        with pytest.raises(NotAllowed):
            answer(db, found.case.id, Answered("check.complete", YES), actor=actor, now=NOW)
    with pytest.raises(NotAllowed, match="初审记录只供审核单位查阅"):
        items(db, found.case.id, actor=found.applicant)
    found.case.state = CaseState.PASSED
    db.flush()

    with pytest.raises(Conflict, match="已初审通过；此项办理只适用于：等待初审"):
        answer(db, found.case.id, Answered("check.complete", YES), actor=found.county, now=NOW)


def test_a_list_of_many_items_costs_as_many_queries_as_one_of_few(database: Database) -> None:
    many = tuple(CheckItem(key=f"c{number}", label=f"要点{number}") for number in range(60))
    costs = []
    for code, checks in (("few", many[:1]), ("many", many)):
        with database.write(Scope()) as db:
            found = world(db, replace(county_and_city(review(checks=checks)), code=code))
            answer_everything(db, found, found.county)
            case_id, actor = found.case.id, found.county
        with database.read(Scope.of(actor)) as db, counted(database.reader) as queries:
            assert items(db, case_id, actor=actor).done == len(checks)
        costs.append(queries.queries)

    assert costs[0] == costs[1]
