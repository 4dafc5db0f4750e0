"""A case judged by the rules of its batch, with its form, its applicant and the registry."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.definition import Operator
from domain.rules import Outcome
from models import CaseState, CaseVersion, RuleDecision
from models.reviews import DecisionKind
from models.scope import Scope, set_scope
from services.cases.access import CaseInHand
from services.rules import checks_of, facts_of, judge_case, require_rules, soft_open
from tests.support.case_rows import applicant, organisation
from tests.support.judging import AT, GOOD, RULES, award, in_hand, judging, outcomes, refused, rule


def test_every_rule_of_the_category_has_its_verdict(db: Session) -> None:
    """S000-12, -13, -16, -18, -19: leaves by name, cells by relative year, rows by column, facts of the applicant."""
    case = in_hand(db, judging(db), organisation(db))

    assert outcomes(db, case) == {
        "share": Outcome.PASSED,
        "group": Outcome.PASSED,
        "founded": Outcome.PASSED,
        "executed": Outcome.PASSED,
        "date": Outcome.PASSED,
        "fresh": Outcome.PASSED,
        "custom": Outcome.PASSED,
        "service": Outcome.PASSED,
        "investors": Outcome.PASSED,
        "honest": Outcome.PASSED,
        "leading": Outcome.ASKED,
        "winner": Outcome.PASSED,
    }
    require_rules(db, case, GOOD, at=AT)


@pytest.mark.parametrize(
    ("leaf", "text", "key", "outcome"),
    [
        ("share", "50.0", "share", Outcome.REFUSED),
        ("share", "", "share", Outcome.UNKNOWN),
        ("share", "多数", "share", Outcome.UNKNOWN),
        ("executed", "是", "executed", Outcome.REFUSED),
        ("checked_on", "2023-03-28", "date", Outcome.REFUSED),
        ("checked_on", "2023-02-24", "fresh", Outcome.WARNED),
        ("checked_on", "2023-02-25", "fresh", Outcome.PASSED),
        ("custom_share", "29", "custom", Outcome.WARNED),
        ("custom_share", "0", "custom", Outcome.WARNED),
        ("indicators.service.2022", "29", "service", Outcome.WARNED),
        ("indicators.service.2021", "0", "service", Outcome.PASSED),
        ("investors.1.part", "40.5", "investors", Outcome.REFUSED),
    ],
)
def test_one_answer_changes_one_verdict(db: Session, leaf: str, text: str, key: str, outcome: Outcome) -> None:
    """S000-12, S000-16, S000-17, S000-18, S000-19, S003-12."""
    case = in_hand(db, judging(db), organisation(db))

    assert outcomes(db, case, {**GOOD, leaf: text})[key] is outcome


def test_a_rule_of_a_mode_or_about_a_hidden_field_does_not_concern_the_case(db: Session) -> None:
    """S000-19: only the chosen mode's threshold counts; a field that the form does not ask cannot block."""
    context = judging(db, rules=(*RULES, rule("hidden", "custom_share", RULES[0].operator, "30")))
    case = in_hand(db, context, organisation(db))
    other = {**GOOD, "modes": "sharing"}

    assert "custom" not in outcomes(db, case, other)
    assert "hidden" not in outcomes(db, case, other)
    assert outcomes(db, case)["hidden"] is Outcome.PASSED
    require_rules(db, case, other, at=AT)


def test_a_refusal_holds_every_broken_and_every_unanswered_hard_rule_at_its_place(db: Session) -> None:
    """S000-05, S000-12: each with clause, value and limit; warnings refuse nothing."""
    case = in_hand(db, judging(db), organisation(db, is_group=True, founded_on=None))
    wrong = {**GOOD, "share": "50.0", "executed": "", "custom_share": "1", "indicators.service.2022": "1"}

    assert refused(db, case, wrong) == {
        "share": "主营产品收入占比为50%，应大于 50%。依据三（一）1：“share 的原文”。",
        "rules.group": "是否集团或总公司为是，应为“否”。依据三（一）1：“group 的原文”。",
        "rules.founded": "申报单位资料中没有“成立日期”，请先补充。依据三（一）1：“founded 的原文”。",
        "executed": "尚未填写“失信被执行人”，无法判断。依据三（一）1：“executed 的原文”。",
    }


def test_a_computed_answer_can_be_judged(db: Session) -> None:
    case = in_hand(db, judging(db, rules=(rule("rest", "rest", RULES[0].operator, "49.95"),)), organisation(db))

    assert refused(db, case, GOOD) == {"rest": "其余占比为49.9%，应大于 49.95%。依据三（一）1：“rest 的原文”。"}


def test_what_was_signed_with_the_submitted_version_counts_for_those_who_read_it(db: Session) -> None:
    """S001-17, S003-10, S004-10."""
    case = in_hand(db, judging(db), organisation(db), state=CaseState.SUBMITTED)
    db.add(
        CaseVersion(
            case_id=case.case.id,
            batch_id=case.case.batch_id,
            unit_id=case.case.unit_id,
            organisation_id=case.case.organisation_id,
            number=1,
            definition_revision=1,
            values=dict(GOOD),
            files=[],
            statements=[{"key": "honest", "text": "…", "name": "申报人", "at": AT.isoformat()}],
            submitted_at=AT,
            submitted_by="申报人",
            fingerprint="0" * 64,
        )
    )
    db.flush()
    draft = in_hand(db, case.context, organisation(db, 2))

    def honest(of: CaseInHand) -> Outcome:
        verdicts = judge_case(db, of, GOOD, at=AT)
        return next(verdict.outcome for verdict in verdicts if verdict.rule.key == "honest")

    assert honest(case) is Outcome.PASSED
    assert honest(draft) is Outcome.UNKNOWN
    require_rules(db, draft, GOOD, at=AT)


def decide(session: Session, case: CaseInHand, key: str, kind: DecisionKind) -> None:
    session.add(
        RuleDecision(
            case_id=case.case.id,
            batch_id=case.case.batch_id,
            unit_id=case.case.unit_id,
            rule_key=key,
            kind=kind,
            reason="有充分理由",
            decided_at=AT,
            decided_by="经办人1",
        )
    )
    session.flush()


def test_a_lifted_rule_counts_as_passed_with_a_note_also_for_the_applicant(db: Session) -> None:
    """S000-11: the block that the unit may lift."""
    context = judging(db)
    group = organisation(db, is_group=True)
    case = in_hand(db, context, group)
    assert "rules.group" in refused(db, case, GOOD)
    decide(db, case, "group", DecisionKind.WAIVED)
    set_scope(db, Scope.of(applicant(group)))

    verdict = next(v for v in judge_case(db, case, GOOD, at=AT) if v.rule.key == "group")

    assert (verdict.outcome, verdict.note) == (Outcome.PASSED, "已豁免：有充分理由（经办人1）")
    require_rules(db, case, GOOD, at=AT)


def test_a_soft_rule_waits_for_the_reason_of_the_unit(db: Session) -> None:
    """S003-12: 29 % does not block; until a reason is given it is open, and a draft has nothing open."""
    context = judging(db)
    low = {**GOOD, "indicators.service.2022": "29"}
    case = in_hand(db, context, organisation(db), low, state=CaseState.SUBMITTED, submitted_at=AT)
    draft = in_hand(db, context, organisation(db, 2), low)
    fine = in_hand(db, context, organisation(db, 3), state=CaseState.SUBMITTED, submitted_at=AT)

    assert [verdict.rule.key for verdict in soft_open(db, case)] == ["service"]
    assert soft_open(db, case)[0].sentence == (
        "服务收入占比（2022 年）为29%，应不低于 30%。依据三（一）1：“service 的原文”。"
    )
    assert soft_open(db, draft) == soft_open(db, fine) == []
    decide(db, case, "service", DecisionKind.EXPLAINED)
    assert soft_open(db, case) == []


def test_the_facts_of_a_case_for_quotas(db: Session) -> None:
    case = in_hand(db, judging(db), organisation(db), state=CaseState.SUBMITTED, submitted_at=AT, modes=["custom"])
    award(db, "第1制造公司")

    facts = facts_of(db, case)

    assert facts["titles"] == ["fwxzz/enterprise"]
    assert facts["category"] == "enterprise"
    assert facts["unit"] == "000001"
    assert facts["modes"] == ("custom",)
    assert facts["organisation_kind"] == "enterprise"
    assert facts["indicators_service__1"] == facts["indicators_service_2022"] == Decimal(31)
    assert facts["investors_part"] == (Decimal(60), Decimal("39.5"))


def test_what_an_officer_answers(db: Session) -> None:
    """S002-07: the rules to check, the review's own list, the criteria of the chosen modes."""
    case = in_hand(db, judging(db), organisation(db), modes=["custom"])

    assert [item.key for item in checks_of(case)] == ["rule.leading", "check.true", "custom/effect"]


def test_a_case_without_a_form_is_judged_by_what_is_known(db: Session) -> None:
    """Filed on another platform: the modes come from its export."""
    only = rule("modes", "modes", RULES[3].operator, "sharing")
    case = in_hand(db, judging(db, rules=(only,)), organisation(db), {}, category_key="city", modes=["custom"])

    assert refused(db, case, {}) == {
        "rules.modes": "模式为定制化服务，应为“共享制造”。依据三（一）1：“modes 的原文”。"
    }


def test_judging_takes_few_queries_however_many_rules_there_are(db: Session) -> None:
    context = judging(
        db, rules=(*RULES, *(rule(f"r{number}", "titles", RULES[-2].operator, "*") for number in range(30)))
    )
    case = in_hand(db, context, organisation(db))
    counted: list[str] = []
    engine = db.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *seen: counted.append(seen[2]))

    judge_case(db, case, GOOD, at=AT)

    assert len(counted) <= 6


def test_an_expression_without_rows_or_about_what_is_hidden_does_not_block(db: Session) -> None:
    """Rows are optional: none add up to nothing. What another mode would ask is not asked of this case."""
    hidden = rule("hidden", operator=Operator.EXPRESSION, expression="custom_share > 10 and share > 1")
    context = judging(db, rules=(*RULES, hidden))
    case = in_hand(db, context, organisation(db))
    none = {leaf: text for leaf, text in GOOD.items() if not leaf.startswith("investors")}

    assert outcomes(db, case, none)["investors"] is Outcome.PASSED
    assert outcomes(db, case, none)["hidden"] is Outcome.PASSED
    assert "hidden" not in outcomes(db, case, {**none, "modes": "sharing"})
    assert refused(db, case, {**none, "custom_share": ""}).keys() == {"rules.hidden"}
