"""The conditions of Zhejiang's notice, judged at their edges."""

from datetime import date

import pytest

from domain.definition import Force
from domain.rules import Outcome, check_items
from domain.rules.facts import HeldTitle
from tests.support.presets import judged, rule_of
from tests.support.provinces import answers, final, preset, waiting

ZHEJIANG = preset("zhejiang-2020")
ON = date(2020, 10, 10)
SHARE = "indicators.service_share.-1"


def asked(category: str, *modes: str) -> list[str]:
    return [item.key.removeprefix("rule.") for item in check_items(ZHEJIANG, category, modes, "")]


def test_registration_legal_person_and_finances_are_three_checks() -> None:
    """S004-09."""
    for category in ("enterprise", "project", "platform"):
        assert asked(category)[:4] == ["registered", "legal-person", "sound-finances", "direction"]
    assert "浙江省境内" in rule_of(ZHEJIANG, "registered").question


def test_accidents_credit_events_and_violations_since_2018_are_three_signed_answers() -> None:
    """S004-10: the day is a value of the definition."""
    signed = [found for found in ZHEJIANG.rules if found.is_signed]

    assert [found.key for found in signed] == ["no-accident", "no-credit-event", "no-violation"]
    assert {found.value for found in signed} == {"2018-01-01"}
    assert all("2018年1月1日以后" in found.question and found.force is Force.HARD for found in signed)
    assert judged(ZHEJIANG, "no-credit-event", {}, ON).outcome is Outcome.UNKNOWN
    for found in signed:
        assert judged(ZHEJIANG, found.key, {f"statements.{found.key}": "yes"}, ON).outcome is Outcome.PASSED


def test_an_officer_compares_with_the_average_of_the_industry() -> None:
    """S004-11: the average may be written in the remark."""
    assert asked("enterprise")[4:7] == ["industry-average", "advantage", "results"]
    assert "备注" in rule_of(ZHEJIANG, "industry-average").question
    assert "rules.industry-average.force" in waiting(ZHEJIANG)


@pytest.mark.parametrize("mode", ["lifecycle", "integration", "information"])
def test_a_share_under_20_percent_warns(mode: str) -> None:
    """S004-12, T10: "以上" as a criterion."""
    figures = {"indicators__revenue__2019": "1000", "indicators__service_revenue__2019": "190"}
    values = final(ZHEJIANG, "enterprise", answers(ZHEJIANG, "enterprise", ON, modes=mode, **figures), ON).values

    assert values["indicators.service_share.2019"] == "19"
    assert rule_of(ZHEJIANG, f"share-{mode}").modes == (mode,)
    assert judged(ZHEJIANG, f"share-{mode}", {SHARE: "19"}, ON).outcome is Outcome.WARNED
    assert judged(ZHEJIANG, f"share-{mode}", {SHARE: "20"}, ON).outcome is Outcome.PASSED
    assert judged(ZHEJIANG, f"share-{mode}", {}, ON).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("finished", ["是", "否"])
def test_a_project_is_in_operation_whether_or_not_it_is_finished(finished: str) -> None:
    """S004-13: "planned" is refused with the clause."""
    for operation, outcome in (("已投入运营", Outcome.PASSED), ("尚未投入运营", Outcome.REFUSED)):
        given = answers(ZHEJIANG, "project", ON, operation=operation, finished=finished)
        found = judged(ZHEJIANG, "in-operation", final(ZHEJIANG, "project", given, ON).values, ON)

        assert found.outcome is outcome
        assert "且已投入运营" in found.sentence


def test_an_officer_looks_at_the_manufacturer_of_a_project() -> None:
    """S004-14."""
    assert "manufacturer" in asked("project")
    assert "可以是委托开展项目的甲方，也可以是对外提供服务的乙方" in rule_of(ZHEJIANG, "manufacturer").clause


@pytest.mark.parametrize(("since", "outcome"), [("2018-10-10", Outcome.PASSED), ("2018-10-11", Outcome.REFUSED)])
def test_a_platform_is_two_full_years_in_operation_on_the_day_of_declaration(since: str, outcome: Outcome) -> None:
    """S004-15."""
    given = answers(ZHEJIANG, "platform", ON, operating_since=since)

    found = judged(ZHEJIANG, "two-years", final(ZHEJIANG, "platform", given, ON).values, ON)

    assert found.outcome is outcome
    assert "截至申报日正式投入运营时间须满两年" in found.sentence


def test_an_earlier_winner_is_shown_and_not_blocked() -> None:
    """S004-60."""
    won = HeldTitle(programme="zj-fwxzz", category="enterprise", batch_no=2, holder="甲公司")
    other = HeldTitle(programme="fwxzz", category="enterprise", batch_no=2, holder="甲公司")

    assert judged(ZHEJIANG, "earlier-winner", {"titles": (won,)}, ON).outcome is Outcome.MARKED
    assert judged(ZHEJIANG, "earlier-winner", {"titles": (other,)}, ON).outcome is Outcome.PASSED
    assert judged(ZHEJIANG, "earlier-winner", {"titles": ()}, ON).outcome is Outcome.PASSED


def test_the_criteria_of_annex_1_are_asked_for_the_chosen_modes_only() -> None:
    counts = {mode: len(asked("enterprise", mode)) - len(asked("enterprise")) for mode in ("lifecycle", "other")}

    assert counts == {"lifecycle": 4, "other": 0}
    assert len(asked("project", "information")) - len(asked("project")) == 2
    assert {"platform-commerce", "platform-industry", "platform-region"} < set(asked("platform"))
