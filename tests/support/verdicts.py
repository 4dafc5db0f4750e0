"""One rule judged by the facts of a test, with a few words for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.definition import Operator, Rule
from domain.expressions import BadExpression
from domain.rules import Outcome, Verdict, Words, judge

ON = date(2023, 3, 27)
WORDS = Words(
    labels={"share": "主营产品收入占比", "online_on": "平台上线日期", "service": "服务收入占比"},
    units={"service": "%"},
    values={"unit": {"410305": "涧西区工信局"}, "subtype": {"sharing": "共享制造类"}},
)


def evaluate(expression: str, names: Mapping[str, object]) -> object:
    """Stand for the evaluator: an expression is the name of a value."""
    if expression not in names:
        raise BadExpression("没有值", unknown=expression)
    return names[expression]


def rule(subject: str, operator: Operator, value: str = "", **changes: Any) -> Rule:
    return Rule(
        key="rule", clause="原文", place="三（一）1", subject=subject, operator=operator, value=value, **changes
    )


def verdict(given: Rule, facts: Mapping[str, object], on: date = ON) -> Verdict:
    return judge(given, facts, on=on, evaluate=evaluate, words=WORDS)


def outcome(given: Rule, facts: Mapping[str, object], on: date = ON) -> Outcome:
    return verdict(given, facts, on).outcome
