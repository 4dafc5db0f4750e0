"""The opinions on a case as its printed form shows them: one block for each unit on its way, in their order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import StageKind
from models import BatchUnit, Opinion, Outcome, Unit
from models.scope import seeing_all
from services.cases.access import CaseInHand, get_case

DIRECT = "直报"
Given = tuple[str, str, datetime]
"""Text, person and time of an opinion."""


@dataclass(frozen=True, slots=True)
class OpinionBlock:
    """One unit's block. text, by: "" and given_at None while it has not passed the version in force.

    label: what the box is called. is_direct: the office's own channel, which gives no opinion.
    """

    unit: str
    label: str
    text: str
    by: str
    given_at: datetime | None
    is_direct: bool = False


def opinion_blocks(session: Session, case_id: int, *, actor: Actor) -> tuple[OpinionBlock, ...]:
    """Return a block for each unit of the batch from the case's channel upward, also for its applicant.

    Only what let the case go on is in it; what a unit found out stays with the offices. Raises NotFound, NotAllowed.
    """
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    definition = found.definition
    review = next((s.review for s in definition.stages if s.kind is StageKind.REVIEW), None)
    label = review.opinion_label if review is not None else ""
    direct = {item.key for item in definition.unit_classes if item.is_direct}
    with seeing_all(session):
        route = session.execute(
            select(Unit.id, Unit.name, BatchUnit.class_key)
            .join(BatchUnit, (BatchUnit.unit_id == Unit.id) & (BatchUnit.batch_id == found.case.batch_id))
            .where(func.substr(found.case.unit.path, 1, func.length(Unit.path)) == Unit.path)
            .order_by(func.length(Unit.path).desc())
        ).all()
        given = _given(session, found)
    return tuple(_block(row.name, label, given.get(row.id), is_direct=row.class_key in direct) for row in route)


def _block(unit: str, label: str, given: Given | None, *, is_direct: bool) -> OpinionBlock:
    text, by, given_at = given or (DIRECT if is_direct else "", "", None)
    return OpinionBlock(unit, label or f"{unit}意见", text, by, given_at, is_direct)


def _given(session: Session, found: CaseInHand) -> dict[int, Given]:
    """Return text, person and time of each unit's newest opinion on the version in force, if it was a pass."""
    rows = session.scalars(
        select(Opinion)
        .where(Opinion.case_id == found.case.id, Opinion.version_no == found.case.version_no)
        .order_by(Opinion.id)
    )
    newest = {row.by_unit_id: row for row in rows}
    return {
        unit_id: (row.text, row.given_by, row.given_at)
        for unit_id, row in newest.items()
        if row.outcome is Outcome.PASSED
    }
