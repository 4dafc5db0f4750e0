"""Submitting a case."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.support.batches import running
from tests.support.cases import case_definition, submitted


def test_smoke(db: Session) -> None:
    context = running(db, case_definition())
    case = submitted(db, context)
    assert case.version_no == 1
