"""The self-check: what an applicant is asked before there is a case, and what it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from domain.definition import Field, FieldKind, Operator
from domain.errors import Invalid
from domain.rules import Outcome
from models.scope import Scope, set_scope
from services.rules import Question, asked_for, questions, self_check
from tests.support.case_rows import applicant, organisation
from tests.support.judging import FORM, award, judged_batch, judging, rule

ON = date(2023, 3, 27)
ANSWERS = {
    "share": "５０．１%",
    "modes": "custom",
    "custom_share": "35",
    "executed": "否",
    "checked_on": "2023年3月20日",
    "indicators.service.-1": "31",
    "investors.part": "99.5",
    "statements.honest": "yes",
}
"""Given by the keys of the questions."""


def shown(found: tuple[Question, ...]) -> list[tuple[str, str]]:
    return [(question.key, question.kind.value) for question in found]


def test_the_questions_follow_from_the_rules() -> None:
    """S000-06, S000-12, S000-16, S001-17: asked once, signed, or read from the organisation's own data."""
    found = questions(judged_batch(), "enterprise")

    assert shown(found) == [
        ("modes", "answer"),
        ("share", "answer"),
        ("organisation.is_group", "profile"),
        ("organisation.founded_on", "profile"),
        ("executed", "answer"),
        ("checked_on", "answer"),
        ("custom_share", "answer"),
        ("indicators.service.-1", "answer"),
        ("investors.part", "answer"),
        ("statements.honest", "signed"),
        ("titles", "profile"),
    ]
    by_key = {question.key: question for question in found}
    assert by_key["modes"].choices == (("custom", "定制化服务"), ("sharing", "共享制造"))
    assert by_key["executed"].choices == (("否", "否"), ("是", "是"))
    assert by_key["indicators.service.-1"].label == "服务收入占比（2022 年）"
    assert by_key["statements.honest"].label == "自2019年1月1日以来未发生重大安全事故"
    assert [rule.key for rule in by_key["checked_on"].rules] == ["date", "fresh"]
    field = by_key["share"].field
    assert field is not None
    assert field.kind is FieldKind.PERCENT


def test_a_question_has_the_unit_of_its_field_or_else_of_its_condition() -> None:
    staff = Field(key="staff", label="人数", kind=FieldKind.NUMBER)
    form = replace(FORM, fields=(*FORM.fields, staff, replace(staff, key="assets", kind=FieldKind.MONEY)))
    rules = (
        rule("staff", "staff", Operator.AT_LEAST, "5000", unit="人"),
        rule("assets", "assets", Operator.AT_LEAST, "5000", unit="元"),
        rule("share", "share", Operator.GREATER, "50"),
        rule("days", "checked_on", Operator.FULL_YEARS, "2", unit="年"),
    )

    found = {one.key: one for one in questions(judged_batch(rules=rules, forms=(form,)), "enterprise")}

    assert {key: one.unit for key, one in found.items()} == {
        "staff": "人",
        "assets": "万元",
        "share": "%",
        "checked_on": "",
    }
    assert [found["assets"].problem(text) for text in ("", "５,000", "5000万元", "-1.5")] == [""] * 4
    assert found["assets"].problem("5000万") == "请填写数字，单位为万元"
    assert found["checked_on"].problem("去年") == ""


def test_what_another_mode_asks_is_left_out() -> None:
    found = questions(judged_batch(), "enterprise")

    keys = [question.key for question in asked_for(found, "enterprise", "", ["sharing"])]

    assert "custom_share" not in keys
    assert {"modes", "share"} < set(keys)


def test_facts_of_the_batch_are_chosen_from_what_it_has() -> None:
    unit = rule("unit", "unit", Operator.IN, "000001")
    subtype = rule("subtype", "category", Operator.IS, "enterprise", subtypes=("none",))
    promised = rule("both", operator=Operator.EXPRESSION, expression="unit == '000001' and share > 1")

    found = questions(judged_batch(rules=(unit, subtype, promised)), "enterprise")

    assert shown(found) == [("subtype", "answer"), ("unit", "answer"), ("share", "answer")]
    assert found[1].choices[0] == ("000001", "第1单位")
    assert [rule.key for rule in found[1].rules] == ["unit", "both"]


def test_an_applicant_is_told_what_each_rule_says(db: Session) -> None:
    """S003-12, S004-60: before anything is stored, in the applicant's own scope, with its own data and titles."""
    context = judging(db)
    own = organisation(db, is_group=True)
    award(db, own.name)
    set_scope(db, Scope.of(applicant(own)))
    answers = {**ANSWERS, "share": "50.0", "indicators.service.-1": "29", "statements.honest": "no"}

    found = self_check(db, context.batch, "enterprise", answers, organisation=own, on=ON)

    assert {verdict.rule.key: verdict.outcome for verdict in found} == {
        "share": Outcome.REFUSED,
        "group": Outcome.REFUSED,
        "founded": Outcome.PASSED,
        "executed": Outcome.PASSED,
        "date": Outcome.PASSED,
        "fresh": Outcome.PASSED,
        "custom": Outcome.PASSED,
        "service": Outcome.WARNED,
        "investors": Outcome.PASSED,
        "honest": Outcome.REFUSED,
        "leading": Outcome.ASKED,
        "winner": Outcome.MARKED,
    }


def test_every_answer_is_taken_by_the_key_of_its_question(db: Session) -> None:
    """Also cells by relative year and columns of rows, and whatever the form would show only later."""
    context = judging(db)
    answers = {**ANSWERS, "indicators.service.-1": "", "custom_share": "0", "investors.part": "101"}

    good = self_check(db, context.batch, "enterprise", ANSWERS, organisation=organisation(db), on=ON)
    found = self_check(db, context.batch, "enterprise", answers, organisation=organisation(db, 2), on=ON)

    assert {verdict.outcome for verdict in good} == {Outcome.PASSED, Outcome.ASKED}
    told = {verdict.rule.key: verdict.outcome for verdict in found}
    assert (told["service"], told["custom"], told["investors"]) == (
        Outcome.UNKNOWN,
        Outcome.WARNED,
        Outcome.REFUSED,
    )


def test_a_visitor_without_an_organisation_answers_what_would_be_read(db: Session) -> None:
    context = judging(db)
    answers = {"organisation.is_group": "no", "organisation.founded_on": "2021-03-28", "titles": "fwxzz/city"}

    found = {
        verdict.rule.key: verdict.outcome
        for verdict in self_check(db, context.batch, "enterprise", answers, organisation=None, on=ON)
    }

    assert found["group"] is Outcome.PASSED
    assert found["founded"] is Outcome.REFUSED
    assert found["winner"] is found["share"] is found["honest"] is Outcome.UNKNOWN


def test_an_answer_never_overrides_what_the_organisation_has_on_record(db: Session) -> None:
    context = judging(db)
    answers = {**ANSWERS, "organisation.is_group": "no"}

    found = self_check(db, context.batch, "enterprise", answers, organisation=organisation(db, is_group=True), on=ON)

    assert {verdict.outcome for verdict in found if verdict.rule.key == "group"} == {Outcome.REFUSED}


def test_a_city_that_has_the_title_sees_that_there_is_no_need(db: Session) -> None:
    """S003-26."""
    context = judging(db)
    award(db, "甲市", "city")
    city = organisation(db, name="甲市人民政府", credit_code=None)

    found = self_check(db, context.batch, "city", {}, organisation=city, on=ON)

    again = next(verdict for verdict in found if verdict.rule.key == "again")
    assert again.outcome is Outcome.REFUSED
    assert "无需再申报" in again.sentence


def test_an_unknown_category_is_refused(db: Session) -> None:
    context = judging(db)

    with pytest.raises(Invalid) as refusal:
        self_check(db, context.batch, "project", {}, organisation=None, on=ON)

    assert [(problem.path, problem.allowed) for problem in refusal.value.problems] == [
        ("category", "可选：示范企业、示范城市")
    ]
