"""Rules that can be judged: about things that exist, with values that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain import definition as d
from tests.domain.lint.cases import Change, Found, at, both, case, found_after
from tests.support.definitions import small_batch

SMALL = small_batch()
FIELDS = (
    d.Field(key="name", label="名称"),
    d.Field(key="share", label="占比", kind=d.FieldKind.PERCENT),
    d.Field(key="online-on", label="上线日期", kind=d.FieldKind.DATE),
    d.Field(key="builder", label="建设方", kind=d.FieldKind.CHOICE, choices=("企业", "第三方")),
    d.Field(
        key="indicators",
        label="指标",
        kind=d.FieldKind.TABLE,
        years=(-2, -1),
        fields=(d.Field(key="revenue", label="收入", kind=d.FieldKind.MONEY),),
    ),
    d.Field(key="investors", label="股东", kind=d.FieldKind.ROWS, fields=(d.Field(key="who", label="名称"),)),
    d.Field(key="promise", label="承诺", kind=d.FieldKind.COMMITMENT, text="属实"),
)
FORM = d.Form(key="platform", title="申报书", fields=FIELDS)
FORMS = (d.CategoryForm(category="platform", form="platform"),)


def declaring(**changes: Any) -> d.Stage:
    asked = replace(d.Declare(forms=FORMS, one_case=d.OneCase.BATCH), **changes)
    return d.Stage(key="declare", kind=d.StageKind.DECLARE, title="申报", declare=asked)


DECLARE = declaring()
OTHER = d.Category(key="city", name="示范城市")
IN_FORM: Found = ("error", "unknown_field", "rules.one.subject")


def rule(subject: str = "", operator: d.Operator = d.Operator.SEEN, value: str = "", **changes: Any) -> d.Rule:
    return d.Rule(key="one", clause="原文", subject=subject, operator=operator, value=value, **changes)


def rules(*given: d.Rule, stage: d.Stage = DECLARE) -> Change:
    return at("", rules=given, forms=(*SMALL.forms, FORM), stages=(*SMALL.stages, stage), evidence=())


def clean(name: str, *given: Any, **changes: Any) -> Any:
    return case(name, rules(rule(*given, **changes)))


def wrong(name: str, code: str, place: str, *given: Any, **changes: Any) -> Any:
    return case(name, rules(rule(*given, **changes)), ("error", code, f"rules.one.{place}"))


Op, F = d.Operator, d.Force
CASES = [
    case("no rule", rules()),
    clean("a number", "share", Op.GREATER, "50"),
    clean("a percent sign", "share", Op.GREATER, "50%"),
    wrong("half", "bad_value", "value", "share", Op.GREATER, "half"),
    wrong("nothing to compare with", "no_value", "value", "share", Op.GREATER),
    wrong("a number of a text", "operator_mismatch", "operator", "name", Op.GREATER, "50"),
    wrong("a number of a date", "operator_mismatch", "operator", "organisation.founded_on", Op.AT_LEAST, "5"),
    clean("a number of the registry", "area.titles", Op.AT_LEAST, "1", force=F.WARN),
    clean("a date", "online-on", Op.ON_OR_BEFORE, "2022-03-31"),
    clean("the submission", "online-on", Op.ON_OR_BEFORE, "submission"),
    clean("days before the submission", "online-on", Op.ON_OR_AFTER, "submission-30"),
    wrong("no such day", "bad_value", "value", "online-on", Op.ON_OR_BEFORE, "2022-02-30"),
    wrong("a date of a number", "operator_mismatch", "operator", "share", Op.ON_OR_BEFORE, "2022-03-31"),
    clean("when a promise was signed", "promise.date", Op.ON_OR_BEFORE, "submission"),
    clean("full years", "organisation.founded_on", Op.FULL_YEARS, "2", as_of="2021-11-20"),
    wrong("half a year", "bad_value", "value", "online-on", Op.FULL_YEARS, "0.5"),
    wrong("until no day", "bad_value", "as_of", "online-on", Op.FULL_YEARS, "2", as_of="soon"),
    wrong("a day for nothing", "as_of_out_of_place", "as_of", "share", Op.GREATER, "2", as_of="2021-11-20"),
    clean("a choice", "builder", Op.IN, "企业、第三方"),
    wrong("no such choice", "unknown_value", "value", "builder", Op.IN, "企业、政府"),
    clean("a promise", "promise", Op.IS, "yes"),
    wrong("half a promise", "unknown_value", "value", "promise", Op.IS, "是"),
    clean("units", "unit", Op.IN, "010100、010200"),
    wrong("no such unit", "unknown_value", "value", "unit", Op.IN, "010300"),
    clean("a mode", "modes", Op.IS, "sharing"),
    wrong("no such mode to choose", "unknown_value", "value", "modes", Op.IS, "lifecycle"),
    wrong("no such category to be in", "unknown_value", "value", "category", Op.IS, "city"),
    wrong("no such sub-type to be in", "unknown_value", "value", "subtype", Op.IS, "third"),
    wrong("no such kind", "unknown_value", "value", "organisation.kind", Op.IN, "enterprise、company"),
    wrong("neither yes nor no", "unknown_value", "value", "organisation.is_group", Op.IS, "maybe"),
    clean("a title", "titles", Op.NO_TITLE, "small/platform、small/city、*"),
    wrong("a title in words", "bad_value", "value", "titles", Op.NO_TITLE, "示范城市"),
    wrong("a title of something else", "operator_mismatch", "operator", "share", Op.NO_TITLE, "small/platform"),
    wrong("titles as text", "operator_mismatch", "operator", "titles", Op.IS, "small/platform"),
    clean("a cell by relative year", "indicators.revenue.-1", Op.GREATER, "0"),
    clean("a cell by year", "indicators.revenue.2021", Op.GREATER, "0"),
    wrong("a year that is not asked", "unknown_field", "subject", "indicators.revenue.-3", Op.GREATER, "0"),
    wrong("no such field", "unknown_field", "subject", "shaer", Op.GREATER, "0"),
    wrong("nothing judged", "no_subject", "subject", "", Op.GREATER, "5"),
    wrong("nothing seen", "no_subject", "subject"),
    clean("an officer looks", force=F.CHECK),
    clean("the applicant signs", is_signed=True, question="本单位具有独立法人资格。"),
    wrong("signs nothing", "no_question", "question", is_signed=True),
    clean("a waiver", "share", Op.GREATER, "50", waiver=d.Waiver.UNIT),
    wrong("a waiver of a wish", "waiver_out_of_place", "waiver", force=F.CHECK, waiver=d.Waiver.UNIT),
    clean("about", "share", Op.AT_LEAST, "30", force=F.BAND, tolerance=2),
    wrong("about, but how far", "no_tolerance", "tolerance", "share", Op.AT_LEAST, "30", force=F.BAND),
    wrong("about, backwards", "no_tolerance", "tolerance", "share", Op.AT_LEAST, "30", force=F.BAND, tolerance=-1),
    wrong("exact with a tolerance", "tolerance_out_of_place", "tolerance", "share", Op.AT_LEAST, "30", tolerance=2),
    case(
        "about a date",
        rules(rule("online-on", Op.ON_OR_BEFORE, "2022-03-31", force=F.BAND, tolerance=2)),
        ("error", "band_out_of_place", "rules.one.operator"),
        ("error", "operator_mismatch", "rules.one.operator"),
    ),
    clean("an expression", "", Op.EXPRESSION, expression="share > 5"),
    wrong("no expression", "no_expression", "expression", "", Op.EXPRESSION),
    wrong("an expression too many", "expression_out_of_place", "expression", force=F.CHECK, expression="1 > 0"),
    clean("somewhere", "share", Op.GREATER, "5", categories=("platform",), subtypes=("sharing",), modes=("sharing",)),
    wrong("no such category", "unknown_category", "categories", force=F.CHECK, categories=("platform", "city")),
    wrong("no such sub-type", "unknown_subtype", "subtypes", force=F.CHECK, subtypes=("third",)),
    wrong("no such mode", "unknown_mode", "modes", force=F.CHECK, modes=("lifecycle",)),
    case(
        "a hard rule without its clause",
        rules(replace(rule("share", Op.GREATER, "5"), clause="")),
        ("error", "empty_text", "rules.one.clause"),
    ),
    case(
        "the same key twice",
        rules(rule(force=F.CHECK), rule(force=F.CHECK)),
        ("error", "duplicate_key", "rules.one"),
    ),
    case(
        "credit days without a rule",
        rules(stage=declaring(credit_days=30)),
        ("warning", "credit_days_unused", "stages.declare.declare.credit_days"),
    ),
    case(
        "a rule without credit days",
        rules(rule("online-on", Op.ON_OR_AFTER, "credit_days", force=F.WARN)),
        ("warning", "credit_days_missing", "rules.one.value"),
    ),
    case(
        "a rule with credit days",
        rules(
            rule("online-on", Op.ON_OR_AFTER, "credit_days", force=F.WARN),
            stage=declaring(credit_days=30),
        ),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_rules(change: Change, expected: list[Found]) -> None:
    assert sorted(found_after(change)) == sorted(expected)


def test_a_field_must_be_in_the_form_of_every_category_that_the_rule_concerns() -> None:
    city = d.Form(key="city", title="申报书", fields=FIELDS[:1])
    declare = declaring(forms=(*FORMS, d.CategoryForm(category="city", form="city")))

    def batch(given: d.Rule) -> Change:
        return both(
            rules(given, stage=declare),
            at("", categories=(*SMALL.categories, OTHER), quotas=(), forms=(*SMALL.forms, FORM, city)),
        )

    everywhere = rule("share", Op.GREATER, "50")
    assert found_after(batch(everywhere)) == [IN_FORM]
    assert found_after(batch(replace(everywhere, categories=("platform",)))) == []
    assert found_after(batch(rule("name"))) == []


def test_without_any_form_a_field_cannot_be_checked() -> None:
    """The notice came without its form: the rule stands, and is looked at again with the form."""
    change = at("", rules=(rule("share", Op.GREATER, "50"),))

    assert found_after(change) == [("warning", "unchecked_field", "rules.one.subject")]


def test_a_notice_that_is_silent_on_several_cases_of_one_applicant_is_told() -> None:
    """S004-59: allowed by default, and the check says that the notice is silent."""
    silent = declaring(one_case=None)

    assert found_after(rules(stage=silent)) == [("info", "one_case_silent", "stages.declare.declare.one_case")]
