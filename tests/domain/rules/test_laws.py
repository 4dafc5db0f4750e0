"""What holds for every rule and every value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Force, Operator, Rule
from domain.rules import FACTS, HeldTitle, Outcome
from tests.support.verdicts import verdict

TEXTS = st.sampled_from(
    ["50", "50.0%", "-1", "2022-03-31", "submission", "submission-9999", "credit_days", "甲、乙", "yes"]
)
ANYTHING = st.one_of(
    st.none(),
    TEXTS,
    st.text(max_size=12),
    st.booleans(),
    st.decimals(),
    st.dates(),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.just((HeldTitle(programme="fwxzz", category="city", batch_no=1, holder="甲市"),)),
)
RULES = st.builds(
    Rule,
    key=st.just("rule"),
    clause=st.just("原文"),
    subject=st.sampled_from(["share", *FACTS]),
    operator=st.sampled_from(Operator),
    value=TEXTS | st.text(max_size=8),
    expression=st.just("share"),
    as_of=st.none() | TEXTS,
    tolerance=st.none() | st.floats(0, 10),
    force=st.sampled_from(Force),
    is_signed=st.booleans(),
)


@given(RULES, ANYTHING, st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_verdict_always_comes_and_only_a_hard_rule_refuses(rule: Rule, value: object, on: date) -> None:
    """Whatever a definition or an applicant has written: no fault, but a sentence and a fitting outcome."""
    found = verdict(rule, {rule.subject: value, "share": value, "credit_days": Decimal(30)}, on)

    assert found.sentence
    assert (found.outcome is Outcome.ASKED) == (rule.force is Force.CHECK)
    assert found.outcome is not Outcome.REFUSED or rule.force is Force.HARD
    assert found.outcome is not Outcome.WARNED or rule.force in {Force.SOFT, Force.BAND, Force.WARN}
    assert found.outcome is not Outcome.MARKED or rule.force is Force.MARK
    if value is None and rule.force is not Force.CHECK:
        assert found.outcome is Outcome.UNKNOWN
