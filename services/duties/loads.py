"""The cases of a batch counted by unit, and the duties to check and to recommend that follow from them.

Whatever changes the state or the place of a case calls `settle_units` in the same transaction.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.definition import Completion, Stage, StageKind
from domain.duties import Settlement, Window, expected_duties
from domain.facts import DutyKey, ExtensionRef, UnitLoad, UnitRef
from domain.stages import Facts
from domain.stages.casework import RecommendRules, ReviewRules
from models import AuditHead, BatchUnit, Case, CaseReturn, CaseState, Duty, Extension, Recommendation, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext
from services.batches.schedule import refresh
from services.duties.settling import note_if_all_settled

IN_HAND = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED)
RULES: Mapping[StageKind, ReviewRules | RecommendRules] = {
    StageKind.REVIEW: ReviewRules("初审"),
    StageKind.RECOMMEND: RecommendRules("推荐报送"),
}


def units_of(session: Session, batch_id: int, unit_ids: Collection[int] | None = None) -> list[UnitRef]:
    """Return the units that take part in a batch, or those of them that are named."""
    statement = (
        select(BatchUnit.unit_id, BatchUnit.class_key, Unit.path)
        .join(Unit, Unit.id == BatchUnit.unit_id)
        .where(BatchUnit.batch_id == batch_id)
        .order_by(BatchUnit.unit_id)
    )
    if unit_ids is not None:
        statement = statement.where(BatchUnit.unit_id.in_(sorted(unit_ids)))
    rows = session.execute(statement).all()
    uppers = {path for row in rows for path in paths_above(row.path)}
    taking_part = set(
        session.scalars(
            select(Unit.path)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == batch_id, Unit.path.in_(sorted(uppers)))
        )
    )
    return [UnitRef(row.unit_id, row.class_key, taking_part.isdisjoint(paths_above(row.path))) for row in rows]


def paths_above(path: str) -> list[str]:
    """Return the paths of all units above one, the nearest first: "/44/4403/" gives "/44/"."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[:length])}/" for length in range(len(codes) - 1, 0, -1)]


def loads(session: Session, batch_id: int, unit_ids: Collection[int] | None = None) -> dict[int, UnitLoad]:
    """Return the cases of a batch counted by unit, whoever asks; units without any are left out. Four queries.

    A case concerns every unit from its channel upward; it has been with those up to where it is now, and with a unit
    that has returned it.
    """
    with seeing_all(session):
        ids = _ids_by_path(session, batch_id, unit_ids)
        found = {unit_id: UnitLoad(unit_id) for unit_id in ids.values()}
        for channel, at, state, count in _counted_cases(session, batch_id, None if unit_ids is None else ids):
            for path in (channel, *paths_above(channel)):
                if path in ids:
                    unit_id = ids[path]
                    found[unit_id] = _with(
                        found[unit_id], state, count, is_at=path == at, is_seen=path.startswith(at)
                    )
        for unit_id, count in _returned_by(session, batch_id):
            if unit_id in found:
                found[unit_id] = replace(found[unit_id], seen=found[unit_id].seen + count)
        for unit_id, count in _sent_by(session, batch_id):
            if unit_id in found:
                found[unit_id] = replace(found[unit_id], forwarded=count)
    return {unit_id: load for unit_id, load in found.items() if load != UnitLoad(unit_id)}


def _with(load: UnitLoad, state: CaseState, count: int, *, is_at: bool, is_seen: bool) -> UnitLoad:
    """Return the load with so many cases of one state more."""
    return replace(
        load,
        to_check=load.to_check + count * (is_at and state is CaseState.SUBMITTED),
        to_forward=load.to_forward + count * (is_at and state is CaseState.PASSED),
        in_hand=load.in_hand + count * (state in IN_HAND),
        seen=load.seen + count * (is_seen and state is not CaseState.DRAFT),
    )


def _ids_by_path(session: Session, batch_id: int, unit_ids: Collection[int] | None) -> dict[str, int]:
    statement = select(Unit.path, Unit.id)
    if unit_ids is None:
        statement = statement.join(BatchUnit, BatchUnit.unit_id == Unit.id).where(BatchUnit.batch_id == batch_id)
    else:
        statement = statement.where(Unit.id.in_(sorted(unit_ids)))
    return {row.path: row.id for row in session.execute(statement)}


def _counted_cases(
    session: Session, batch_id: int, within: Collection[str] | None
) -> Iterator[tuple[str, str, CaseState, int]]:
    """Yield (channel's path, path of where it is, state, how many); only of these branches unless None."""
    channel, at = aliased(Unit), aliased(Unit)
    statement = (
        select(channel.path, at.path, Case.state, func.count())
        .select_from(Case)
        .join(channel, channel.id == Case.unit_id)
        .join(at, at.id == Case.at_unit_id)
        .where(Case.batch_id == batch_id)
        .group_by(channel.path, at.path, Case.state)
    )
    if within is not None:
        roots = [path for path in within if not any(upper in within for upper in paths_above(path))]
        branches: list[ColumnElement[bool]] = [channel.path.startswith(path, autoescape=True) for path in roots]
        statement = statement.where(or_(False, *branches))
    yield from ((row[0], row[1], row[2], row[3]) for row in session.execute(statement))


def _returned_by(session: Session, batch_id: int) -> Iterator[tuple[int, int]]:
    """Yield (unit, how many cases it has returned to below itself, where they still are)."""
    returner, at = aliased(Unit), aliased(Unit)
    statement = (
        select(CaseReturn.from_unit_id, func.count(CaseReturn.case_id.distinct()))
        .join(Case, Case.id == CaseReturn.case_id)
        .join(returner, returner.id == CaseReturn.from_unit_id)
        .join(at, at.id == Case.at_unit_id)
        .where(
            CaseReturn.batch_id == batch_id,
            # Not LIKE: a code may hold its wildcard "_".
            func.substr(returner.path, 1, func.length(at.path)) != at.path,
        )
        .group_by(CaseReturn.from_unit_id)
    )
    yield from ((row[0], row[1]) for row in session.execute(statement))


def _sent_by(session: Session, batch_id: int) -> Iterator[tuple[int, int]]:
    statement = (
        select(Recommendation.unit_id, func.count())
        .where(Recommendation.batch_id == batch_id, Recommendation.forwarded_at.is_not(None))
        .group_by(Recommendation.unit_id)
    )
    yield from ((row[0], row[1]) for row in session.execute(statement))


def chain_of(session: Session, unit_id: int) -> list[int]:
    """Return a unit and all above it, the nearest first."""
    with seeing_all(session):
        path = session.scalar(select(Unit.path).where(Unit.id == unit_id))
        if path is None:
            return []
        wanted = [path, *paths_above(path)]
        ids = {row.path: row.id for row in session.execute(select(Unit.path, Unit.id).where(Unit.path.in_(wanted)))}
        return [ids[step] for step in wanted if step in ids]


def settle_units(session: Session, context: BatchContext, unit_ids: Collection[int], *, at: datetime) -> None:
    """Bring the duties of these units to check and to recommend in line with their cases.

    What a unit has declared itself (零报告, 报送完毕) stays as it said.
    """
    session.flush()
    stages = [stage for stage in context.definition.stages if stage.kind in RULES]
    if not stages:
        return
    were_settled = [context.stages[stage.key].settled_at is not None for stage in stages]
    with seeing_all(session):
        present = _locked_duties(session, context, stages, unit_ids)
        facts = Facts(units_of(session, context.batch.id, unit_ids), (), loads(session, context.batch.id, unit_ids))
        _match(session, context, _expected(session, context, facts, unit_ids), present)
        for stage in stages:
            _settle_stage(session, context, stage, facts, present, at)
        are_settled = [context.stages[stage.key].settled_at is not None for stage in stages]
        if any(before and not after for before, after in zip(were_settled, are_settled, strict=True)):
            refresh(session, context)


def wait_for_others(session: Session) -> None:
    """Let nobody else count cases until this transaction ends.

    Two transactions that each forward one of a unit's last two cases would otherwise both see the other's case still
    there. Every act takes the end of the audit chain anyway, sooner or later; taking it before the rows of duties
    gives all acts one order, so that none waits for another in a circle.
    """
    session.execute(select(AuditHead.id).with_for_update(key_share=True))


def _locked_duties(
    session: Session, context: BatchContext, stages: list[Stage], unit_ids: Collection[int]
) -> dict[DutyKey, Duty]:
    """Return the duties of these units in these stages, as they are now that nobody else changes them."""
    wait_for_others(session)
    rows = session.scalars(
        select(Duty)
        .where(
            Duty.batch_id == context.batch.id,
            Duty.unit_id.in_(sorted(unit_ids)),
            Duty.stage_key.in_([stage.key for stage in stages]),
        )
        .order_by(Duty.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {DutyKey(row.stage_key, row.unit_id): row for row in rows}


def _expected(
    session: Session, context: BatchContext, facts: Facts, unit_ids: Collection[int]
) -> dict[DutyKey, Window]:
    """Return the duties to check and to recommend that the facts call for."""
    rows = session.scalars(
        select(Extension).where(Extension.batch_id == context.batch.id, Extension.unit_id.in_(sorted(unit_ids)))
    )
    extensions = [
        ExtensionRef(row.stage_key, row.due_at, row.granted_at, row.unit_id, row.title_id)
        for row in rows
        if row.title_id is None
    ]
    found = expected_duties(context.definition, context.milestones(), facts, extensions)
    return {key: window for key, window in found.items() if context.definition.stage(key.stage).kind in RULES}


def _match(
    session: Session, context: BatchContext, expected: Mapping[DutyKey, Window], present: dict[DutyKey, Duty]
) -> None:
    """Lay down the duties that a unit's first case brings with it; take away those whose last case has gone."""
    for key in [key for key in present if key not in expected]:
        if not present[key].is_declared and present[key].settled_as in {None, Settlement.DONE}:
            session.delete(present.pop(key))
    for key, window in expected.items():
        if key not in present:
            present[key] = Duty(
                batch_id=context.batch.id,
                stage_key=key.stage,
                unit_id=key.unit_id,
                title_id=0,
                opens_at=window.opens_at,
                due_at=window.due_at,
            )
            session.add(present[key])
            context.stages[key.stage].settled_at = None
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
            duty.is_late = duty.due_at is not None and at >= duty.due_at
        elif not is_done and duty.settled_as is Settlement.DONE:
            duty.settled_as, duty.settled_at, duty.is_late = None, None, False
            context.stages[stage.key].settled_at = None
    session.flush()
    if stage.completes is Completion.ALL_SETTLED:
        note_if_all_settled(session, context, stage, at)
