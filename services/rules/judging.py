"""Judging a case, before and after it is submitted, and an applicant that has none yet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, Force, Rule
from domain.errors import Invalid, Problem
from domain.expressions import BadExpression, names_in
from domain.rules import Item, Outcome, Verdict, applies, check_items, identifier, judge
from domain.rules.comparing import subject_of
from domain.rules.facts import FACTS, STATEMENTS
from domain.rules.subjects import declared_with
from models import Batch, DecisionKind, Organisation, RuleDecision
from models.scope import seeing_all
from services.batches.context import definition_of
from services.cases.access import CaseInHand
from services.expressions import evaluate
from services.rules.facts import Facts, add_answers, add_organisation, case_facts, names_of_rule
from services.rules.titles import held_titles, known_as

SHOWN_CHARS = 80


def judge_case(
    session: Session,
    found: CaseInHand,
    values: Mapping[str, str],
    *,
    at: datetime,
    statements: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """Return what every rule says that concerns a case, in the order of the definition; at most six queries.

    values: answers by leaf. at: the moment of submission, whose day counts for dates and titles (S003-60).
    statements: "yes" by key of a signed rule; None for those signed with the last submitted version.
    A rule that was lifted for this case counts as passed, with a note. A rule about something that the form does not
    ask now does not concern the case.
    """
    facts = case_facts(session, found, values, at=at, asked=found.definition.rules, statements=statements)
    verdicts = _judged(found.definition, facts, found.case.category_key, found.case.subtype_key)
    waived = decisions(session, found.case.id, DecisionKind.WAIVED)
    return [_lifted(verdict, waived.get(verdict.rule.key)) for verdict in verdicts]


def require_rules(session: Session, found: CaseInHand, values: Mapping[str, str], *, at: datetime) -> None:
    """Refuse a case that breaks a hard rule, or that does not yet hold what a hard rule asks.

    What the applicant signs is asked for by the act of submitting itself, and not here.
    Raises Invalid with every refusal; the path is the leaf that the rule is about, else "rules.<key>".
    """
    rules = [rule for rule in found.definition.rules if not subject_of(rule).startswith(STATEMENTS)]
    facts = case_facts(session, found, values, at=at, asked=rules, statements={})
    waived = decisions(session, found.case.id, DecisionKind.WAIVED)
    refused = [
        verdict
        for verdict in _judged(found.definition, facts, found.case.category_key, found.case.subtype_key, rules)
        if is_refusal(verdict) and verdict.rule.key not in waived
    ]
    if refused:
        problems = [_problem(verdict, facts) for verdict in refused]
        raise Invalid(problems, "".join(problem.sentence for problem in problems))


def is_refusal(verdict: Verdict) -> bool:
    """Tell whether a verdict keeps a case from being submitted."""
    return verdict.rule.force is Force.HARD and verdict.outcome in {Outcome.REFUSED, Outcome.UNKNOWN}


def soft_open(session: Session, found: CaseInHand) -> list[Verdict]:
    """Return the "in principle" rules that a submitted case breaks and no unit has explained yet.

    Judged as of the day of submission; a case that was never submitted has none.
    """
    if found.case.submitted_at is None:
        return []
    rules = [rule for rule in found.definition.rules if rule.force is Force.SOFT]
    facts = case_facts(session, found, found.case.values, at=found.case.submitted_at, asked=rules)
    verdicts = _judged(found.definition, facts, found.case.category_key, found.case.subtype_key, rules)
    explained = decisions(session, found.case.id, DecisionKind.EXPLAINED)
    return [
        verdict for verdict in verdicts if verdict.outcome is Outcome.WARNED and verdict.rule.key not in explained
    ]


def self_check(
    session: Session,
    batch: Batch,
    category: str,
    answers: Mapping[str, str],
    *,
    organisation: Organisation | None,
    on: date,
) -> list[Verdict]:
    """Return what the rules of a category say of an applicant, before any case exists; nothing is stored.

    answers: by the keys of `questions`: leaves of the form, "subtype", "modes" (one per line), "unit", and "yes"
        under "statements.<rule>". Facts of the organisation itself are read from it, and only asked of a visitor
        who has none. Rules that an officer answers are in it too, as asked.
    Raises Invalid for a category that the batch does not have.
    """
    definition = definition_of(session, batch)
    if category not in {item.key for item in definition.categories}:
        names = "、".join(item.name for item in definition.categories)
        raise Invalid([Problem("category", category[:SHOWN_CHARS], "请选择一个申报类别", f"可选：{names}")])
    facts = Facts(on)
    given = {path: text.strip() for path, text in answers.items() if text.strip()}
    add_answers(facts, definition, declared_with(definition, category), given, category)
    facts.values |= {path: text for path, text in given.items() if path in FACTS or path.startswith(STATEMENTS)}
    facts.values["category"] = category
    if "modes" in given:
        facts.values["modes"] = tuple(given["modes"].split())
    for name in ("titles", "area.titles"):
        facts.values.pop(name, None)
    if organisation is not None:
        add_organisation(facts, organisation)
        if any("titles" in names_of_rule(rule) for rule in definition.rules):
            facts.values["titles"] = held_titles(session, known_as(organisation, definition), definition)
    return _judged(definition, facts, category, given.get("subtype", ""))


def checks_of(found: CaseInHand) -> tuple[Item, ...]:
    """Return what an officer answers for a case (S002-07)."""
    case = found.case
    return check_items(found.definition, case.category_key, tuple(case.modes), case.subtype_key)


def decisions(session: Session, case_id: int, kind: DecisionKind) -> dict[str, RuleDecision]:
    """Return the decisions of a kind about a case by rule, whoever asks; an applicant may not read the rows."""
    with seeing_all(session):
        rows = session.scalars(select(RuleDecision).where(RuleDecision.case_id == case_id, RuleDecision.kind == kind))
        return {row.rule_key: row for row in rows}


def _judged(
    definition: Definition,
    facts: Facts,
    category: str,
    subtype: str,
    rules: Iterable[Rule] | None = None,
) -> list[Verdict]:
    concerned = (
        rule
        for rule in (definition.rules if rules is None else rules)
        if applies(rule, category, subtype, facts.modes) and rule.subject not in facts.hidden
    )
    verdicts = (judge(rule, facts.values, on=facts.on, evaluate=evaluate, words=facts.words) for rule in concerned)
    return [verdict for verdict in verdicts if not _needs_hidden(verdict, facts)]


def _needs_hidden(verdict: Verdict, facts: Facts) -> bool:
    """Tell whether an expression cannot be computed for want of something that the form does not ask now."""
    if verdict.outcome is not Outcome.UNKNOWN or not verdict.rule.expression:
        return False
    try:
        asked = names_in(verdict.rule.expression)
    except BadExpression:
        return False
    return any(identifier(path) in asked for path in facts.hidden)


def _lifted(verdict: Verdict, waiver: RuleDecision | None) -> Verdict:
    if waiver is None or not is_refusal(verdict):
        return verdict
    return replace(verdict, outcome=Outcome.PASSED, note=f"已豁免：{waiver.reason}（{waiver.decided_by}）")


def _problem(verdict: Verdict, facts: Facts) -> Problem:
    path = facts.leaves.get(verdict.rule.subject, f"rules.{verdict.rule.key}")
    return Problem(path, verdict.value[:SHOWN_CHARS], verdict.sentence)
