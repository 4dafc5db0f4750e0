"""What follows from the force of a rule, and what cannot be told yet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.definition import Force, Operator, Rule
from domain.rules import Outcome
from tests.support.verdicts import outcome, rule, verdict


def test_about_thirty_percent_warns_only_outside_the_band() -> None:
    """S001-22: 左右 is a band set by the coordinator, 以上 warns below the limit."""
    about = rule("service", Operator.AT_LEAST, "30", force=Force.BAND, tolerance=2.5)
    above = rule("service", Operator.AT_LEAST, "30", force=Force.WARN)
    near = rule("service", Operator.IS, "30", force=Force.BAND, tolerance=2)

    assert outcome(about, {"service": Decimal("27.5")}) is Outcome.PASSED
    assert outcome(about, {"service": Decimal("27.4")}) is Outcome.WARNED
    assert verdict(about, {"service": Decimal(20)}).limit == "不低于 30%（左右，允许相差 2.5%）"
    assert outcome(above, {"service": Decimal("29.9")}) is Outcome.WARNED
    assert [outcome(near, {"service": Decimal(value)}) for value in (27, 28, 32, 33)] == [
        Outcome.WARNED,
        Outcome.PASSED,
        Outcome.PASSED,
        Outcome.WARNED,
    ]


def test_in_principle_and_from_an_annex_warns_and_never_refuses() -> None:
    """S003-12, S000-19, S002-08, S004-12: 29 % (19 %) warns, naming where the sentence stands."""
    principle = rule("service", Operator.AT_LEAST, "30", force=Force.SOFT)
    annex = Rule(
        key="custom",
        clause="定制服务收入占总收入比例达到 30%",
        place="附件1 四",
        subject="service",
        operator=Operator.AT_LEAST,
        value="30",
        force=Force.WARN,
    )

    assert outcome(principle, {"service": Decimal(29)}) is Outcome.WARNED
    assert outcome(rule("service", Operator.AT_LEAST, "20", force=Force.WARN), {"service": Decimal(19)}) is (
        Outcome.WARNED
    )
    assert verdict(annex, {"service": Decimal(29)}).sentence == (
        "服务收入占比为29%，应不低于 30%。依据附件1 四：“定制服务收入占总收入比例达到 30%”。"
    )


def test_what_an_officer_answers_is_asked_whatever_the_value() -> None:
    """S001-18, S004-11: the value that concerns it stands beside the question."""
    plain = rule("", Operator.SEEN, force=Force.CHECK, question="是否具有优势地位")
    valued = rule("service", Operator.AT_LEAST, "30", force=Force.CHECK, question="是否高于行业平均水平")

    assert verdict(plain, {}).sentence == "是否具有优势地位"
    assert outcome(valued, {"service": Decimal(1)}) is Outcome.ASKED
    assert verdict(valued, {"service": Decimal(1)}).sentence == "是否高于行业平均水平（服务收入占比：1%）"
    assert outcome(valued, {}) is Outcome.ASKED


def test_what_the_applicant_signs() -> None:
    """S001-17, S003-10, S004-10: yes passes, anything else is refused, nothing yet is unknown."""
    given = rule("", Operator.SEEN, is_signed=True, question="自2019年1月1日以来未发生重大安全事故")

    assert outcome(given, {"statements.rule": "yes"}) is Outcome.PASSED
    assert verdict(given, {"statements.rule": "no"}).sentence == (
        "“自2019年1月1日以来未发生重大安全事故”的回答不是“是”。依据三（一）1：“原文”。"
    )
    found = verdict(given, {})
    assert (found.outcome, found.sentence) == (
        Outcome.UNKNOWN,
        "请申报单位确认：自2019年1月1日以来未发生重大安全事故。依据三（一）1：“原文”。",
    )


def test_expressions() -> None:
    given = rule("", Operator.EXPRESSION, expression="is_sound", advice="财务状况应良好")

    assert outcome(given, {"is.sound": True}) is Outcome.PASSED
    assert verdict(given, {"is.sound": False}).sentence == "财务状况应良好。依据三（一）1：“原文”。"
    assert verdict(given, {}).sentence == "判断所需的内容尚未填全。依据三（一）1：“原文”。"
    assert verdict(given, {"is.sound": 5}).sentence.startswith("算式的结果不是“是”或“否”。")


@pytest.mark.parametrize("value", [None, "", ()])
@pytest.mark.parametrize("force", [Force.HARD, Force.SOFT, Force.BAND, Force.WARN, Force.MARK])
def test_what_is_not_filled_yet_is_neither_passed_nor_refused(force: Force, value: object) -> None:
    given = rule("share", Operator.AT_LEAST, "30", force=force, tolerance=1 if force is Force.BAND else None)

    found = verdict(given, {"share": value})

    assert (found.outcome, found.value) == (Outcome.UNKNOWN, "")
    assert found.sentence == "尚未填写“主营产品收入占比”，无法判断。依据三（一）1：“原文”。"


@pytest.mark.parametrize(
    ("operator", "limit", "value"),
    [
        (Operator.GREATER, "50", "很多"),
        (Operator.GREATER, "half", Decimal(1)),
        (Operator.GREATER, "50", "Infinity"),
        (Operator.ON_OR_BEFORE, "2022-03-31", "soon"),
        (Operator.ON_OR_BEFORE, "soon", "2022-03-31"),
        (Operator.FULL_YEARS, "two", "2022-03-31"),
        (Operator.FULL_YEARS, "150", "9999-03-31"),
        (Operator.HAS_TITLE, "fwxzz", "甲市"),
    ],
)
def test_what_cannot_be_compared_is_unknown(operator: Operator, limit: str, value: object) -> None:
    assert outcome(rule("share", operator, limit), {"share": value}) is Outcome.UNKNOWN


def test_a_missing_entry_of_the_profile_says_where_it_belongs() -> None:
    """S000-06: without a credit code there is no proof of a legal person."""
    found = verdict(rule("organisation.credit_code", Operator.SEEN), {})

    assert found.outcome is Outcome.UNKNOWN
    assert found.sentence.startswith("申报单位资料中没有“统一社会信用代码”，请先补充。")
    assert (
        outcome(rule("organisation.credit_code", Operator.SEEN), {"organisation.credit_code": "91"}) is Outcome.PASSED
    )
    kind = rule("organisation.kind", Operator.IN, "university、institute、association")
    assert verdict(kind, {"organisation.kind": "enterprise"}).sentence.startswith(
        "单位类型为企业，应为高等院校、科研院所、行业协会 之一。"
    )
