"""The conditions of Shanxi's notice: each with its clause and place, and judged at its edges."""

from datetime import date

import pytest

from domain.definition import Force, Operator
from domain.rules import Outcome, check_items, rules_of
from tests.support.presets import judged, rule_of
from tests.support.provinces import answers, final, preset, waiting

SHANXI = preset("shanxi-2021")
ON = date(2021, 11, 20)
SHARE = "indicators.service_share.-1"
APPLICANTS = ("enterprise", "project", "platform")


def asked(category: str, *modes: str, subtype: str = "") -> list[str]:
    """Return the keys of what an officer answers for a case, without the criteria of annex 1."""
    return [item.key.removeprefix("rule.") for item in check_items(SHANXI, category, modes, subtype)]


def test_registration_legal_person_and_finances_are_three_checks() -> None:
    """S001-16: of every applicant, a city is none."""
    for category in APPLICANTS:
        assert asked(category)[:4] == ["registered", "legal-person", "sound-finances", "direction"]
    assert not {"registered", "legal-person"} & set(asked("city"))


def test_accidents_and_violations_since_2019_are_two_signed_answers() -> None:
    """S001-17: the day is a value of the definition."""
    signed = [found for found in SHANXI.rules if found.is_signed]

    assert [found.key for found in signed] == ["no-accident", "no-violation"]
    assert {found.value for found in signed} == {"2019-01-01"}
    assert all("2019年1月1日以后" in found.question and found.force is Force.HARD for found in signed)
    assert all(found.categories == APPLICANTS for found in signed)
    assert judged(SHANXI, "no-accident", {"statements.no-accident": "yes"}, ON).outcome is Outcome.PASSED
    assert judged(SHANXI, "no-accident", {"statements.no-accident": "no"}, ON).outcome is Outcome.REFUSED


def test_an_officer_looks_at_the_manufacturer_and_its_advantage() -> None:
    """S001-18."""
    assert asked("enterprise", "lifecycle")[4:7] == ["manufacturer", "advantage", "results"]


def test_the_need_of_a_cluster_is_only_asked_of_shared_manufacturing() -> None:
    """S001-19."""
    assert "cluster" in asked("project", "sharing")
    assert "cluster" not in asked("project", "supply-chain")
    assert "cluster" not in asked("enterprise", "sharing")


@pytest.mark.parametrize(
    ("since", "declared", "outcome"),
    [
        ("2019-11-20", date(2021, 11, 20), Outcome.PASSED),
        ("2019-11-21", date(2021, 11, 20), Outcome.REFUSED),
        ("2019-11-21", date(2021, 11, 21), Outcome.PASSED),
    ],
)
def test_a_platform_is_two_full_years_in_operation_on_the_day_of_declaration(
    since: str, declared: date, outcome: Outcome
) -> None:
    """S001-21."""
    given = answers(SHANXI, "platform", declared, operating_since=since)
    values = final(SHANXI, "platform", given, declared).values

    found = judged(SHANXI, "two-years", values, declared)

    assert found.outcome is outcome
    assert outcome is Outcome.PASSED or "截至申报日正式投入运营时间须满两年" in found.sentence


@pytest.mark.parametrize(
    ("key", "mode", "share", "outcome"),
    [
        ("share-lifecycle", "lifecycle", "25", Outcome.PASSED),
        ("share-lifecycle", "lifecycle", "24.9", Outcome.WARNED),
        ("share-integration", "integration", "25", Outcome.PASSED),
        ("share-integration", "integration", "24.9", Outcome.WARNED),
        ("share-information", "information", "30", Outcome.PASSED),
        ("share-information", "information", "29.9", Outcome.WARNED),
    ],
)
def test_about_30_percent_is_a_band_and_at_least_30_percent_a_warning(
    key: str, mode: str, share: str, outcome: Outcome
) -> None:
    """S001-22, T10: two strengths, and neither refuses."""
    assert judged(SHANXI, key, {SHARE: share}, ON).outcome is outcome
    assert rule_of(SHANXI, key).modes == (mode,)
    assert rule_of(SHANXI, key) not in rules_of(SHANXI, "project", modes=(mode,))


def test_the_width_of_about_is_confirmed_by_a_person() -> None:
    """S001-22."""
    forces = {key: rule_of(SHANXI, f"share-{key}").force for key in ("lifecycle", "integration", "information")}

    assert forces == {"lifecycle": Force.BAND, "integration": Force.BAND, "information": Force.WARN}
    assert {"rules.share-lifecycle.tolerance", "rules.share-integration.tolerance"} < set(waiting(SHANXI))


def test_the_share_is_that_of_the_year_before_the_batch() -> None:
    figures = {"indicators__revenue__2020": "1000", "indicators__service_revenue__2020": "240"}
    given = answers(SHANXI, "enterprise", ON, modes="lifecycle", **figures)
    values = final(SHANXI, "enterprise", given, ON).values

    assert values["indicators.service_share.2020"] == "24"
    assert rule_of(SHANXI, "share-lifecycle").subject == SHARE


def test_criteria_of_a_platform_are_those_of_its_kind() -> None:
    """S001-23."""
    common = ["platform-kind", "platform-team", "platform-systems", "platform-plan"]

    assert asked("platform", subtype="industry")[4:] == [
        *common,
        *("platform-industry-services", "platform-industry-online"),
    ]
    assert asked("platform", subtype="region")[4:] == [
        *common,
        *("platform-region-services", "platform-region-online"),
    ]


def test_criteria_of_a_city() -> None:
    """S001-24: mechanism, policies and funds among them."""
    assert {"city-mechanism", "city-policies", "city-funds"} < set(asked("city"))


@pytest.mark.parametrize(("unit", "outcome"), [("140200", Outcome.PASSED), ("sx-zgq", Outcome.REFUSED)])
def test_only_the_bureau_of_a_city_declares_one(unit: str, outcome: Outcome) -> None:
    """S001-09."""
    assert judged(SHANXI, "city-bureau", {"unit": unit}, ON).outcome is outcome
    assert rule_of(SHANXI, "city-bureau").operator is Operator.NOT_IN


def test_the_criteria_of_annex_1_are_asked_for_the_chosen_directions_only() -> None:
    """T5: annex 1 has criteria for the four directions, none for 共享制造."""
    counts = {
        mode: len(asked("enterprise", mode)) - len(asked("enterprise"))
        for mode in SHANXI.category("enterprise").modes
    }

    assert counts == {"supply-chain": 3, "lifecycle": 4, "integration": 3, "information": 3}
    assert len(asked("project", "supply-chain", "lifecycle")) - len(asked("project")) == 4
    assert set(asked("project", "sharing")) - set(asked("project")) == {"cluster"}
