"""Each kind of field: every finding with a definition that provokes it; the unchanged one has none."""

from __future__ import annotations

import pytest

from domain.definition import Field, FieldKind, Part
from tests.domain.lint.cases import Change, Found, at, case, found
from tests.domain.lint.casework import (
    BASICS,
    BODY,
    INDICATORS,
    INVESTORS,
    KINDS_AT,
    NATURE,
    OUTLINE,
    PROMISE,
    STAFF,
    casework,
    err,
    found_after,
)
from tests.support.case_forms import KINDS

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


def test_the_form_itself_is_right() -> None:
    assert [item for item in found(casework()) if "enterprise" in item[2] or "declare.forms" in item[2]] == []


@pytest.mark.parametrize(("change", "expected"), KIND_CASES)
def test_each_kind_has_what_it_needs(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected
