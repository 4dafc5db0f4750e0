"""Rules: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import definition as d
from tests.support.lint_table.rows import Change, Row, added, on_cases, on_small, value_on_small

Op, F = d.Operator, d.Force
RULE = d.Rule(key="one", clause="原文", force=F.CHECK)


def rule(**changes: Any) -> Change:
    return added("", "rules", replace(RULE, **changes))


def number(**changes: Any) -> dict[str, Any]:
    return {"subject": "staff", "operator": Op.AT_LEAST, "value": "10", "force": F.HARD, **changes}


def row(code: str, place: str, wrong: dict[str, Any], right: dict[str, Any]) -> Row:
    return on_cases(code, f"rules.one.{place}", rule(**wrong), rule(**right))


ROWS = (
    row(
        "bad_expression",
        "expression",
        {"operator": Op.EXPRESSION, "expression": "shaer > 1"},
        {"operator": Op.EXPRESSION, "expression": "staff > 1"},
    ),
    value_on_small("bad_expression", "quotas.platform.free_when", "subtype ==", "subtype == 'sharing'"),
    row(
        "no_expression",
        "expression",
        {"operator": Op.EXPRESSION},
        {"operator": Op.EXPRESSION, "expression": "staff > 1"},
    ),
    row(
        "expression_out_of_place",
        "expression",
        {"expression": "staff > 1"},
        {"operator": Op.EXPRESSION, "expression": "staff > 1"},
    ),
    row("unknown_field", "subject", number(subject="staf"), number()),
    row("unknown_field", "subject", number(subject="turnover"), number()),
    on_small("unchecked_field", "rules.one.subject", rule(**number()), rule(**number(subject="area.titles"))),
    row("no_subject", "subject", number(subject=""), number()),
    row("operator_mismatch", "operator", number(subject="name"), number()),
    row("no_value", "value", number(value=""), number()),
    row("bad_value", "value", number(value="许多"), number(value="10%")),
    row(
        "unknown_value",
        "value",
        {"subject": "nature", "operator": Op.IN, "value": "国有、私营"},
        {"subject": "nature", "operator": Op.IN, "value": "国有、民营"},
    ),
    row("no_question", "question", {"is_signed": True}, {"is_signed": True, "question": "本单位无违法记录。"}),
    row("waiver_out_of_place", "waiver", {"waiver": d.Waiver.UNIT}, number(waiver=d.Waiver.UNIT)),
    on_cases(
        "band_out_of_place",
        "rules.one.operator",
        rule(subject="founded_on", operator=Op.ON_OR_BEFORE, value="2022-03-31", force=F.BAND, tolerance=2),
        rule(subject="founded_on", operator=Op.ON_OR_BEFORE, value="2022-03-31", force=F.WARN),
        ("operator_mismatch", "rules.one.operator"),
    ),
    row("no_tolerance", "tolerance", number(force=F.BAND), number(force=F.BAND, tolerance=2)),
    row("tolerance_out_of_place", "tolerance", number(tolerance=2), number(force=F.BAND, tolerance=2)),
    row(
        "as_of_out_of_place",
        "as_of",
        number(as_of="2023-03-31"),
        {"subject": "founded_on", "operator": Op.FULL_YEARS, "value": "2", "as_of": "2023-03-31"},
    ),
)
