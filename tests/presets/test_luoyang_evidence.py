"""Luoyang's preset: every value says where it comes from, and what the notice leaves open is asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from domain.definition import Evidence, Mark
from domain.lint import Level, check
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import load_file
from tests.support.presets import facts, mark_of, notice, plain, squeezed

FACTS = facts("000")
LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")


@pytest.mark.parametrize("item", [item for item in LUOYANG.evidence if item.quote], ids=lambda item: item.path)
def test_every_quote_stands_in_the_notice_word_for_word(item: Evidence) -> None:
    assert squeezed(item.quote) in squeezed(notice(LUOYANG))


@pytest.mark.parametrize(
    "fact", [*FACTS["quotas"], *FACTS["deadlines"], *FACTS["thresholds"]], ids=lambda fact: fact["quote"][:20]
)
def test_every_sentence_of_a_fact_is_quoted(fact: dict[str, Any]) -> None:
    assert any(plain(fact["quote"]) in plain(item.quote) for item in LUOYANG.evidence)


def test_every_date_rule_section_and_slot_says_where_it_comes_from() -> None:
    paths = [f"stages.{stage.key}.opens.on" for stage in LUOYANG.stages]
    paths += ["stages.declare.due", "stages.recommend.due.on", "stages.recommend.due.at"]
    paths += [f"rules.{rule.key}" for rule in LUOYANG.rules]
    for form in LUOYANG.forms:
        paths += [
            f"forms.{form.key}.sections.{section.key}.fields.{f.key}"
            for section in form.sections
            for f in section.fields
        ]
        paths += [f"forms.{form.key}.materials.{slot.key}" for slot in form.materials]
        paths += [f"forms.{form.key}.{part}" for part in ("cover", "checks")]

    assert [path for path in paths if mark_of(LUOYANG, path) is None] == []


def test_what_the_notice_does_not_say_is_inferred() -> None:
    """T11: no opening day, no hour, no date for applicants, no number of days."""
    silent = ["stages.declare.opens.on", "stages.review.opens.on", "stages.recommend.opens.on", "stages.declare.due"]
    silent += ["stages.recommend.due.at", "stages.declare.declare.credit_days", "ladders.recommend", "office.email"]
    marks = {item.path: item for item in LUOYANG.evidence}

    assert {marks[path].mark for path in silent} == {Mark.INFERRED}
    assert [item.path for item in LUOYANG.evidence if item.mark is Mark.INFERRED and not item.note] == []


def test_two_witnesses_of_one_annex_are_named() -> None:
    """T12, S002-14: both places where they differ are asked about."""
    marks = {item.path: item for item in LUOYANG.evidence}

    assert "技術" in marks["catalogue.modes.green.criteria.ability.text"].quote
    assert "综合效益:有" in marks["catalogue.modes.finance.criteria.benefit.text"].quote
    assert marks["catalogue.modes.green.criteria.ability.text"].mark is Mark.INFERRED


def test_the_check_finds_doubts_and_no_errors() -> None:
    findings = check(LUOYANG, official_calendar())

    assert [finding for finding in findings if finding.level is Level.ERROR] == []
    assert Counter(finding.code for finding in findings)["unconfirmed"] == len(LUOYANG.unconfirmed)
