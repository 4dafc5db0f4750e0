"""Four ways in which notices ask for a share, and how each binds."""

from __future__ import annotations

import pytest

from domain.definition import Definition, Force, Rule
from presets import FOLDER
from services.definitions import load_file

SHARES = [
    (wanted, rule)
    for wanted in (load_file(path) for path in sorted(FOLDER.glob("*.yaml")))
    for rule in wanted.rules
    if rule.unit == "%"
]


def strength_of(clause: str) -> Force:
    """Return how a sentence binds by its own words; "超过" among the conditions excludes."""
    if "原则上" in clause:
        return Force.SOFT
    if "左右" in clause:
        return Force.BAND
    if clause.rstrip("。").endswith("以上"):
        return Force.WARN
    return Force.SOFT if "达到" in clause else Force.HARD


@pytest.mark.parametrize(("wanted", "rule"), SHARES, ids=[f"{wanted.code}.{rule.key}" for wanted, rule in SHARES])
def test_a_share_binds_as_its_sentence_says(wanted: Definition, rule: Rule) -> None:
    """T10, S000-19, S003-12: 原则上 and 达到 ask for a reason, 左右 has a tolerance, 以上 warns, 超过 refuses."""
    assert rule.force is strength_of(rule.clause), wanted.code


def test_only_a_band_has_a_tolerance_and_none_is_lifted() -> None:
    """T10"""
    assert {rule.force for _, rule in SHARES} == {Force.HARD, Force.SOFT, Force.BAND, Force.WARN}
    assert [rule.key for _, rule in SHARES if (rule.force is Force.BAND) is (rule.tolerance is None)] == []
