"""Every operator compared with a value, in sentences that name clause, value and limit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.definition import Force, Operator
from domain.rules import Outcome
from tests.support.verdicts import outcome, rule, verdict


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
