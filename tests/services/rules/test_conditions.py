"""The conditions that every notice has, in the words of small definitions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain import definition as d
from domain.rules import Outcome
from models import OrganisationKind
from services.rules import self_check
from services.rules.questions import questions
from tests.support.case_rows import organisation
from tests.support.judging import judged_batch, judging, rule

ON = date(2023, 5, 31)
Op = d.Operator
COMMON = (
    rule("region", "region", Op.IN, "某省、甲市、乙市"),
    rule("legal-person", "organisation.credit_code", Op.SEEN),
    rule("sound", is_signed=True, question="运营和财务状况良好"),
)


def told(session: Session, rules: tuple[d.Rule, ...], answers: dict[str, str], **applicant: Any) -> list[Outcome]:
    """Return what the rules say of an applicant, in their order."""
    context = judging(session, rules=rules)
    own = organisation(session, **applicant)
    return [
        verdict.outcome
        for verdict in self_check(session, context.batch, "enterprise", answers, organisation=own, on=ON)
    ]


def test_registered_here_legal_person_and_sound_are_three_checks(db: Session) -> None:
    """S001-16, S003-09, S004-09: read from the organisation's data and signed."""
    assert told(db, COMMON, {"statements.sound": "yes"}, region="某省甲市") == [Outcome.PASSED] * 3


def test_each_of_the_three_fails_alone(db: Session) -> None:
    """S000-05, S000-06, S001-16, S003-09, S004-09."""
    answers = {"statements.sound": "no"}

    assert told(db, COMMON, answers, region="别省丁市", credit_code=None) == [
        Outcome.REFUSED,
        Outcome.UNKNOWN,
        Outcome.REFUSED,
    ]


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (OrganisationKind.ENTERPRISE, Outcome.PASSED),
        (OrganisationKind.UNIVERSITY, Outcome.PASSED),
        (OrganisationKind.INSTITUTE, Outcome.PASSED),
        (OrganisationKind.ASSOCIATION, Outcome.PASSED),
        (OrganisationKind.GOVERNMENT, Outcome.REFUSED),
    ],
)
def test_what_kind_of_applicant_may_declare(db: Session, kind: OrganisationKind, outcome: Outcome) -> None:
    """S001-20, S003-14, S004-16: also universities, institutes, associations."""
    listed = rule("kind", "organisation.kind", Op.IN, "enterprise、university、institute、association")

    assert told(db, (listed,), {}, kind=kind) == [outcome]


def test_a_category_offers_its_own_modes() -> None:
    """S003-06, S003-07: sharing is offered to platforms and not to enterprises."""
    only = rule("custom", "share", Op.GREATER, "1", modes=("custom",))
    batch = judged_batch(
        rules=(only,),
        categories=(
            d.Category(key="enterprise", name="示范企业", modes=("custom",)),
            d.Category(key="platform", name="示范平台", modes=("custom", "sharing")),
        ),
    )

    def offered(category: str) -> list[str]:
        return [key for key, _ in questions(batch, category)[0].choices]

    assert offered("enterprise") == ["custom"]
    assert offered("platform") == ["custom", "sharing"]


@pytest.mark.parametrize(("text", "outcome"), [("", Outcome.UNKNOWN), ("0", Outcome.WARNED), ("2", Outcome.PASSED)])
def test_a_number_that_is_asked(db: Session, text: str, outcome: Outcome) -> None:
    """S003-18: how many national centres there are is asked; evidence is a material of the form."""
    centres = rule("centres", "indicators.service.-1", Op.AT_LEAST, "1", force=d.Force.WARN)

    assert told(db, (centres,), {"indicators.service.2022": text}) == [outcome]


@pytest.mark.parametrize(
    ("text", "outcome"), [("否", Outcome.PASSED), ("是", Outcome.REFUSED), ("", Outcome.UNKNOWN)]
)
def test_one_of_two_answers_is_needed(db: Session, text: str, outcome: Outcome) -> None:
    """S000-15, S000-17, S004-13, S004-14: whatever is a choice in the form may be required to be one of some."""
    assert told(db, (rule("executed", "executed", Op.IN, "否"),), {"executed": text}) == [outcome]
