"""What recommending asks of a case itself: whether it counts under a quota, and what is still unexplained."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from domain.errors import Problem
from domain.quota import Remaining, is_free
from services.cases.access import CaseInHand
from services.expressions import evaluate
from services.rules import facts_of, soft_open


def counted(session: Session, found: CaseInHand, stands: Iterable[Remaining]) -> list[Remaining]:
    """Return those quotas of which the case takes a place: all but where it is free of it (不占名额)."""
    given = list(stands)
    if not any(item.quota.free_when for item in given):
        return given
    facts = facts_of(session, found)
    return [item for item in given if not is_free(item.quota, facts, evaluate)]


def unexplained(session: Session, found: CaseInHand) -> list[Problem]:
    """Return the "in principle" rules that the case breaks and for which no reason is given yet."""
    return [
        Problem(f"rules.{verdict.rule.key}", "", verdict.sentence, "填写推荐理由后可以报送")
        for verdict in soft_open(session, found)
    ]
