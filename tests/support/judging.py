"""A batch whose rules are of every force, and a case in hand of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain import definition as d
from domain.access import SYSTEM, Action
from domain.errors import Invalid
from domain.rules import Outcome
from models import Case, Organisation
from services.batches.context import BatchContext
from services.cases.access import CaseInHand, get_case
from services.rules import judge_case, require_rules
from services.titles import NewTitle, add_titles
from tests.support.batches import definition, local, running
from tests.support.case_rows import case_row

AT = local("2023-03-27 10:00")
"""The moment of submission in these tests."""

FORM = d.Form(
    key="application",
    title="申报书",
    fields=(
        d.Field(key="share", label="主营产品收入占比", kind=d.FieldKind.PERCENT),
        d.Field(key="modes", label="模式", kind=d.FieldKind.MODES),
        d.Field(
            key="custom_share",
            label="定制服务收入占比",
            kind=d.FieldKind.PERCENT,
            when=d.ShownWhen(field="modes", any_of=("custom",)),
        ),
        d.Field(key="executed", label="失信被执行人", kind=d.FieldKind.CHOICE, choices=("否", "是")),
        d.Field(key="checked_on", label="查询日期", kind=d.FieldKind.DATE),
        d.Field(
            key="indicators",
            label="指标",
            kind=d.FieldKind.TABLE,
            years=(-2, -1),
            fields=(d.Field(key="service", label="服务收入占比", kind=d.FieldKind.PERCENT),),
        ),
        d.Field(
            key="investors",
            label="股东",
            kind=d.FieldKind.ROWS,
            required=False,
            fields=(d.Field(key="part", label="持股比例", kind=d.FieldKind.PERCENT),),
        ),
        d.Field(key="rest", label="其余占比", kind=d.FieldKind.PERCENT, computed="100 - share"),
    ),
)
GOOD: Mapping[str, str] = {
    "share": "50.1",
    "modes": "custom",
    "custom_share": "35",
    "executed": "否",
    "checked_on": "2023-03-20",
    "indicators.service.2021": "20",
    "indicators.service.2022": "31",
    "investors.0.part": "60",
    "investors.1.part": "39.5",
}


def rule(
    key: str, subject: str = "", operator: d.Operator = d.Operator.SEEN, value: str = "", **changes: Any
) -> d.Rule:
    base = d.Rule(key=key, clause=f"{key} 的原文", place="三（一）1", subject=subject, operator=operator, value=value)
    return replace(base, **changes)


Op, Force, Waiver = d.Operator, d.Force, d.Waiver
RULES = (
    rule("share", "share", Op.GREATER, "50", unit="%", waiver=Waiver.OFFICE),
    rule("group", "organisation.is_group", Op.IS, "no", waiver=Waiver.UNIT),
    rule("founded", "organisation.founded_on", Op.FULL_YEARS, "2"),
    rule("executed", "executed", Op.IS, "否"),
    rule("date", "checked_on", Op.ON_OR_BEFORE, "submission"),
    rule("fresh", "checked_on", Op.ON_OR_AFTER, "credit_days", force=Force.WARN),
    rule("custom", "custom_share", Op.AT_LEAST, "30", force=Force.WARN, modes=("custom",)),
    rule("service", "indicators.service.-1", Op.AT_LEAST, "30", force=Force.SOFT),
    rule(
        "investors", operator=Op.EXPRESSION, expression="sum(investors_part) <= 100", advice="持股比例合计不超过 100%"
    ),
    rule("honest", is_signed=True, question="自2019年1月1日以来未发生重大安全事故"),
    rule("leading", force=Force.CHECK, question="是否具有优势地位"),
    rule("winner", "titles", Op.HAS_TITLE, "*", force=Force.MARK),
    rule("again", "titles", Op.NO_TITLE, "fwxzz/city", advice="无需再申报", categories=("city",)),
)
MODES = (
    d.Mode(
        key="custom",
        name="定制化服务",
        criteria=(d.Criterion(key="effect", label="综合效益", text="收入占比达到 30%"),),
    ),
    d.Mode(key="sharing", name="共享制造"),
)


def judged_batch(**changes: Any) -> d.Definition:
    """Return a batch with a declare stage and the rules above; the credit check may be 30 days old."""
    declare = d.Stage(
        key="declare",
        kind=d.StageKind.DECLARE,
        title="申报",
        opens=d.Opening(on=date(2023, 3, 6)),
        due=d.Due(on=date(2023, 3, 27)),
        declare=d.Declare(
            forms=(d.CategoryForm(category="enterprise", form="application"),),
            one_case=d.OneCase.BATCH,
            credit_days=30,
        ),
    )
    review = d.Stage(
        key="review",
        kind=d.StageKind.REVIEW,
        title="初审",
        review=d.Review(checks=(d.CheckItem(key="true", label="材料真实"),), criteria_as_checks=True),
    )
    base = definition(
        modes=MODES,
        categories=(
            d.Category(key="enterprise", name="示范企业", modes=("custom", "sharing")),
            d.Category(key="city", name="示范城市", declared_by=d.DeclaredBy.UNIT),
        ),
        rules=RULES,
        forms=(*definition().forms, FORM),
    )
    return replace(base, stages=(*base.stages, declare, review), **changes)


def judging(session: Session, **changes: Any) -> BatchContext:
    """Return the batch, running."""
    return running(session, judged_batch(**changes))


def in_hand(
    session: Session, context: BatchContext, applicant: Organisation, values: Mapping[str, str] = GOOD, **changes: Any
) -> CaseInHand:
    """Return a case of the batch as the system holds it."""
    made = case_row(session, context, applicant, values=values, **changes)
    return found(session, made)


def found(session: Session, case: Case) -> CaseInHand:
    return get_case(session, case.id, actor=SYSTEM, action=Action.VIEW_CASE)


def award(session: Session, holder: str, category: str = "enterprise", **changes: Any) -> None:
    """Put an earlier winner into the registry."""
    title = NewTitle(
        programme="fwxzz", batch_no=1, category=category, holder=holder, unit="000001", awarded_on=date(2021, 5, 1)
    )
    add_titles(session, (replace(title, **changes),), actor=SYSTEM, now=AT)


def outcomes(session: Session, case: CaseInHand, values: Mapping[str, str] = GOOD) -> dict[str, Outcome]:
    verdicts = judge_case(session, case, values, at=AT, statements={"honest": "yes"})
    return {verdict.rule.key: verdict.outcome for verdict in verdicts}


def refused(session: Session, case: CaseInHand, values: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences of a refusal by path."""
    with pytest.raises(Invalid) as refusal:
        require_rules(session, case, values, at=AT)
    return {problem.path: problem.sentence for problem in refusal.value.problems}
