"""Forms of cases: every finding with a definition that provokes it; the unchanged one has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.definition import (
    Category,
    CategoryForm,
    Check,
    Declare,
    Definition,
    Due,
    Field,
    FieldKind,
    Material,
    OneCase,
    Opening,
    Part,
    Section,
    ShownWhen,
    Stage,
    StageKind,
)
from domain.lint import check
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, both, case, found
from tests.support.case_forms import FORM, KINDS, MODES
from tests.support.definitions import small_batch

START = "forms.enterprise"
BASICS, NUMBERS, BODY = (f"{START}.sections.{key}.fields" for key in ("basics", "numbers", "body"))
KINDS_AT, INVESTORS = f"{START}.sections.kinds.fields.kinds", f"{START}.sections.investors.fields.investors"
INDICATORS, NATURE, STAFF = f"{NUMBERS}.indicators", f"{BASICS}.nature", f"{BASICS}.staff"
OUTLINE, PROMISE = f"{BODY}.body", f"{START}.sections.promise.fields.promise"
FORMS = "stages.declare.declare.forms"
SLOT = Material(key="licence", label="营业执照")
DECLARE = Stage(
    key="declare",
    kind=StageKind.DECLARE,
    title="申报",
    opens=Opening(on=date(2023, 3, 6)),
    due=Due(on=date(2023, 3, 24)),
    declare=Declare(forms=(CategoryForm(category="platform", form="enterprise"),), one_case=OneCase.BATCH),
)


def casework() -> Definition:
    small = small_batch()
    category = replace(small.categories[0], modes=tuple(mode.key for mode in MODES))
    return replace(
        small,
        modes=MODES,
        categories=(category,),
        forms=(*small.forms, replace(FORM, materials=(SLOT,))),
        stages=(*small.stages, DECLARE),
    )


def found_after(change: Change) -> list[Found]:
    """Return what the change brings; what the casework itself gives is no business of the forms."""
    usual = found(casework())
    return [item for item in found(change(casework())) if item not in usual]


def err(code: str, path: str) -> Found:
    return ("error", code, path)


def more_checks(**changes: Any) -> Change:
    given: dict[str, Any] = {"key": "more", "expression": "staff > 0", "sentence": "x", "fields": ("staff",)}
    return at(START, checks=(*FORM.checks, Check(**(given | changes))))


def section(key: str, *fields: Field, **changes: Any) -> Change:
    return at(START, sections=(*FORM.sections, Section(key=key, title="另一部分", fields=fields, **changes)))


def of_contact(field: Field) -> Change:
    contact = small_batch().form("contact")
    return at("forms.contact", fields=(*contact.fields, field))


KIND_CASES = [
    case(
        "table in rows",
        at(f"{INVESTORS}.fields.name", kind=FieldKind.COMMITMENT, text="x"),
        err("nested_kind", f"{INVESTORS}.fields.name.kind"),
    ),
    case(
        "several choices in a table",
        at(f"{INDICATORS}.fields.growth", kind=FieldKind.CHOICES, choices=("甲",), minimum=None, maximum=None),
        err("choices_in_table", f"{INDICATORS}.fields.growth.kind"),
    ),
    case("rows without columns", at(INVESTORS, fields=()), err("no_nested_fields", f"{INVESTORS}.fields")),
    case(
        "fields in a text",
        at(f"{BASICS}.name", fields=(Field(key="x", label="x"),)),
        err("fields_out_of_place", f"{BASICS}.name.fields"),
    ),
    case("table without years", at(INDICATORS, years=()), err("bad_years", f"{INDICATORS}.years")),
    case("year twice", at(INDICATORS, years=(-1, -1)), err("bad_years", f"{INDICATORS}.years")),
    case("years of a text", at(f"{BASICS}.name", years=(-1,)), err("years_out_of_place", f"{BASICS}.name.years")),
    case("more rows than the most", at(INVESTORS, min_rows=6), err("bad_rows", f"{INVESTORS}.max_rows")),
    case("sum of a text", at(STAFF, at_most=100), err("at_most_out_of_place", f"{STAFF}.at_most")),
    case("strange other", at(NATURE, other="别的"), err("other_unknown", f"{NATURE}.other")),
    case(
        "exclusion of one choice",
        at(NATURE, exclusive=(("国有", "民营"),)),
        err("exclusive_out_of_place", f"{NATURE}.exclusive"),
    ),
    case(
        "exclusion of a stranger",
        at(KINDS_AT, exclusive=((KINDS[1], "甲"),)),
        err("exclusive_unknown", f"{KINDS_AT}.exclusive"),
    ),
    case(
        "exclusion of modes",
        at(f"{BODY}.modes", exclusive=(("supply", "nothing"),)),
        err("exclusive_unknown", f"{BODY}.modes.exclusive"),
    ),
    case(
        "more choices than there are",
        at(KINDS_AT, max_choices=4),
        err("bad_choice_limits", f"{KINDS_AT}.max_choices"),
    ),
    case(
        "limits of one choice", at(NATURE, max_choices=1), err("choice_limits_out_of_place", f"{NATURE}.max_choices")
    ),
    case("range of a text", at(f"{BASICS}.name", minimum=1), err("range_out_of_place", f"{BASICS}.name.maximum")),
    case("empty range", at(STAFF, minimum=9, maximum=1), err("bad_range", f"{STAFF}.maximum")),
    case(
        "percent above its usual end",
        at(f"{INDICATORS}.fields.service_share", minimum=200),
        err("bad_range", f"{INDICATORS}.fields.service_share.maximum"),
    ),
    case("too many decimals", at(STAFF, decimals=7), err("bad_decimals", f"{STAFF}.decimals")),
    case("outline without parts", at(OUTLINE, parts=()), err("no_parts", f"{OUTLINE}.parts")),
    case(
        "parts of a text",
        at(f"{BASICS}.name", parts=(Part(key="a", title="甲"),)),
        err("parts_out_of_place", f"{BASICS}.name.parts"),
    ),
    case(
        "part longer than itself",
        at(f"{OUTLINE}.parts.intro", min_chars=301),
        err("bad_part_limits", f"{OUTLINE}.parts.intro.max_chars"),
    ),
    case("promise of nothing", at(PROMISE, text=""), err("no_promise", f"{PROMISE}.text")),
]

LINK_CASES = [
    case(
        "same key in two sections",
        section("more", Field(key="staff", label="人数")),
        err("duplicate_key", f"{START}.sections.staff"),
    ),
    case(
        "same section", section("basics", Field(key="x", label="x")), err("duplicate_key", f"{START}.sections.basics")
    ),
    case("badly formed key", section("more", Field(key="X", label="x")), err("bad_key", f"{START}.sections.X.key")),
    case(
        "key of the page",
        section("more", Field(key="csrf_token", label="x")),
        err("reserved_key", f"{START}.sections.more.fields.csrf_token"),
    ),
    case(
        "same column",
        at(INVESTORS, fields=(Field(key="a", label="a"), Field(key="a", label="b"))),
        err("duplicate_key", f"{INVESTORS}.fields.a"),
    ),
    case(
        "same part",
        at(OUTLINE, parts=(Part(key="a", title="a"), Part(key="a", title="b"))),
        err("duplicate_key", f"{OUTLINE}.parts.a"),
    ),
    case("empty section", section("more"), ("warning", "empty_section", f"{START}.sections.more")),
    case(
        "lost section",
        both(section("more"), at(START, lost=("另一部分",))),
        ("warning", "section_lost", f"{START}.lost"),
    ),
    case(
        "condition on a stranger",
        at(f"{BASICS}.group", when=ShownWhen(field="nobody", any_of=("是",))),
        err("unknown_field", f"{BASICS}.group.when.field"),
    ),
    case(
        "condition on a strange choice",
        at(f"{BASICS}.group", when=ShownWhen(field="is_group", any_of=("也许",))),
        err("bad_condition", f"{BASICS}.group.when.any_of"),
    ),
    case(
        "condition on nothing",
        at(f"{START}.sections.kinds", when=ShownWhen(field="is_group", any_of=())),
        err("bad_condition", f"{START}.sections.kinds.when.any_of"),
    ),
    case(
        "condition on a strange mode",
        at(f"{BASICS}.group", when=ShownWhen(field="modes", any_of=("nothing",))),
        err("bad_condition", f"{BASICS}.group.when.any_of"),
    ),
    case(
        "conditions in a circle",
        both(
            at(f"{BASICS}.is_group", when=ShownWhen(field="nature", any_of=("国有",))),
            at(NATURE, when=ShownWhen(field="is_group", any_of=("是",))),
        ),
        err("when_cycle", f"{START}.sections"),
    ),
    case(
        "a part for each of no modes",
        at(f"{BODY}.modes", kind=FieldKind.TEXT),
        err("per_mode_without_modes", f"{START}.body.parts.practice.per_mode"),
    ),
    case(
        "a table to collect",
        of_contact(Field(key="t", label="t", kind=FieldKind.CHOICES, choices=("甲",))),
        err("field_too_rich", "forms.contact.fields.t"),
    ),
    case(
        "sections to collect",
        at("forms.contact", sections=(Section(key="s", title="s", fields=(Field(key="x", label="x"),)),)),
        err("form_too_rich", "forms.contact"),
    ),
    case(
        "no such category",
        at(
            "stages.declare.declare", forms=(*DECLARE.declare.forms, CategoryForm(category="city", form="enterprise"))
        ),
        err("unknown_category", FORMS),
    ),
    case(
        "no such form",
        at("stages.declare.declare", forms=(CategoryForm(category="platform", form="nothing"),)),
        err("unknown_form", FORMS),
    ),
    case(
        "two forms of a category",
        at("stages.declare.declare", forms=DECLARE.declare.forms * 2),
        err("duplicate_category_form", FORMS),
    ),
    case(
        "category without form",
        at("", categories=(*casework().categories, Category(key="city", name="城市"))),
        ("warning", "category_without_form", FORMS),
        ("info", "quota_missing", "quotas"),
    ),
    case(
        "nothing to choose",
        at("categories.platform", modes=()),
        ("warning", "no_modes_to_choose", "categories.platform.modes"),
    ),
]

OTHER_CASES = [
    case(
        "check of a stranger",
        more_checks(expression="staff > people"),
        err("unknown_name", f"{START}.checks.more.expression"),
    ),
    case("check with a function", more_checks(expression="abs(staff) > 0")),
    case("check of a row", more_checks(table="indicators", expression="service <= revenue", fields=("service",))),
    case("check of a cell and a column", more_checks(expression="indicators_revenue_2022 > max(investors_share)")),
    case(
        "check of a year that is not asked",
        more_checks(expression="indicators_revenue_2019 > 0"),
        err("unknown_name", f"{START}.checks.more.expression"),
    ),
    case("check without a place", more_checks(fields=()), err("check_without_fields", f"{START}.checks.more.fields")),
    case("check at a stranger", more_checks(fields=("people",)), err("unknown_field", f"{START}.checks.more.fields")),
    case("check of no table", more_checks(table="staff"), err("unknown_table", f"{START}.checks.more.table")),
    case("check twice", more_checks(key="total"), err("duplicate_key", f"{START}.checks.total")),
    case(
        "computed from itself",
        at(f"{NUMBERS}.per_head", computed="per_head + 1"),
        err("unknown_name", f"{NUMBERS}.per_head.computed"),
    ),
    case(
        "computed row",
        at(f"{INDICATORS}.fields.service_share", computed="service / revenue * 100 + staff * 0"),
    ),
    case("computed promise", at(PROMISE, computed="staff"), err("computed_out_of_place", f"{PROMISE}.computed")),
    case("slot twice", at(START, materials=(SLOT, SLOT)), err("duplicate_key", f"{START}.materials.licence")),
    case(
        "badly formed slot",
        at(START, materials=(replace(SLOT, key="A"),)),
        err("bad_key", f"{START}.materials.A.key"),
    ),
    case(
        "more files than the most",
        at(START, materials=(replace(SLOT, min_count=3, max_count=2),)),
        err("bad_counts", f"{START}.materials.licence.max_count"),
    ),
    case(
        "slot for nothing",
        at(START, materials=(replace(SLOT, kinds=()),)),
        err("no_file_kinds", f"{START}.materials.licence.kinds"),
    ),
    case("no papers", at(START, materials=()), ("info", "no_required_materials", f"{START}.materials")),
]


def test_the_form_itself_is_right() -> None:
    assert [item for item in found(casework()) if "enterprise" in item[2] or "declare.forms" in item[2]] == []


@pytest.mark.parametrize(("change", "expected"), KIND_CASES)
def test_each_kind_has_what_it_needs(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected


@pytest.mark.parametrize(("change", "expected"), LINK_CASES)
def test_what_a_form_points_at_exists(change: Change, expected: list[Found]) -> None:
    """S001-28: a section that the source has lost is told, and nothing is invented for it."""
    assert found_after(change) == expected


@pytest.mark.parametrize(("change", "expected"), OTHER_CASES)
def test_checks_and_papers_are_possible(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected


def test_a_lost_section_is_called_empty_in_source() -> None:
    """S001-28"""
    definition = at(START, lost=("三、主要申报内容",))(casework())

    (lost,) = [item for item in check(definition, official_calendar()) if item.code == "section_lost"]
    assert "section empty in source" in lost.sentence
    assert "不编造" in lost.advice
