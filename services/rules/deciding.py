"""Decisions about a rule for one case: a hard one lifted, an "in principle" one explained; always with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role, require
from domain.definition import Force, Rule, Waiver
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.rules import applies
from domain.rules.wording import clause
from models import ActKind, DecisionKind, RuleDecision
from models.cases import ENDED
from services.cases.access import CaseInHand, get_case, require_holder
from services.cases.acts import Done, record

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class _Given:
    """A decision as it was given. unit_id: None for the office."""

    reason: str
    unit_id: int | None
    by: str
    at: datetime


def waive(session: Session, case_id: int, rule_key: str, reason: str, *, actor: Actor, now: datetime) -> RuleDecision:
    """Lift a hard rule for one case, also before it is submitted; doing so again changes the reason.

    A rule whose waiver is `unit` is lifted by the unit that the case is with, one whose waiver is `office` by the
    coordinator. Raises NotFound, NotAllowed, Invalid (path "reason"), Conflict for a case that has ended.
    """
    found = get_case(session, case_id, actor=actor, action=Action.WAIVE_RULE, lock=True)
    rule = _rule(found, rule_key)
    if rule.force is not Force.HARD or rule.waiver is Waiver.NOBODY:
        raise NotAllowed(f"该条件不得豁免。{clause(rule)}", code="no_waiver")
    unit_id: int | None = None
    by_unit = ""
    if rule.waiver is Waiver.UNIT:
        if actor.role is not Role.OFFICER:
            raise NotAllowed(f"该条件由推荐单位豁免，请联系“{found.case.at_unit.name}”。{clause(rule)}")
        unit = require_holder(found, actor=actor, action=Action.WAIVE_RULE)
        unit_id, by_unit = unit.id, unit.name
    else:
        if actor.role is Role.OFFICER:
            raise NotAllowed(f"该条件只能由主办处室豁免，请写明理由报主办处室。{clause(rule)}")
        require(actor, Action.WAIVE_RULE, found.context.whole)
        by_unit = found.definition.office.name
    given = _Given(_reason(reason), unit_id, actor.name, now)
    decision = _decide(session, found, rule, DecisionKind.WAIVED, given)
    done = Done(
        ActKind.WAIVED,
        Action.WAIVE_RULE,
        at=now,
        recorded_at=now,
        by_unit=by_unit,
        note=decision.reason,
        detail={"rule": rule.key, "clause": rule.clause},
    )
    record(session, found.case, done, actor=actor)
    return decision


def explain(
    session: Session, case_id: int, rule_key: str, reason: str, *, actor: Actor, now: datetime
) -> RuleDecision:
    """Keep a unit's reason for recommending a case that an "in principle" rule questions (S003-12).

    Given by the unit that the case is with; doing so again changes the reason. The applicant does not see it.
    Raises NotFound, NotAllowed, Invalid (path "reason"), Conflict for a case that has ended.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECOMMEND, lock=True)
    rule = _rule(found, rule_key)
    if rule.force is not Force.SOFT:
        raise NotAllowed(f"只有“原则上”的条件需要说明理由。{clause(rule)}", code="not_soft")
    unit = require_holder(found, actor=actor, action=Action.RECOMMEND)
    given = _Given(_reason(reason), unit.id, actor.name, now)
    decision = _decide(session, found, rule, DecisionKind.EXPLAINED, given)
    done = Done(
        ActKind.CHECKED,
        Action.RECOMMEND,
        at=now,
        recorded_at=now,
        by_unit=unit.name,
        note=decision.reason,
        is_open=False,
        detail={"rule": rule.key, "clause": rule.clause, "decision": DecisionKind.EXPLAINED.value},
    )
    record(session, found.case, done, actor=actor)
    return decision


def _rule(found: CaseInHand, key: str) -> Rule:
    """Return the rule, if it concerns the case whatever modes it will choose. Raises NotFound, Conflict."""
    case = found.case
    rule = next((rule for rule in found.definition.rules if rule.key == key), None)
    if rule is None or not applies(rule, case.category_key, case.subtype_key, rule.modes):
        raise NotFound("这份申报件不适用该条件。")
    if case.state in ENDED:
        raise Conflict("申报件已经办结，不能再就条件作出决定。")
    return rule


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise Invalid([Problem("reason", "", "请写明理由")])
    if len(reason) > LONGEST_REASON:
        sentence = f"理由最多 {LONGEST_REASON} 字，现为 {len(reason)} 字"
        raise Invalid([Problem("reason", reason[:80], sentence)])
    return reason


def _decide(session: Session, found: CaseInHand, rule: Rule, kind: DecisionKind, given: _Given) -> RuleDecision:
    case = found.case
    decision = session.scalars(
        select(RuleDecision).where(
            RuleDecision.case_id == case.id, RuleDecision.rule_key == rule.key, RuleDecision.kind == kind
        )
    ).one_or_none()
    if decision is None:
        decision = RuleDecision(
            case_id=case.id, batch_id=case.batch_id, unit_id=case.unit_id, rule_key=rule.key, kind=kind
        )
        session.add(decision)
    decision.reason, decision.by_unit_id = given.reason, given.unit_id
    decision.decided_at, decision.decided_by = given.at, given.by
    session.flush()
    return decision
