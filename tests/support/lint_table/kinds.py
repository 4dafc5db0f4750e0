"""Fields of a form by their kinds: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from typing import Any

from domain import definition as d
from tests.support.lint_table.rows import at, both, on_cases, on_small, same, value_on_cases, value_on_small

START = "forms.enterprise.sections"
BASICS, NUMBERS, BODY = (f"{START}.{key}.fields" for key in ("basics", "numbers", "body"))
NAME, NATURE, STAFF, KINDS = f"{BASICS}.name", f"{BASICS}.nature", f"{BASICS}.staff", f"{START}.kinds.fields.kinds"
TABLE, ROWS_AT = f"{NUMBERS}.indicators", f"{START}.investors.fields.investors"
OUTLINE, PROMISE, POST = f"{BODY}.body", f"{START}.promise.fields.promise", "forms.contact.fields.post"
INNER = d.Field(key="inner", label="内")
PART = d.Part(key="a", title="甲")
NO_BOUNDS: dict[str, Any] = {"minimum": None, "maximum": None}

ROWS = (
    on_cases(
        "nested_kind",
        f"{ROWS_AT}.fields.name.kind",
        at(f"{ROWS_AT}.fields.name", kind=d.FieldKind.COMMITMENT, text="x"),
        at(f"{ROWS_AT}.fields.name", kind=d.FieldKind.LONG_TEXT),
    ),
    on_cases(
        "choices_in_table",
        f"{TABLE}.fields.growth.kind",
        at(f"{TABLE}.fields.growth", kind=d.FieldKind.CHOICES, choices=("甲",), **NO_BOUNDS),
        at(f"{TABLE}.fields.growth", kind=d.FieldKind.CHOICE, choices=("甲",), **NO_BOUNDS),
    ),
    value_on_cases("no_nested_fields", f"{ROWS_AT}.fields", (), (INNER,)),
    on_cases("fields_out_of_place", f"{NAME}.fields", at(NAME, fields=(INNER,)), same),
    value_on_cases("bad_years", f"{TABLE}.years", (-2, -1, -1), (-3, -2, -1)),
    on_cases("years_out_of_place", f"{NAME}.years", at(NAME, years=(-1,)), same),
    on_cases("bad_rows", f"{ROWS_AT}.max_rows", at(ROWS_AT, min_rows=6), at(ROWS_AT, min_rows=5)),
    on_cases(
        "at_most_out_of_place", f"{STAFF}.at_most", at(STAFF, at_most=100), at(f"{ROWS_AT}.fields.share", at_most=90)
    ),
    on_small("no_choices", f"{POST}.choices", at(POST, choices=()), same),
    on_small(
        "choices_out_of_place",
        f"{POST}.choices",
        at(POST, kind=d.FieldKind.TEXT),
        at(POST, kind=d.FieldKind.TEXT, choices=()),
    ),
    on_small("duplicate_choice", f"{POST}.choices", at(POST, choices=("专职", "兼职", "专职")), same),
    on_small("empty_choice", f"{POST}.choices", at(POST, choices=("专职", "")), same),
    value_on_small("bad_limit", "forms.contact.fields.name.max_chars", 0, 1),
    value_on_cases("other_unknown", f"{NATURE}.other", "别的", "其他"),
    on_cases("exclusive_out_of_place", f"{NATURE}.exclusive", at(NATURE, exclusive=(("国有", "民营"),)), same),
    on_cases(
        "exclusive_unknown",
        f"{KINDS}.exclusive",
        at(KINDS, exclusive=(("面向行业专业", "面向区域综合", "甲"),)),
        same,
    ),
    on_cases(
        "choice_limits_out_of_place", f"{NATURE}.max_choices", at(NATURE, max_choices=1), at(KINDS, max_choices=1)
    ),
    on_cases(
        "bad_choice_limits",
        f"{KINDS}.max_choices",
        at(KINDS, min_choices=3, max_choices=1),
        at(KINDS, min_choices=1, max_choices=3),
    ),
    value_on_cases("bad_choice_limits", f"{KINDS}.max_choices", 4, 3),
    on_cases("range_out_of_place", f"{NAME}.maximum", at(NAME, minimum=1), same),
    on_cases("bad_range", f"{STAFF}.maximum", at(STAFF, minimum=9, maximum=1), at(STAFF, minimum=1, maximum=9)),
    on_cases(
        "bad_range",
        f"{TABLE}.fields.service_share.maximum",
        at(f"{TABLE}.fields.service_share", minimum=200),
        at(f"{TABLE}.fields.service_share", minimum=100),
    ),
    value_on_cases("bad_decimals", f"{STAFF}.decimals", 7, 6),
    value_on_cases("no_parts", f"{OUTLINE}.parts", (), (PART,)),
    on_cases("parts_out_of_place", f"{NAME}.parts", at(NAME, parts=(PART,)), same),
    on_cases(
        "bad_part_limits",
        f"{OUTLINE}.parts.intro.max_chars",
        at(f"{OUTLINE}.parts.intro", min_chars=301),
        at(f"{OUTLINE}.parts.intro", min_chars=300),
    ),
    on_cases(
        "per_mode_without_modes",
        f"{OUTLINE}.parts.practice.per_mode",
        at(f"{BODY}.modes", kind=d.FieldKind.TEXT, combined=""),
        both(
            at(f"{BODY}.modes", kind=d.FieldKind.TEXT, combined=""), at(f"{OUTLINE}.parts.practice", per_mode=False)
        ),
    ),
    on_cases("no_promise", f"{PROMISE}.text", at(PROMISE, text=""), same),
)
