"""What a form points at: keys, conditions, modes, categories."""

from __future__ import annotations

import pytest

from domain.definition import Category, CategoryForm, Field, FieldKind, Part, Section, ShownWhen
from domain.lint import check
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, both, case
from tests.domain.lint.casework import (
    BASICS,
    BODY,
    DECLARE,
    FORMS,
    INVESTORS,
    NATURE,
    OUTLINE,
    START,
    casework,
    err,
    found_after,
    of_contact,
    section,
)

LINK_CASES = [
    case(
        "same key in two sections",
        section("more", Field(key="staff", label="人数")),
        err("duplicate_key", f"{START}.sections.more.fields.staff"),
    ),
    case(
        "same section", section("basics", Field(key="x", label="x")), err("duplicate_key", f"{START}.sections.basics")
    ),
    case(
        "badly formed key",
        section("more", Field(key="X", label="x")),
        err("bad_key", f"{START}.sections.more.fields.X.key"),
    ),
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
        err("per_mode_without_modes", f"{OUTLINE}.parts.practice.per_mode"),
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


@pytest.mark.parametrize(("change", "expected"), LINK_CASES)
def test_what_a_form_points_at_exists(change: Change, expected: list[Found]) -> None:
    """S001-28: a section that the source has lost is told, and nothing is invented for it."""
    assert found_after(change) == expected


def test_a_lost_section_is_called_empty_in_source() -> None:
    """S001-28"""
    definition = at(START, lost=("三、主要申报内容",))(casework())

    (lost,) = [item for item in check(definition, official_calendar()) if item.code == "section_lost"]
    assert lost.sentence == "「三、主要申报内容」在所给原文中是空的"
    assert "不编造" in lost.advice
