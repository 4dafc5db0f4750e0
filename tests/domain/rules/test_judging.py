"""What a rule says of a case: every operator, every force, and sentences that name clause, value and limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.definition import Force, Operator, Rule
from domain.expressions import BadExpression
from domain.rules import HeldTitle, Outcome, Verdict, Words, judge

ON = date(2023, 3, 27)
WORDS = Words(
    labels={"share": "主营产品收入占比", "online_on": "平台上线日期", "service": "服务收入占比"},
    units={"service": "%"},
    values={"unit": {"410305": "涧西区工信局"}, "subtype": {"sharing": "共享制造类"}},
)


def evaluate(expression: str, names: Mapping[str, object]) -> object:
    """Stand for the evaluator: an expression is the name of a value."""
    if expression not in names:
        raise BadExpression("没有值", unknown=expression)
    return names[expression]


def rule(subject: str, operator: Operator, value: str = "", **changes: Any) -> Rule:
    return Rule(
        key="rule", clause="原文", place="三（一）1", subject=subject, operator=operator, value=value, **changes
    )


def verdict(given: Rule, facts: Mapping[str, object], on: date = ON) -> Verdict:
    return judge(given, facts, on=on, evaluate=evaluate, words=WORDS)


def outcome(given: Rule, facts: Mapping[str, object], on: date = ON) -> Outcome:
    return verdict(given, facts, on).outcome


@pytest.mark.parametrize(
    ("operator", "limit", "refused", "passed"),
    [
        (Operator.GREATER, "50", ["50.0", "49.9", "-1"], ["50.1", "50.0001", "100"]),
        (Operator.AT_LEAST, "30", ["29", "29.99"], ["30", "30.00", "31"]),
        (Operator.LESS, "50", ["50", "50.1"], ["49.9"]),
        (Operator.AT_MOST, "50", ["50.1"], ["50.0", "1,0"]),
        (Operator.IS, "50", ["49"], ["50.0"]),
    ],
)
def test_numbers(operator: Operator, limit: str, refused: list[str], passed: list[str]) -> None:
    """S000-12: more than 50 % means that 50.0 is refused and 50.1 passes."""
    given = rule("share", operator, limit)

    for text in refused:
        assert outcome(given, {"share": Decimal(text)}) is Outcome.REFUSED
    for text in passed:
        assert outcome(given, {"share": Decimal(text.replace(",", ""))}) is Outcome.PASSED


def test_a_refusal_names_clause_place_value_and_limit() -> None:
    """S000-12: the sentence says what would be allowed."""
    given = rule("share", Operator.GREATER, "50", unit="%", advice="请核对上一年度审计报告")

    found = verdict(given, {"share": Decimal("50.0")})

    assert (found.outcome, found.value, found.limit) == (Outcome.REFUSED, "50.0%", "大于 50%")
    assert found.sentence == ("主营产品收入占比为50.0%，应大于 50%。依据三（一）1：“原文”。请核对上一年度审计报告。")


def test_on_or_before_a_day() -> None:
    """S000-14: 2022-03-31 passes, 2022-04-01 is refused."""
    given = rule("online_on", Operator.ON_OR_BEFORE, "2022-03-31")

    assert outcome(given, {"online_on": date(2022, 3, 31)}) is Outcome.PASSED
    found = verdict(given, {"online_on": "2022-04-01"})
    assert found.outcome is Outcome.REFUSED
    assert found.sentence.startswith("平台上线日期为2022-04-01，应在2022-03-31（含当日）以前。")
    after = rule("online_on", Operator.ON_OR_AFTER, "2022-03-31")
    assert outcome(after, {"online_on": date(2022, 3, 31)}) is Outcome.PASSED
    assert outcome(after, {"online_on": date(2022, 3, 30)}) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("start", "declared", "expected"),
    [
        ("2021-03-28", "2023-03-27", Outcome.REFUSED),
        ("2021-03-27", "2023-03-27", Outcome.PASSED),
        ("2019-11-21", "2021-11-20", Outcome.REFUSED),
        ("2019-11-20", "2021-11-20", Outcome.PASSED),
        ("2021-06-01", "2023-05-31", Outcome.REFUSED),
        ("2021-05-31", "2023-05-31", Outcome.PASSED),
        ("2018-10-11", "2020-10-10", Outcome.REFUSED),
        ("2018-10-10", "2020-10-10", Outcome.PASSED),
        ("2020-02-29", "2022-02-27", Outcome.REFUSED),
        ("2020-02-29", "2022-02-28", Outcome.PASSED),
        ("2022-03-01", "2024-02-29", Outcome.REFUSED),
        ("2022-02-28", "2024-02-28", Outcome.PASSED),
        ("2025-01-01", "2023-03-27", Outcome.REFUSED),
    ],
)
def test_two_full_years_on_the_day_of_declaration(start: str, declared: str, expected: Outcome) -> None:
    """S000-13, S001-21, S003-13, S004-15: the day that corresponds completes the years; a 29th ends with February."""
    given = rule("online_on", Operator.FULL_YEARS, "2")

    assert outcome(given, {"online_on": date.fromisoformat(start)}, date.fromisoformat(declared)) is expected


def test_full_years_say_the_latest_day_that_passes() -> None:
    given = rule("organisation.founded_on", Operator.FULL_YEARS, "2")
    fixed = rule("organisation.founded_on", Operator.FULL_YEARS, "2", as_of="2021-11-20")

    found = verdict(given, {"organisation.founded_on": date(2021, 3, 28)})
    assert found.sentence == (
        "成立日期为2021-03-28，应截至 2023-03-27 满 2 年，即不晚于 2021-03-27。依据三（一）1：“原文”。"
    )
    assert verdict(fixed, {"organisation.founded_on": date(2020, 1, 1)}).limit.endswith("不晚于 2019-11-20")
    assert outcome(fixed, {"organisation.founded_on": date(2019, 11, 20)}) is Outcome.PASSED


def test_a_check_date_lies_between_a_limit_of_age_and_the_submission() -> None:
    """S000-18: later than the submission is refused, older than n days is questioned; n belongs to the batch."""
    later = rule("checked_on", Operator.ON_OR_BEFORE, "submission")
    older = rule("checked_on", Operator.ON_OR_AFTER, "credit_days", force=Force.WARN)
    fixed = rule("checked_on", Operator.ON_OR_AFTER, "submission-30", force=Force.WARN)

    assert outcome(later, {"checked_on": date(2023, 3, 28)}) is Outcome.REFUSED
    assert outcome(later, {"checked_on": date(2023, 3, 27)}) is Outcome.PASSED
    assert outcome(older, {"checked_on": date(2023, 2, 24), "credit_days": Decimal(30)}) is Outcome.WARNED
    assert outcome(older, {"checked_on": date(2023, 2, 25), "credit_days": Decimal(30)}) is Outcome.PASSED
    assert outcome(older, {"checked_on": date(2020, 1, 1)}) is Outcome.PASSED
    assert outcome(fixed, {"checked_on": date(2023, 2, 24)}) is Outcome.WARNED
    assert "应在2023-02-25（含当日）以后" in verdict(fixed, {"checked_on": date(2023, 2, 24)}).sentence


def test_lists_and_choices() -> None:
    """S000-15, S000-16, S004-13: a choice is one of those that the notice allows, and a hit blocks."""
    hit = rule("executed", Operator.IS, "否")
    allowed = rule("built_by", Operator.IN, "制造业企业、第三方")

    assert outcome(hit, {"executed": "否"}) is Outcome.PASSED
    assert verdict(hit, {"executed": "是"}).sentence == "executed为是，应为“否”。依据三（一）1：“原文”。"
    assert outcome(allowed, {"built_by": "第三方"}) is Outcome.PASSED
    assert verdict(allowed, {"built_by": "其他"}).sentence.startswith("built_by为其他，应为制造业企业、第三方 之一。")
    assert outcome(rule("built_by", Operator.NOT_IN, "规划中、在建"), {"built_by": "在建"}) is Outcome.REFUSED
    assert outcome(rule("built_by", Operator.IS_NOT, "规划中"), {"built_by": "已投运"}) is Outcome.PASSED
    assert outcome(rule("units", Operator.IN, "1、2"), {"units": Decimal("2.0")}) is Outcome.PASSED


def test_a_place_of_registration_inside_the_listed_ones() -> None:
    """S000-05: registered elsewhere is refused, with the clause."""
    given = rule("region", Operator.IN, "涧西区、西工区")

    assert outcome(given, {"region": "某省某市涧西区"}) is Outcome.PASSED
    found = verdict(given, {"region": "某省别市东区"})
    assert found.outcome is Outcome.REFUSED
    assert found.sentence == "注册地为某省别市东区，应为涧西区、西工区 之一。依据三（一）1：“原文”。"
    by_unit = rule("unit", Operator.IN, "410305")
    assert verdict(by_unit, {"unit": "410305"}).sentence == "推荐单位为涧西区工信局，符合。依据三（一）1：“原文”。"


def test_a_group_and_another_industry() -> None:
    """S000-11: a group, or an industry outside manufacturing (C13 to C43), is refused."""
    group = rule("organisation.is_group", Operator.IS, "no")
    industry = rule("organisation.industry", Operator.IN, "C、制造业")

    assert outcome(group, {"organisation.is_group": False}) is Outcome.PASSED
    assert outcome(group, {"organisation.is_group": "no"}) is Outcome.PASSED
    assert verdict(group, {"organisation.is_group": True}).sentence.startswith("是否集团或总公司为是，应为“")
    assert outcome(industry, {"organisation.industry": "C3511"}) is Outcome.PASSED
    assert outcome(industry, {"organisation.industry": "I65"}) is Outcome.REFUSED


def test_modes_and_sub_type_agree() -> None:
    """S003-08: the sharing class without the mode of sharing is questioned; of several modes one is enough."""
    given = rule("modes", Operator.IS, "sharing", force=Force.SOFT, subtypes=("sharing",))

    assert outcome(given, {"modes": ("lifecycle", "sharing")}) is Outcome.PASSED
    assert outcome(given, {"modes": ("lifecycle",)}) is Outcome.WARNED
    assert outcome(rule("modes", Operator.NOT_IN, "other"), {"modes": ("lifecycle", "other")}) is Outcome.REFUSED


CITY = HeldTitle(programme="fwxzz", category="city", batch_no=3, holder="甲市", awarded_on=date(2020, 11, 1))
GONE = HeldTitle(
    programme="fwxzz",
    category="city",
    batch_no=1,
    holder="甲市",
    withdrawn_on=date(2023, 3, 27),
    category_name="示范城市",
)


def test_a_city_that_has_the_title_need_not_apply() -> None:
    """S003-26: told by the registry, with the title."""
    given = rule("titles", Operator.NO_TITLE, "fwxzz/city", advice="已成为示范城市的无需再申报")

    assert outcome(given, {"titles": ()}) is Outcome.PASSED
    assert outcome(given, {"titles": (CITY,)}, date(2020, 10, 31)) is Outcome.PASSED
    found = verdict(given, {"titles": (CITY,)})
    assert found.outcome is Outcome.REFUSED
    assert found.sentence == (
        "已获称号：fwxzz 第 3 批 city（甲市，2020 年），已成为示范城市的无需再申报。依据三（一）1：“原文”。"
    )


def test_a_title_counts_until_the_day_of_its_withdrawal() -> None:
    """S003-60: state on the day."""
    given = rule("titles", Operator.NO_TITLE, "fwxzz/city")

    assert outcome(given, {"titles": (GONE,)}, date(2023, 3, 26)) is Outcome.REFUSED
    assert outcome(given, {"titles": (GONE,)}, date(2023, 3, 27)) is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "has"),
    [
        ("fwxzz/city", True),
        ("fwxzz", True),
        ("*", True),
        ("*/city", True),
        ("other/city、fwxzz/city", True),
        ("fwxzz/enterprise", False),
        ("other", False),
    ],
)
def test_which_titles_are_meant(wanted: str, has: bool) -> None:
    given = rule("titles", Operator.HAS_TITLE, wanted)

    assert outcome(given, {"titles": (CITY,)}) is (Outcome.PASSED if has else Outcome.REFUSED)


def test_an_earlier_winner_is_marked_and_never_blocked() -> None:
    """S000-53, S004-60: programme, batch and year are to be seen."""
    given = Rule(key="won", clause="", subject="titles", operator=Operator.HAS_TITLE, value="*", force=Force.MARK)

    assert outcome(given, {"titles": ()}) is Outcome.PASSED
    found = verdict(given, {"titles": (CITY, GONE)})
    assert (found.outcome, found.sentence) == (Outcome.MARKED, "已获称号：fwxzz 第 3 批 city（甲市，2020 年）。")


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
    assert verdict(given, {"is.sound": 5}).sentence.startswith("表达式的结果不是“是”或“否”。")


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
