"""The rules of a case that the office may lift, with how they were judged and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Definition, Force, Rule, Waiver
from domain.errors import NotFound
from domain.rules import Verdict, applies
from models import DecisionKind, RuleDecision
from models.cases import ENDED
from services.batches.context import BatchContext
from services.cases.access import CaseInHand, get_case, shows_content, values_for
from services.rules import judge_case
from services.rules.judging import decisions


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule. verdict: None where the reader may not know what is typed, or the form does not ask it now.

    decision: how it was lifted, None while it stands. may_waive: the office may lift it, now.
    """

    rule: Rule
    verdict: Verdict | None
    decision: RuleDecision | None
    may_waive: bool


def is_waivable(rule: Rule) -> bool:
    """Tell whether the office may lift a rule for single cases."""
    return rule.force is Force.HARD and rule.waiver is Waiver.OFFICE


def has_waivable(definition: Definition) -> bool:
    """Tell whether a batch has any rule that the office may lift."""
    return any(is_waivable(rule) for rule in definition.rules)


def case_of(session: Session, context: BatchContext, case_id: int, *, actor: Actor) -> CaseInHand:
    """Return a case of this batch. Raises NotFound, NotAllowed."""
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    if found.case.batch_id != context.batch.id:
        raise NotFound("本批次中没有这份申报件。")
    return found


def rule_lines(session: Session, found: CaseInHand, *, actor: Actor, now: datetime) -> Sequence[RuleLine]:
    """Return the rules of a case that the office may lift or that were lifted, in the order of the definition.

    What is typed in somebody else's draft is judged for nobody, so nothing of it is told (S003-68).
    """
    case = found.case
    verdicts: Mapping[str, Verdict] = {}
    if shows_content(found, actor):
        values = values_for(session, found, actor)
        judged = judge_case(session, found, values, at=case.submitted_at or now)
        verdicts = {verdict.rule.key: verdict for verdict in judged}
    lifted = decisions(session, case.id, DecisionKind.WAIVED)
    return [
        RuleLine(rule, verdicts.get(rule.key), lifted.get(rule.key), is_waivable(rule) and case.state not in ENDED)
        for rule in found.definition.rules
        if applies(rule, case.category_key, case.subtype_key, rule.modes)
        and (is_waivable(rule) or rule.key in lifted)
    ]
