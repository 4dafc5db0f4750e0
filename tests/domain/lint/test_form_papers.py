"""Checks, computed values and papers of a form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.lint.cases import Change, Found, at, case
from tests.domain.lint.casework import (
    INDICATORS,
    NUMBERS,
    PROMISE,
    SLOT,
    START,
    err,
    found_after,
    more_checks,
)

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


@pytest.mark.parametrize(("change", "expected"), OTHER_CASES)
def test_checks_and_papers_are_possible(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected
