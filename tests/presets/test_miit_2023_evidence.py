"""The preset of 2023: every value says where it comes from, the check agrees, and nothing is lost on the way."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.definition import Evidence, Mark
from domain.lint import Level, check
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import canonical_json, digest, dump, from_canonical, lint_file, load_file, parse, read_yaml

FACTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "facts" / "003.json").read_text(encoding="utf-8")
)
MIIT = load_file(FOLDER / "miit-2023.yaml")
NOTICE = (FOLDER / "notices" / "miit-2023.txt").read_text(encoding="utf-8")
MARKS = {item.path: item for item in MIIT.evidence}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def mark_of(path: str) -> Evidence | None:
    """Return the mark of a value, or of the nearest whole that it is a part of."""
    parts = path.split(".")
    return next((MARKS[".".join(parts[:n])] for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in MARKS), None)


@pytest.mark.parametrize("item", [item for item in MIIT.evidence if item.quote], ids=lambda item: item.path)
def test_every_quote_stands_in_the_notice_word_for_word(item: Evidence) -> None:
    assert squeezed(item.quote) in squeezed(NOTICE)


@pytest.mark.parametrize("fact", [*FACTS["quotas"], *FACTS["deadlines"]], ids=lambda fact: fact["quote"][:20])
def test_every_sentence_of_a_fact_is_quoted(fact: dict[str, Any]) -> None:
    quotes = [squeezed(item.quote) for item in MIIT.evidence if item.mark is Mark.STATED]

    assert any(squeezed(fact["quote"]) in quote for quote in quotes)


def test_every_date_quota_and_field_says_where_it_comes_from() -> None:
    paths = [f"stages.{stage.key}.opens.on" for stage in MIIT.stages if stage.opens.on is not None]
    paths += [f"stages.{stage.key}.due.{part}" for stage in MIIT.stages if stage.due for part in ("on", "at")]
    paths += [f"quotas.{quota.key}.limit" for quota in MIIT.quotas]
    paths += [f"forms.{form.key}.fields.{field.key}" for form in MIIT.forms for field in form.fields]

    assert [path for path in paths if mark_of(path) is None] == []


def test_dates_and_hours_that_the_notice_does_not_give_are_inferred() -> None:
    """T11: no opening day and no time of day is in the text."""
    silent = [f"stages.{stage.key}.opens.on" for stage in MIIT.stages if stage.opens.on is not None]
    silent += [f"stages.{stage.key}.due.at" for stage in MIIT.stages if stage.due is not None]

    assert {MARKS[path].mark for path in silent} == {Mark.INFERRED}
    assert {stage.opens.on for stage in MIIT.stages if stage.opens.on} == {date(2023, 3, 6)}


def test_the_check_finds_doubts_and_no_errors() -> None:
    """S003-33, S003-40, T7, T11: what the notice leaves open is said, each once."""
    findings = check(MIIT, official_calendar())
    codes = Counter(finding.code for finding in findings)

    assert [finding for finding in findings if finding.level is Level.ERROR] == []
    assert codes == {
        "declare_form_missing": 1,
        "email_suspicious": 1,
        "unconfirmed": len(MIIT.unconfirmed),
        "no_time_of_day": 3,
        "same_day": 1,
        "one_case_silent": 1,
        "unchecked_field": 4,
        "arrival_open": 1,
        "applicants_date_open": 1,
    }
    assert [f.path for f in findings if f.code == "email_suspicious"] == ["office.published_email"]
    assert len(lint_file(FOLDER / "miit-2023.yaml")["findings"]) == len(findings)


def test_the_preset_survives_every_way_out_and_in() -> None:
    bare = replace(MIIT, units_file=None)

    assert parse(read_yaml(dump(MIIT)), base_dir=FOLDER) == MIIT
    assert parse(read_yaml(dump(MIIT, inline_units=True)), base_dir=None) == bare
    assert from_canonical(canonical_json(MIIT)) == bare
    assert digest(bare) == digest(MIIT)
