"""What a case shows an officer that no machine judges."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from domain.definition import CheckItem, Review, StageKind
from services.rules import checks_of
from tests.support.batches import running
from tests.support.cases import case_definition, in_hand, submitted

SCREENS = CheckItem(key="screens", label="系统截图须体现数据、企业名称和标识")


def test_what_a_screenshot_shows_is_for_the_officer_to_see(db: Session) -> None:
    """S000-30: a check item, not an automatic check; the case is accepted without it."""
    base = case_definition()
    stages = tuple(
        replace(stage, review=Review(checks=(SCREENS,))) if stage.kind is StageKind.REVIEW else stage
        for stage in base.stages
    )

    case = submitted(db, running(db, replace(base, stages=stages)))

    assert [item.label for item in checks_of(in_hand(db, case))] == [SCREENS.label]
