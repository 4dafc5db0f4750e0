"""Rules at work: a case judged, the broken ones refused, lifted or explained, and the self-check before any case."""

from services.rules.deciding import explain, waive
from services.rules.facts import facts_of
from services.rules.judging import checks_of, judge_case, require_rules, self_check, soft_open
from services.rules.questions import Question, QuestionKind, asked_for, questions
from services.rules.titles import earlier_titles

__all__ = [
    "Question",
    "QuestionKind",
    "asked_for",
    "checks_of",
    "earlier_titles",
    "explain",
    "facts_of",
    "judge_case",
    "questions",
    "require_rules",
    "self_check",
    "soft_open",
    "waive",
]
