"""The conditions of the ministry's notice, each with its clause and its edge; and its limits with theirs."""

from __future__ import annotations

from datetime import date

import pytest

from domain.definition import Arrival, DeclaredBy, Force, Mark, Owed
from domain.rules import HeldTitle, Outcome, applies, check_items
from presets import FOLDER
from services.definitions import load_file
from tests.support.presets import facts, judged, miit_with_form, notice, plain, rule_of

FACTS = facts("003")
MIIT = load_file(FOLDER / "miit-2023.yaml")
MARKS = {item.path: item for item in MIIT.evidence}
ON = date(2023, 5, 31)
SIGNED = ("registered", "legal-person", "sound", "no-accident", "no-violation")


def outcome(key: str, known: dict[str, object], on: date = ON) -> Outcome:
    return judged(MIIT, key, known, on).outcome


@pytest.mark.parametrize("rule", MIIT.rules, ids=lambda rule: rule.key)
def test_every_rule_quotes_a_sentence_of_the_notice_and_its_place(rule: object) -> None:
    found = next(item for item in MIIT.rules if item is rule)

    assert plain(found.clause) in plain(notice(MIIT))
    assert found.place.startswith("一（")


@pytest.mark.parametrize("key", SIGNED)
def test_the_common_conditions_are_signed_by_enterprises_and_platforms(key: str) -> None:
    """S003-09, S003-10: three checks, and two answers since a fixed day."""
    rule = rule_of(MIIT, key)

    assert rule.is_signed
    assert [category.key for category in MIIT.categories if applies(rule, category.key)] == ["enterprise", "platform"]
    assert outcome(key, {f"statements.{key}": "yes"}) is Outcome.PASSED
    assert outcome(key, {f"statements.{key}": "no"}) is Outcome.REFUSED
    assert ("2021年1月1日至今" in rule.question) is key.startswith("no-")


def test_an_enterprise_is_a_manufacturer_that_took_six_kinds_of_measures() -> None:
    """S003-11"""
    items = {item.key: item for item in check_items(MIIT, "enterprise", [])}
    measures = [item.label for key, item in items.items() if key.startswith("check.")]

    assert "rule.manufacturer" in items
    assert [label.removeprefix("转型升级措施：") for label in measures] == [
        *("战略规划", "组织保障", "技术创新", "流程再造", "市场拓展", "人才培养")
    ]
    assert "、".join(label.removeprefix("转型升级措施：") for label in measures) in notice(MIIT)
    assert not any(item.key.startswith("check.") for item in check_items(MIIT, "city", []))


def test_thirty_percent_is_a_principle() -> None:
    """S003-12, T10: 29 % warns and asks for a reason; it refuses nobody."""
    rule, fact = rule_of(MIIT, "service-share"), FACTS["thresholds"][0]
    recommend = MIIT.stage("recommend").recommend
    assert recommend is not None

    assert (rule.force, rule.value) == (Force.SOFT, str(fact["value"]))
    assert plain(fact["quote"]) in plain(rule.clause)
    assert outcome("service-share", {"service_share": "29"}) is Outcome.WARNED
    assert outcome("service-share", {"service_share": "30"}) is Outcome.PASSED
    assert recommend.asks_soft_reason


@pytest.mark.parametrize(("since", "expected"), [("2021-05-31", Outcome.PASSED), ("2021-06-01", Outcome.REFUSED)])
def test_a_platform_has_run_two_full_years(since: str, expected: Outcome) -> None:
    """S003-13"""
    assert outcome("two-years", {"operated_since": since}) is expected
    assert rule_of(MIIT, "two-years").value == str(FACTS["thresholds"][1]["value"])


def test_a_platform_says_where_it_comes_from() -> None:
    """S003-14"""
    for origin in ("制造业企业衍生的服务平台", "第三方专业服务平台", "应用服务提供商"):
        assert outcome("platform-origin", {"origin": origin}) is Outcome.PASSED
    assert outcome("platform-origin", {"origin": "政府平台"}) is Outcome.REFUSED


def asked(subtype: str) -> list[str]:
    items = check_items(MIIT, "platform", [], subtype)
    return [item.label for item in items if item.key.startswith("rule.")]


def test_a_sharing_platform_is_looked_at_in_five_ways() -> None:
    """S003-15"""
    assert asked("sharing") == [
        *("制造资源的在线发布。", "制造资源的订单匹配。", "制造资源的生产管理。"),
        *("制造资源的支付保障。", "制造资源的信用评价。"),
    ]


def test_another_platform_serves_online_and_linked() -> None:
    """S003-16"""
    assert asked("other") == [
        *("具备在线服务功能。", "具备线上线下联动功能。"),
        "在服务体系构建、服务能力提升、服务模式等方面有所创新。",
    ]


@pytest.mark.parametrize(
    ("modes", "expected"), [(("testing",), Outcome.WARNED), (("testing", "sharing"), Outcome.PASSED)]
)
def test_a_sharing_platform_without_the_mode_is_questioned(modes: tuple[str, ...], expected: Outcome) -> None:
    """S003-08"""
    rule = rule_of(MIIT, "sharing-mode")

    assert outcome("sharing-mode", {"modes": modes}) is expected
    assert applies(rule, "platform", "sharing")
    assert not applies(rule, "platform", "other")


def test_a_city_is_filled_in_by_its_own_bureau() -> None:
    """S003-32: 示范城市材料由本级政府工业和信息化主管部门负责填报."""
    by = {category.key: category.declared_by for category in MIIT.categories}

    assert by == {
        "enterprise": DeclaredBy.APPLICANT,
        "platform": DeclaredBy.APPLICANT,
        "city": DeclaredBy.UNIT,
    }


def test_the_winners_of_an_area_are_shown_by_themselves() -> None:
    """S003-17: "一批" is no number, so nothing is refused."""
    rule = rule_of(MIIT, "city-winners")

    assert outcome("city-winners", {"area.titles": 7}) is Outcome.MARKED
    assert outcome("city-winners", {"area.titles": 0}) is Outcome.PASSED
    assert (rule.force, rule.subtypes) == (Force.MARK, ("comprehensive",))


def test_a_city_of_design_tells_how_many_centres_it_has() -> None:
    """S003-18"""
    assert outcome("city-centres", {"design_centres": "0"}) is Outcome.WARNED
    assert outcome("city-centres", {"design_centres": "3"}) is Outcome.PASSED
    assert rule_of(MIIT, "city-centres").subtypes == ("design",)
    assert "rule.city-design" in {item.key for item in check_items(MIIT, "city", [], "design")}


def test_a_demonstration_city_need_not_apply_again() -> None:
    """S003-26, S003-60: what was withdrawn before the day does not count."""
    held = HeldTitle(programme="fwxzz", category="city", batch_no=3, holder="甲市")
    gone = HeldTitle(programme="fwxzz", category="city", batch_no=3, holder="甲市", withdrawn_on=date(2023, 1, 1))
    other = HeldTitle(programme="fwxzz", category="enterprise", batch_no=3, holder="甲厂")

    verdict = judged(MIIT, "city-once", {"titles": (held,)}, ON)
    assert verdict.outcome is Outcome.REFUSED
    assert "已成为示范城市的无需再进行申报推荐" in verdict.sentence
    for titles in ((), (gone,), (other,)):
        assert outcome("city-once", {"titles": titles}) is Outcome.PASSED


@pytest.mark.parametrize("quota", MIIT.quotas, ids=lambda quota: quota.key)
def test_every_limit_quotes_its_sentence(quota: object) -> None:
    """S003-22, S003-23, S003-24: also the one that the notice only implies."""
    found = next(item for item in MIIT.quotas if item is quota)

    assert found.clause
    assert plain(found.clause) in plain(notice(MIIT))


def test_the_corps_has_no_city_and_the_cities_of_the_plan_have_one_of_two() -> None:
    """S003-23, S003-24, T9: readings, and asked as such."""
    quotas = {quota.key: quota for quota in MIIT.quotas}

    assert quotas["city-corps"].limit == 0
    assert "新疆生产建设兵团" not in quotas["city-corps"].clause
    assert quotas["city-plan-city"].subtypes == ("comprehensive", "design")
    assert MARKS["quotas.city-plan-city.limit"].mark is Mark.INFERRED
    assert MARKS["quotas.city-corps.limit"].mark is Mark.INFERRED


def test_one_paper_copy_goes_to_the_ministry_and_its_day_is_asked() -> None:
    """S003-38, S003-39, S003-40: sent or arrived by 31 May is not said."""
    recommend = MIIT.stage("recommend").recommend
    assert recommend is not None
    assert recommend.paper is not None

    assert recommend.paper.copies == 1
    assert recommend.paper.arrival is Arrival.UNKNOWN
    assert MARKS["stages.recommend.recommend.paper.arrival"].mark is Mark.INFERRED
    assert (recommend.owed, bool(recommend.none_label)) == (Owed.ALWAYS, True)


def test_the_form_adds_nothing_to_what_the_notice_says_of_a_case() -> None:
    """S003-33: rules name leaves of a form that is not here; loaded later, it has them."""
    with_form = miit_with_form()
    subjects = {
        "enterprise": ["service_share"],
        "platform": ["origin", "operated_since"],
        "city": ["design_centres"],
    }

    for key, names in subjects.items():
        assert [name for name in names if with_form.form(key).field(name) is None] == []
    assert with_form.rules == MIIT.rules
