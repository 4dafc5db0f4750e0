"""The presets of Shanxi and Zhejiang: every value says where it comes from, and nothing is lost on the way."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from domain.definition import Definition, Evidence, Mark, Rule
from domain.lint import Level, check
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import canonical_json, digest, dump, from_canonical, lint_file, parse, read_yaml
from tests.support.presets import facts, mark_of, squeezed
from tests.support.provinces import confirmed, notice, plain, preset, waiting

NAMES = {"shanxi-2021": "001", "zhejiang-2020": "004"}
EACH = pytest.mark.parametrize("name", NAMES)


QUOTED = [(name, item) for name in NAMES for item in preset(name).evidence if item.quote]
RULES = [(name, item) for name in NAMES for item in preset(name).rules]
SENTENCES = [
    (name, item)
    for name, number in NAMES.items()
    for part in ("quotas", "deadlines", "thresholds")
    for item in facts(number)[part]
]


@pytest.mark.parametrize(("name", "item"), QUOTED, ids=lambda value: getattr(value, "path", value))
def test_every_quote_stands_in_the_notice_word_for_word(name: str, item: Evidence) -> None:
    assert squeezed(item.quote) in notice(name)


@pytest.mark.parametrize(("name", "found"), RULES, ids=lambda value: getattr(value, "key", value))
def test_every_rule_quotes_its_clause_and_says_where_it_stands(name: str, found: Rule) -> None:
    assert squeezed(found.clause) in notice(name)
    assert found.place


@EACH
def test_clauses_labels_and_guides_are_the_words_of_the_notice(name: str) -> None:
    definition, text = preset(name), plain(notice(name))
    clauses = [item.clause for item in (*definition.quotas, *definition.categories)]
    fields = [field for form in definition.forms for field in form.all_fields]
    words = [*clauses, *(field.clause for field in fields), *(field.text for field in fields)]
    words += [part.guide for field in fields for part in field.parts]
    words += [part.title for field in fields for part in field.parts]
    words += [form.title for form in definition.forms]

    assert [word for word in words if plain(word) not in text] == []


@EACH
def test_labels_that_the_form_does_not_have_are_marked_as_added(name: str) -> None:
    """Nothing is invented: a field with words of our own says so, and a person must confirm it."""
    definition, text = preset(name), plain(notice(name))
    added = []
    for form in definition.forms:
        for part in form.sections:
            for field in part.fields:
                place = f"forms.{form.key}.sections.{part.key}.fields.{field.key}"
                nested = [(f"{place}.fields.{inner.key}", inner.label) for inner in field.fields]
                added += [path for path, label in ((place, field.label), *nested) if plain(label) not in text]
    doubtful = [path for path in added if not path.endswith(("_year", "gdp_growth"))]

    assert {mark.mark for path in doubtful if (mark := mark_of(definition, path)) is not None} == {Mark.INFERRED}


@pytest.mark.parametrize(("name", "fact"), SENTENCES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_sentence_of_a_fact_is_quoted(name: str, fact: dict[str, Any]) -> None:
    definition = preset(name)
    quotes = [squeezed(item.quote) for item in definition.evidence]
    quotes += [squeezed(found.clause) for found in definition.rules]

    assert any(squeezed(fact["quote"]) in quote for quote in quotes)


@EACH
def test_every_date_quota_field_and_slot_says_where_it_comes_from(name: str) -> None:
    definition = preset(name)
    paths = [f"stages.{stage.key}.opens.on" for stage in definition.stages if stage.opens.on is not None]
    paths += [f"stages.{stage.key}.due.{part}" for stage in definition.stages if stage.due for part in ("on", "at")]
    paths += [f"quotas.{quota.key}.limit" for quota in definition.quotas]
    for form in definition.forms:
        paths += [f"forms.{form.key}.sections.{part.key}" for part in form.sections]
        paths += [f"forms.{form.key}.checks.{item.key}" for item in form.checks]
        paths += [f"forms.{form.key}.materials.{item.key}" for item in form.materials]
        paths += [f"forms.{form.key}.lost"] if form.lost else []

    marks = {item.path for item in definition.evidence}
    assert [path for path in paths if path not in marks and path.rpartition(".")[0] not in marks] == []


@EACH
def test_dates_and_hours_that_the_notice_does_not_give_are_inferred(name: str) -> None:
    """T11: no opening day and no time of day is in the text, and no date for applicants."""
    definition = preset(name)
    silent = [f"stages.{stage.key}.opens.on" for stage in definition.stages if stage.opens.on is not None]
    silent += [f"stages.{stage.key}.due.at" for stage in definition.stages if stage.due is not None]

    assert {*silent, "stages.declare.due", "ladders.recommend"} <= set(waiting(definition))
    assert {stage.opens.on for stage in definition.stages if stage.opens.on} == {definition.document.issued_on}


@EACH
def test_no_address_reaches_anybody(name: str) -> None:
    definition = preset(name)

    assert all(str(unit.email).endswith(".example") for unit in definition.units)
    assert str(definition.office.email).endswith(".example")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "shanxi-2021",
            {
                **{"due_on_day_off": 1, "section_lost": 2, "one_case_silent": 1, "no_time_of_day": 1},
                "paper_without_address": 1,
            },
        ),
        ("zhejiang-2020", {"one_case_silent": 1, "no_time_of_day": 1}),
    ],
)
def test_the_check_finds_doubts_and_no_errors(name: str, expected: dict[str, int]) -> None:
    """S001-28, S001-50, S004-23, S004-59, T1, T2, T6: a day off is warned of for Shanxi and not for Zhejiang."""
    definition = preset(name)
    findings = check(definition, official_calendar())
    codes = Counter(finding.code for finding in findings)

    assert [finding for finding in findings if finding.level is Level.ERROR] == []
    assert codes == {
        **expected,
        "applicants_date_open": 1,
        "arrival_open": 1,
        "unconfirmed": len(definition.unconfirmed),
    }
    assert len(lint_file(FOLDER / f"{name}.yaml")["findings"]) == len(findings)


@EACH
def test_a_person_who_answers_for_every_doubt_leaves_none(name: str) -> None:
    settled = confirmed(preset(name))

    assert settled.unconfirmed == ()
    assert "unconfirmed" not in {finding.code for finding in check(settled, official_calendar())}


@EACH
def test_the_annexes_are_the_text_of_the_notice(name: str) -> None:
    """S004-55."""
    annexes = preset(name).document.annexes

    assert [annex.title[:3] for annex in annexes] == ["附件1", "附件2", "附件3"]
    assert all(squeezed((FOLDER / annex.file).read_text(encoding="utf-8")) in notice(name) for annex in annexes)


@EACH
def test_the_preset_survives_every_way_out_and_in(name: str) -> None:
    definition: Definition = preset(name)
    bare = replace(definition, units_file=None)

    assert parse(read_yaml(dump(definition)), base_dir=FOLDER) == definition
    assert parse(read_yaml(dump(definition, inline_units=True)), base_dir=None) == bare
    assert from_canonical(canonical_json(definition)) == bare
    assert digest(bare) == digest(definition)
