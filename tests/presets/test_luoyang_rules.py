"""The conditions of Luoyang's notice, each with its clause and its edge."""

from __future__ import annotations

from datetime import date

import pytest

from domain.definition import Force, Mark, Waiver
from domain.rules import Outcome, applies, check_items
from presets import FOLDER
from services.definitions import load_file
from tests.support.presets import facts, judged, notice, plain, rule_of

FACTS = facts("000")
LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
MARKS = {item.path: item for item in LUOYANG.evidence}
ON = date(2023, 3, 27)


def outcome(key: str, known: dict[str, object], on: date = ON) -> Outcome:
    return judged(LUOYANG, key, known, on).outcome


@pytest.mark.parametrize("rule", LUOYANG.rules, ids=lambda rule: rule.key)
def test_every_rule_quotes_a_sentence_of_the_notice_and_its_place(rule: object) -> None:
    found = next(item for item in LUOYANG.rules if item is rule)

    assert plain(found.clause) in plain(notice(LUOYANG))
    assert found.place.startswith(("三（", "附件1 "))


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("偃师区", Outcome.PASSED),
        ("河南省洛阳市经济技术开发区", Outcome.PASSED),
        ("洛阳市新安县", Outcome.REFUSED),
        ("郑州市高新技术开发区", Outcome.REFUSED),
    ],
)
def test_who_is_registered_elsewhere_is_refused_with_the_clause(region: str, expected: Outcome) -> None:
    """S000-05"""
    verdict = judged(LUOYANG, "region", {"region": region}, ON)

    assert verdict.outcome is expected
    if expected is Outcome.REFUSED:
        assert "三（一）1" in verdict.sentence
        assert rule_of(LUOYANG, "region").clause in verdict.sentence


@pytest.mark.parametrize("key", ["legal-person", "sound"])
def test_what_the_applicant_is_it_signs(key: str) -> None:
    """S000-06: unticked is not passed."""
    rule = rule_of(LUOYANG, key)

    assert rule.is_signed
    assert rule.force is Force.HARD
    assert outcome(key, {f"statements.{key}": "yes"}) is Outcome.PASSED
    assert outcome(key, {}) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("key", "known", "expected"),
    [
        ("not-group", {"organisation.is_group": True}, Outcome.REFUSED),
        ("not-group", {"organisation.is_group": False}, Outcome.PASSED),
        ("manufacturer", {"organisation.industry": "C34"}, Outcome.PASSED),
        ("manufacturer", {"organisation.industry": "3442"}, Outcome.PASSED),
        ("manufacturer", {"organisation.industry": "4390"}, Outcome.PASSED),
        ("manufacturer", {"organisation.industry": "F51"}, Outcome.REFUSED),
        ("manufacturer", {"organisation.industry": "4411"}, Outcome.REFUSED),
        ("manufacturer", {"organisation.industry": "65"}, Outcome.REFUSED),
    ],
)
def test_groups_and_other_trades_are_blocked_until_the_district_lifts_it(
    key: str, known: dict[str, object], expected: Outcome
) -> None:
    """S000-11"""
    assert outcome(key, known) is expected
    assert rule_of(LUOYANG, key).waiver is Waiver.UNIT
    assert not applies(rule_of(LUOYANG, key), "platform")


@pytest.mark.parametrize(
    ("share", "expected"),
    [("50.0", Outcome.REFUSED), ("50", Outcome.REFUSED), ("50.1", Outcome.PASSED), ("50.01", Outcome.PASSED)],
)
def test_the_main_business_is_more_than_half(share: str, expected: Outcome) -> None:
    """S000-12: 50.0 is refused, 50.1 passes."""
    assert outcome("main-share", {"main_share": share}) is expected
    assert rule_of(LUOYANG, "main-share").value == str(FACTS["thresholds"][0]["value"])


@pytest.mark.parametrize(
    ("founded", "expected"), [(date(2021, 3, 28), Outcome.REFUSED), (date(2021, 3, 27), Outcome.PASSED)]
)
def test_an_enterprise_has_run_two_full_years_on_the_day_it_declares(founded: date, expected: Outcome) -> None:
    """S000-13: 截至申报日."""
    assert outcome("two-years", {"organisation.founded_on": founded}) is expected


@pytest.mark.parametrize(
    ("online", "expected"),
    [("2022-03-31", Outcome.PASSED), ("2022-04-01", Outcome.REFUSED), ("2022-03-30", Outcome.PASSED)],
)
def test_a_platform_went_online_by_the_day_in_the_bracket(online: str, expected: Outcome) -> None:
    """S000-14, T3: the bracket wins over the full year, and a person is asked."""
    assert outcome("online", {"online_on": online}) is expected
    assert MARKS["rules.online.value"].mark is Mark.INFERRED
    assert "括号" in MARKS["rules.online.value"].note


def test_a_platform_says_who_built_it() -> None:
    """S000-15"""
    field = LUOYANG.form("platform").field("builder")
    assert field is not None

    assert [outcome("builder", {"builder": choice}) for choice in field.choices] == [Outcome.PASSED] * 2
    assert outcome("builder", {"builder": "个人"}) is Outcome.REFUSED


@pytest.mark.parametrize("key", ["credit_executed", "credit_tax", "credit_illegal"])
def test_a_hit_on_one_of_three_lists_blocks(key: str) -> None:
    """S000-16, S000-17: two answers about 信用中国, one about the other system."""
    rule = key.replace("_", "-")

    assert outcome(rule, {key: "未列入"}) is Outcome.PASSED
    assert outcome(rule, {key: "已列入"}) is Outcome.REFUSED
    assert outcome(rule, {}) is Outcome.UNKNOWN
    slots = {slot.key for slot in LUOYANG.form("enterprise").materials}
    assert "credit" in slots, "with its screenshot"


def test_the_lists_were_looked_at_not_after_submission_and_not_long_before() -> None:
    """S000-18: n is the coordinator's; the notice gives none."""
    declare = LUOYANG.stage("declare").declare
    assert declare is not None
    known: dict[str, object] = {"credit_days": declare.credit_days}

    assert outcome("credit-date", known | {"credit_checked_on": "2023-03-28"}) is Outcome.REFUSED
    assert outcome("credit-date", known | {"credit_checked_on": "2023-03-27"}) is Outcome.PASSED
    assert outcome("credit-fresh", known | {"credit_checked_on": "2023-02-25"}) is Outcome.PASSED
    assert outcome("credit-fresh", known | {"credit_checked_on": "2023-02-24"}) is Outcome.WARNED
    assert MARKS["stages.declare.declare.credit_days"].mark is Mark.INFERRED


def test_customisation_below_thirty_percent_is_questioned_and_not_refused() -> None:
    """S000-19, S002-08, T10: annex 1 says 达到, of a criterion."""
    verdict = judged(LUOYANG, "custom-share", {"custom_share": "29"}, ON)
    rule = rule_of(LUOYANG, "custom-share")

    assert verdict.outcome is Outcome.WARNED
    assert "附件1 四" in verdict.sentence
    assert outcome("custom-share", {"custom_share": "30"}) is Outcome.PASSED
    assert applies(rule, "enterprise", modes=["customization"])
    assert not applies(rule, "enterprise", modes=["sharing"])
    assert MARKS["rules.custom-share.force"].mark is Mark.INFERRED


def test_the_numbers_of_the_facts_are_those_of_rules_and_slots() -> None:
    """The facts count pictures, too; a platform's year is a date, because the notice gives one."""
    stated = {fact["subject"]: (fact["op"], fact["value"]) for fact in FACTS["thresholds"]}

    assert stated["主营产品收入占比"] == (">", float(rule_of(LUOYANG, "main-share").value))
    assert stated["申报企业正常经营年限"] == (">=", float(rule_of(LUOYANG, "two-years").value))
    assert stated["定制服务收入占总收入比例（定制化服务模式）"] == (
        ">=",
        float(rule_of(LUOYANG, "custom-share").value),
    )
    assert rule_of(LUOYANG, "online").value == "2022-03-31"


def test_what_a_person_must_judge_is_asked_of_the_officer() -> None:
    asked = {item.key for item in check_items(LUOYANG, "platform", [])}

    assert asked >= {"rule.modes-met", "rule.platform-results", "rule.platform-team", "rule.platform-outlook"}
    assert "rule.own-product" not in asked
