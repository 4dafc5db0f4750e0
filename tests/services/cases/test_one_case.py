"""One applicant, one case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.definition import OneCase
from domain.errors import Conflict
from models import (
    CaseState,
)
from services.batches.context import BatchContext
from tests.support.batches import running
from tests.support.case_rows import organisation
from tests.support.cases import (
    NOW,
    ONE_CASE,
    case_definition,
    fill,
    opened,
    refused,
    submitted,
    with_declare,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_a_second_case_of_one_applicant_is_refused_in_either_category(db: Session, context: BatchContext) -> None:
    """S000-07: with the clause, and the title and state of the first one."""
    declarer = organisation(db)
    first = submitted(db, context, declarer, title="第一个项目")
    second = fill(db, opened(db, context, declarer, category="platform", subtype="general", title="第二个"))

    refusal = refused(db, second)

    assert isinstance(refusal, Conflict)
    assert refusal.params["other_id"] == first.id
    for words in (ONE_CASE, "第一个项目", "示范企业", "待审核", "先撤回那一份"):
        assert words in refusal.sentence
    assert (second.state, second.claim, second.values["share"]) == (CaseState.DRAFT, None, "40")


def test_the_database_itself_refuses_two_cases_with_one_claim(db: Session, context: BatchContext) -> None:
    """S000-07"""
    one, two = opened(db, context, organisation(db, 1)), opened(db, context, organisation(db, 2))
    one.claim = "x"
    db.flush()
    two.claim = "x"

    with pytest.raises(IntegrityError):
        db.flush()


def test_one_case_per_category_leaves_room_for_the_other_category(db: Session) -> None:
    context = running(db, with_declare(one_case=OneCase.CATEGORY))
    declarer = organisation(db)
    submitted(db, context, declarer)

    assert submitted(db, context, declarer, category="platform", subtype="general").claim is not None
    assert isinstance(refused(db, fill(db, opened(db, context, declarer))), Conflict)


def test_a_batch_without_a_limit_takes_any_number(db: Session) -> None:
    context = running(db, with_declare(one_case=None))
    declarer = organisation(db)

    assert {submitted(db, context, declarer).claim for _ in range(3)} == {None}
