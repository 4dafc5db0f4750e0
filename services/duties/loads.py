"""The cases of a batch counted by unit, and the duties to check and to recommend that follow from them.

Whatever changes the state or the place of a case calls `settle_units` in the same transaction.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.definition import Completion, Stage, StageKind
from domain.duties import Settlement, expected_duties
from domain.facts import DutyKey, ExtensionRef, UnitLoad, UnitRef
from domain.stages import Facts
from domain.stages.casework import RecommendRules, ReviewRules
from models import BatchUnit, Case, CaseState, Duty, Extension, Recommendation, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext
from services.duties.settling import note_if_all_settled

IN_HAND = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED)
RULES: Mapping[StageKind, ReviewRules | RecommendRules] = {
    StageKind.REVIEW: ReviewRules("初审"),
    StageKind.RECOMMEND: RecommendRules("推荐报送"),
}


def units_of(session: Session, batch_id: int, unit_ids: Collection[int] | None = None) -> list[UnitRef]:
    """Return the units that take part in a batch, or those of them that are named."""
    above = aliased(BatchUnit)
    statement = (
        select(BatchUnit.unit_id, BatchUnit.class_key, above.id)
        .join(Unit, Unit.id == BatchUnit.unit_id)
        .outerjoin(above, (above.batch_id == BatchUnit.batch_id) & (above.unit_id == Unit.upper_id))
        .where(BatchUnit.batch_id == batch_id)
    )
    if unit_ids is not None:
        statement = statement.where(BatchUnit.unit_id.in_(sorted(unit_ids)))
    return [
        UnitRef(unit_id, class_key, is_top=upper is None) for unit_id, class_key, upper in session.execute(statement)
    ]


def loads(session: Session, batch_id: int, unit_ids: Collection[int] | None = None) -> dict[int, UnitLoad]:
    """Return the cases of a batch counted by unit, whoever asks; units without any are left out. Two queries.

    A case concerns every unit from its channel upward; it has been with those up to where it is now.
    """
    unit, channel, at = aliased(Unit), aliased(Unit), aliased(Unit)
    is_at = Case.at_unit_id == unit.id
    counts = (
        select(
            unit.id,
            func.count(when((is_at & (Case.state == CaseState.SUBMITTED), 1))),
            func.count(when((is_at & (Case.state == CaseState.PASSED), 1))),
            func.count(when((Case.state.in_(IN_HAND), 1))),
            func.count(when((unit.path.startswith(at.path) & (Case.state != CaseState.DRAFT), 1))),
        )
        .select_from(unit)
        .join(channel, channel.path.startswith(unit.path))
        .join(Case, Case.unit_id == channel.id)
        .join(at, at.id == Case.at_unit_id)
        .where(Case.batch_id == batch_id)
        .group_by(unit.id)
    )
    sent = (
        select(Recommendation.unit_id, func.count())
        .where(Recommendation.batch_id == batch_id, Recommendation.forwarded_at.is_not(None))
        .group_by(Recommendation.unit_id)
    )
    if unit_ids is not None:
        counts = counts.where(unit.id.in_(sorted(unit_ids)))
        sent = sent.where(Recommendation.unit_id.in_(sorted(unit_ids)))
    with seeing_all(session):
        forwarded = dict(iter(session.execute(sent)))
        return {
            unit_id: UnitLoad(unit_id, check, forward, in_hand, seen, forwarded.get(unit_id, 0))
            for unit_id, check, forward, in_hand, seen in session.execute(counts)
        }


def chain_of(session: Session, unit_id: int) -> list[int]:
    """Return a unit and all above it, the nearest first."""
    lower, upper = aliased(Unit), aliased(Unit)
    with seeing_all(session):
        return list(
            session.scalars(
                select(upper.id)
                .join(lower, lower.path.startswith(upper.path))
                .where(lower.id == unit_id)
                .order_by(func.length(upper.path).desc())
            )
        )


def settle_units(session: Session, context: BatchContext, unit_ids: Collection[int], *, at: datetime) -> None:
    """Bring the duties of these units to check and to recommend in line with their cases.

    What a unit has declared itself (零报告, 报送完毕) stays as it said.
    """
    session.flush()
    stages = [stage for stage in context.definition.stages if stage.kind in RULES]
    if not stages:
        return
    with seeing_all(session):
        facts = Facts(units_of(session, context.batch.id, unit_ids), (), loads(session, context.batch.id, unit_ids))
        rows = session.scalars(
            select(Duty).where(
                Duty.batch_id == context.batch.id,
                Duty.unit_id.in_(sorted(unit_ids)),
                Duty.stage_key.in_([stage.key for stage in stages]),
            )
        )
        present = {DutyKey(row.stage_key, row.unit_id): row for row in rows}
        _add_missing(session, context, facts, present)
        for stage in stages:
            _settle_stage(session, context, stage, facts, present, at)


def _add_missing(session: Session, context: BatchContext, facts: Facts, present: dict[DutyKey, Duty]) -> None:
    """Lay down the duties that a unit's first case brings with it."""
    extensions = [
        ExtensionRef(row.stage_key, row.due_at, row.granted_at, row.unit_id, row.title_id)
        for row in session.scalars(select(Extension).where(Extension.batch_id == context.batch.id))
    ]
    expected = expected_duties(context.definition, context.milestones(), facts, extensions)
    for key, window in expected.items():
        if key in present or key.title_id or context.definition.stage(key.stage).kind not in RULES:
            continue
        duty = Duty(
            batch_id=context.batch.id,
            stage_key=key.stage,
            unit_id=key.unit_id,
            title_id=0,
            opens_at=window.opens_at,
            due_at=window.due_at,
        )
        session.add(duty)
        present[key] = duty
    session.flush()


def _settle_stage(
    session: Session, context: BatchContext, stage: Stage, facts: Facts, present: dict[DutyKey, Duty], at: datetime
) -> None:
    rules = RULES[stage.kind]
    for unit in facts.units:
        duty = present.get(DutyKey(stage.key, unit.id))
        if duty is None or duty.is_declared:
            continue
        is_done = rules.is_done(stage, facts.loads.get(unit.id, UnitLoad(unit.id)))
        if is_done and duty.settled_as is None:
            duty.settled_as, duty.settled_at = Settlement.DONE, at
        elif not is_done and duty.settled_as is Settlement.DONE:
            duty.settled_as, duty.settled_at, duty.is_late = None, None, False
            context.stages[stage.key].settled_at = None
    session.flush()
    if stage.completes is Completion.ALL_SETTLED:
        note_if_all_settled(session, context, stage, at)
