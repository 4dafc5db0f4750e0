"""The verdict on one rule: what follows from its force, in a sentence that names clause, value and limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.definition import Force, Operator, Rule
from domain.expressions import BadExpression, Evaluate
from domain.rules import wording
from domain.rules.comparing import NotComparable, compare, subject_of
from domain.rules.facts import expression_names
from domain.rules.wording import Words

__all__ = ["Outcome", "Verdict", "Words", "judge"]


class Outcome(StrEnum):
    """What a rule says of a case.

    refused: a hard rule is broken. warned: a soft, band or warning one is. asked: an officer answers. marked: it is
    something to be seen. unknown: the value is not there yet; at submission an unknown hard rule refuses.
    """

    PASSED = "passed"
    REFUSED = "refused"
    WARNED = "warned"
    ASKED = "asked"
    MARKED = "marked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a case.

    sentence: for people, whatever the outcome. value: what was judged, as text; "" when it is not there.
    limit: what would be allowed ("大于 50%"). note: why a broken rule counts as passed (waived), else "".
    """

    rule: Rule
    outcome: Outcome
    sentence: str
    value: str = ""
    limit: str = ""
    note: str = ""


BROKEN: Mapping[Force, Outcome] = {
    Force.HARD: Outcome.REFUSED,
    Force.SOFT: Outcome.WARNED,
    Force.BAND: Outcome.WARNED,
    Force.WARN: Outcome.WARNED,
    Force.MARK: Outcome.PASSED,
}
"""What a rule that is not met means; what an officer answers (`check`) is always asked."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Whether the rule is met (None: it cannot be told yet), what was judged, and why it cannot be told."""

    is_met: bool | None
    value: object = None
    because: str = ""


def judge(
    rule: Rule, facts: Mapping[str, object], *, on: date, evaluate: Evaluate, words: Words | None = None
) -> Verdict:
    """Return what a rule says of the facts.

    facts: by the names of `domain.rules.facts` and leaves of the form ("share", "indicators.share.-1"); numbers as
        Decimal or text, days as date or text, several choices as a tuple of texts, titles as HeldTitle. What is not
        filled is absent, None or "".
    on: the day of the submission in the batch's zone. words: how facts are called and shown.
    """
    shown = words or Words()
    found = _look(rule, facts, on, evaluate)
    value = shown.value(rule, found.value, on)
    limit = shown.limit(rule, facts, on)
    outcome = _outcome(rule, found.is_met)
    if outcome is Outcome.UNKNOWN:
        sentence = wording.unknown(rule, shown, found.because)
    elif outcome is Outcome.ASKED:
        sentence = wording.asked(rule, shown, value)
    elif outcome is Outcome.MARKED:
        sentence = wording.marked(rule, shown, value)
    else:
        sentence = wording.judged(rule, shown, value, limit, is_met=outcome is Outcome.PASSED)
    return Verdict(rule, outcome, sentence, value, limit)


def _look(rule: Rule, facts: Mapping[str, object], on: date, evaluate: Evaluate) -> _Found:
    if rule.operator is Operator.EXPRESSION:
        return _computed(rule, facts, on, evaluate)
    value = facts.get(subject_of(rule))
    is_empty = value is None or value == "" or (value == () and rule.subject != "titles")
    if is_empty:
        return _Found(None)
    try:
        return _Found(compare(rule, value, facts, on), value)
    except NotComparable as problem:
        return _Found(None, value, str(problem))
    except (ValueError, ArithmeticError):
        return _Found(None, value, "数值或日期超出范围")


def _computed(rule: Rule, facts: Mapping[str, object], on: date, evaluate: Evaluate) -> _Found:
    value = facts.get(rule.subject) if rule.subject else None
    try:
        result = evaluate(rule.expression, expression_names(facts, on))
    except BadExpression as refusal:
        return _Found(None, value, "" if refusal.params.get("unknown") else refusal.sentence)
    if not isinstance(result, bool):
        return _Found(None, value, "算式的结果不是“是”或“否”")
    return _Found(result, value)


def _outcome(rule: Rule, is_met: bool | None) -> Outcome:
    if rule.force is Force.CHECK:
        return Outcome.ASKED
    if is_met is None:
        return Outcome.UNKNOWN
    if is_met:
        return Outcome.MARKED if rule.force is Force.MARK else Outcome.PASSED
    return BROKEN[rule.force]
