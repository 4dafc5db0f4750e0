"""A hard rule lifted and an "in principle" one explained: by whom, with a reason, kept in history and audit log."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import ActKind, AuditEntry, CaseAct, CaseState, RuleDecision
from models.scope import Scope, set_scope
from services.cases.access import CaseInHand
from services.rules import explain, require_rules, soft_open, waive
from tests.support.batches import COORDINATOR, officer
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.judging import AT, GOOD, in_hand, judging

REASON = "集团内唯一的制造主体"


@pytest.fixture
def case(db: Session) -> CaseInHand:
    """A case of a group with a low share, submitted to unit 1."""
    values = {**GOOD, "share": "50.0", "indicators.service.2022": "29"}
    context = judging(db)
    group = organisation(db, is_group=True)
    return in_hand(db, context, group, values, state=CaseState.SUBMITTED, submitted_at=AT)


def paths(session: Session, case: CaseInHand) -> set[str]:
    """Return where hard rules still refuse the case."""
    try:
        require_rules(session, case, case.case.values, at=AT)
    except Invalid as refusal:
        return {problem.path for problem in refusal.problems}
    return set()


def test_the_unit_lifts_what_it_may_lift(db: Session, case: CaseInHand) -> None:
    """S000-11: with a reason, recorded with the unit, shown in the history and in the audit log."""
    assert paths(db, case) == {"share", "rules.group"}

    decision = waive(db, case.case.id, "group", f" {REASON} ", actor=officer(db, 1), now=AT)

    assert (decision.reason, decision.by_unit_id, decision.decided_by) == (REASON, case.case.at_unit_id, "经办人1")
    assert paths(db, case) == {"share"}
    act = db.scalars(select(CaseAct)).one()
    assert (act.kind, act.by_unit, act.note, act.is_open) == (ActKind.WAIVED, "第1单位", REASON, True)
    assert act.detail == {"rule": "group", "clause": "group 的原文"}
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.reason) == (Action.WAIVE_RULE.value, REASON)


def test_the_office_lifts_what_only_it_may_lift(db: Session, case: CaseInHand) -> None:
    with pytest.raises(NotAllowed) as refusal:
        waive(db, case.case.id, "share", REASON, actor=officer(db, 1), now=AT)
    assert refusal.value.sentence == (
        "该条件只能由主办处室豁免，请写明理由报主办处室。依据三（一）1：“share 的原文”。"
    )

    decision = waive(db, case.case.id, "share", REASON, actor=COORDINATOR, now=AT)

    assert decision.by_unit_id is None
    assert paths(db, case) == {"rules.group"}


def test_a_second_decision_changes_the_reason_and_leaves_both_in_the_history(db: Session, case: CaseInHand) -> None:
    waive(db, case.case.id, "group", REASON, actor=officer(db, 1), now=AT)
    waive(db, case.case.id, "group", "另有依据", actor=officer(db, 1), now=AT)

    assert [row.reason for row in db.scalars(select(RuleDecision))] == ["另有依据"]
    assert sorted(db.scalars(select(CaseAct.note))) == sorted([REASON, "另有依据"])


def test_a_draft_may_be_freed_of_a_rule_before_it_is_submitted(db: Session) -> None:
    context = judging(db)
    draft = in_hand(db, context, organisation(db, is_group=True))

    waive(db, draft.case.id, "group", REASON, actor=officer(db, 1), now=AT)

    assert paths(db, draft) == set()


@pytest.mark.parametrize("key", ["founded", "service", "leading"])
def test_what_the_notice_does_not_let_anybody_lift_stays(db: Session, case: CaseInHand, key: str) -> None:
    with pytest.raises(NotAllowed, match="该条件不得豁免"):
        waive(db, case.case.id, key, REASON, actor=COORDINATOR, now=AT)


def test_who_may_not_lift_or_explain(db: Session, case: CaseInHand) -> None:
    """Another unit does not even see the case; applicant and auditor may not, nor the office what is the unit's."""
    with pytest.raises(NotAllowed, match="由推荐单位豁免"):
        waive(db, case.case.id, "group", REASON, actor=COORDINATOR, now=AT)
    with pytest.raises(NotAllowed):
        waive(db, case.case.id, "group", REASON, actor=Actor("审计", Role.AUDITOR), now=AT)
    for action in (waive, explain):
        with pytest.raises(NotAllowed):
            action(db, case.case.id, "service", REASON, actor=applicant(case.case.organisation), now=AT)
        with pytest.raises(NotAllowed):
            action(db, case.case.id, "service", REASON, actor=officer(db, 2), now=AT)
    other = officer(db, 2)
    set_scope(db, Scope.of(other))
    with pytest.raises(NotFound):
        waive(db, case.case.id, "group", REASON, actor=other, now=AT)


def test_only_who_holds_the_case_decides(db: Session, case: CaseInHand) -> None:
    case.case.at_unit_id = unit_of(db, "000002").id
    db.flush()
    db.expire(case.case)

    with pytest.raises(NotAllowed):
        waive(db, case.case.id, "group", REASON, actor=officer(db, 1), now=AT)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 2_001])
def test_a_decision_needs_a_reason(db: Session, case: CaseInHand, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        waive(db, case.case.id, "group", reason, actor=officer(db, 1), now=AT)

    assert [problem.path for problem in refusal.value.problems] == ["reason"]


def test_a_rule_of_another_category_and_a_case_that_has_ended(db: Session, case: CaseInHand) -> None:
    for key in ("again", "none"):
        with pytest.raises(NotFound):
            waive(db, case.case.id, key, REASON, actor=COORDINATOR, now=AT)
    case.case.state = CaseState.REFUSED
    db.flush()
    with pytest.raises(Conflict):
        waive(db, case.case.id, "group", REASON, actor=officer(db, 1), now=AT)


def test_the_unit_explains_what_is_only_in_principle(db: Session, case: CaseInHand) -> None:
    """S003-12: the reason is the unit's, and not for the applicant."""
    assert [verdict.rule.key for verdict in soft_open(db, case)] == ["service"]

    decision = explain(db, case.case.id, "service", "服务业务上年才独立核算", actor=officer(db, 1), now=AT)

    assert decision.by_unit_id == case.case.at_unit_id
    assert soft_open(db, case) == []
    act = db.scalars(select(CaseAct)).one()
    assert (act.kind, act.is_open, act.detail["decision"]) == (ActKind.CHECKED, False, "explained")
    assert paths(db, case) == {"share", "rules.group"}


def test_only_an_in_principle_is_explained(db: Session, case: CaseInHand) -> None:
    with pytest.raises(NotAllowed, match="只有“原则上”的条件需要说明理由"):
        explain(db, case.case.id, "share", REASON, actor=officer(db, 1), now=AT)
