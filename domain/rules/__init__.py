"""Judging the rules of a notice (条件): a pure function from a rule and the facts of a case to a verdict."""

from domain.rules.applying import Item, applies, check_items, rules_of
from domain.rules.dates import add_years, full_years, latest_start
from domain.rules.facts import FACTS, ORGANISATION_KINDS, Fact, FactKind, HeldTitle, expression_names, identifier
from domain.rules.judging import Outcome, Verdict, Words, judge

__all__ = [
    "FACTS",
    "ORGANISATION_KINDS",
    "Fact",
    "FactKind",
    "HeldTitle",
    "Item",
    "Outcome",
    "Verdict",
    "Words",
    "add_years",
    "applies",
    "check_items",
    "expression_names",
    "full_years",
    "identifier",
    "judge",
    "latest_start",
    "rules_of",
]
