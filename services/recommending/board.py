"""All that a unit's recommendation page (推荐与报送页) shows, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Category, Recommend, Stage
from domain.facts import UnitLoad
from domain.quota import Remaining, covers, name_of
from models import ActKind, Batch, Case, CaseAct, CaseState, Dispatch, Duty, Organisation, Place, Recommendation, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext, load
from services.duties.loads import loads
from services.duties.windows import UnitWindow, unit_window
from services.recommending.allotting import lower_units
from services.recommending.dispatching import parcel_of
from services.recommending.packing import Line, packing_list
from services.recommending.places import allotted, remaining_of
from services.recommending.ranking import listed
from services.recommending.routes import recommend_stage, route_of
from services.reviewing.internal import Place as InternalPlace
from services.reviewing.internal import StepShown, steps


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the unit's order.

    applicant: its name, wherever it is registered. rank: as stored, None while unranked. places: (quota's key,
    number) that it holds. is_waiting: passed, but ranked beyond the free places (递补排序). is_sealed: the unit has
    sealed the form of this version.
    """

    case: Case
    applicant: str
    rank: int | None
    is_special: bool
    takes_place: bool
    places: tuple[tuple[str, int], ...]
    is_forwarded: bool
    is_waiting: bool
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A category with its cases in order and its quotas as they stand, each with its name for people."""

    category: Category
    rows: tuple[Row, ...]
    quotas: tuple[tuple[str, Remaining], ...]


@dataclass(frozen=True, slots=True)
class Lower:
    """A unit below, with its quotas; `share` is what was divided out to it, by quota key."""

    unit: Unit
    quotas: tuple[Remaining, ...]
    share: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Board:
    """The page. upper: who receives; None for the office. duty: None where the unit owes no recommendation."""

    context: BatchContext
    unit: Unit
    stage: Stage
    recommend: Recommend
    window: UnitWindow
    upper: Unit | None
    duty: Duty | None
    load: UnitLoad
    groups: tuple[Group, ...]
    lower: tuple[Lower, ...]
    steps: tuple[StepShown, ...]
    parcel: Dispatch | None
    packing: tuple[Line, ...]
    is_open: bool


def board(session: Session, batch: Batch, unit_id: int, *, actor: Actor, now: datetime) -> Board:
    """Return a unit's recommendation page. Raises NotFound, NotAllowed."""
    context = load(session, batch.id)
    require(actor, Action.VIEW_CASE, context.of_unit(session, unit_id))
    stage, recommend = recommend_stage(context)
    unit = session.get_one(Unit, unit_id)
    found = session.execute(listed(context, unit_id)).all()
    cases = [(case, handling) for case, handling in found]
    below = lower_units(session, context, unit)
    stands = remaining_of(session, context, [unit_id, *(lower.id for lower in below)])
    window = unit_window(session, context, stage, unit_id)
    groups = _groups(session, context, unit, cases, stands.get(unit_id, []))
    shares = allotted(session, context, [lower.id for lower in below])
    return Board(
        context=context,
        unit=unit,
        stage=stage,
        recommend=recommend,
        window=window,
        upper=route_of(session, context, unit).upper,
        duty=_duty(session, context, stage, unit_id),
        load=loads(session, context.batch.id, [unit_id]).get(unit_id, UnitLoad(unit_id)),
        groups=groups,
        lower=tuple(Lower(lower, tuple(stands.get(lower.id, ())), shares.get(lower.id, {})) for lower in below),
        steps=steps(session, InternalPlace(context.batch.id, stage.key, unit_id), actor=actor),
        parcel=parcel_of(session, context, unit_id),
        packing=tuple(packing_list(session, context, stage, unit_id, _sent(groups))),
        is_open=_is_open(window, now),
    )


def _is_open(window: UnitWindow, now: datetime) -> bool:
    began = window.opens_at is not None and window.opens_at <= now
    return began and (window.due_at is None or now < window.due_at)


def _sent(groups: Sequence[Group]) -> list[Case]:
    return [row.case for group in groups for row in group.rows if row.is_forwarded]


def _duty(session: Session, context: BatchContext, stage: Stage, unit_id: int) -> Duty | None:
    return session.scalars(
        select(Duty).where(
            Duty.batch_id == context.batch.id,
            Duty.stage_key == stage.key,
            Duty.unit_id == unit_id,
            Duty.title_id == 0,
        )
    ).one_or_none()


def _groups(
    session: Session,
    context: BatchContext,
    unit: Unit,
    cases: Sequence[tuple[Case, Recommendation | None]],
    stands: Sequence[Remaining],
) -> tuple[Group, ...]:
    """Return the categories of the batch that the unit may recommend in, or has cases of, in their order."""
    held = _held(session, context, unit)
    sealed, names = _sealed(session, context, unit), _applicants(session, [case for case, _ in cases])
    groups: list[Group] = []
    for category in context.definition.categories:
        own = [(case, handling) for case, handling in cases if case.category_key == category.key]
        quotas = [item for item in stands if item.quota.category == category.key]
        waiting = waiting_line(own, quotas)
        rows = tuple(
            Row(
                case=case,
                applicant=names.get(case.organisation_id, ""),
                rank=handling.rank if handling is not None else None,
                is_special=handling is not None and handling.is_special,
                takes_place=handling is None or handling.takes_place,
                places=tuple(held[case.id]),
                is_forwarded=handling is not None and handling.forwarded_at is not None,
                is_waiting=case.id in waiting,
                is_sealed=(case.id, case.version_no) in sealed,
            )
            for case, handling in own
        )
        groups.append(Group(category, rows, tuple((name_of(item.quota, category), item) for item in quotas)))
    return tuple(groups)


def waiting_line(cases: Sequence[tuple[Case, Recommendation | None]], quotas: Sequence[Remaining]) -> frozenset[int]:
    """Return the ids of passed cases for which, in their order, no free place is left (递补排序)."""
    left = {item.quota.key: item.left for item in quotas}
    waiting: set[int] = set()
    for case, handling in cases:
        if case.state is not CaseState.PASSED or (handling is not None and not handling.takes_place):
            continue
        if handling is not None and handling.forwarded_at is not None:
            continue
        keys = [item.quota.key for item in quotas if covers(item.quota, case.category_key, case.subtype_key)]
        if any(left[key] == 0 for key in keys):
            waiting.add(case.id)
            continue
        for key in keys:
            places = left[key]
            left[key] = None if places is None else places - 1
    return frozenset(waiting)


def _held(session: Session, context: BatchContext, unit: Unit) -> defaultdict[int, list[tuple[str, int]]]:
    """Return the places that the unit's cases hold, by case."""
    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = session.execute(
        select(Place.case_id, Place.quota_key, Place.number)
        .where(Place.batch_id == context.batch.id, Place.unit_id == unit.id)
        .order_by(Place.quota_key)
    )
    for case_id, key, number in rows:
        found[case_id].append((key, number))
    return found


def _sealed(session: Session, context: BatchContext, unit: Unit) -> frozenset[tuple[int, int]]:
    """Return (case, version) for each form that the unit has sealed."""
    rows = session.execute(
        select(CaseAct.case_id, CaseAct.version_no).where(
            CaseAct.batch_id == context.batch.id, CaseAct.kind == ActKind.SEALED, CaseAct.by_unit == unit.name
        )
    )
    return frozenset((case_id, version_no) for case_id, version_no in rows)


def _applicants(session: Session, cases: Sequence[Case]) -> dict[int, str]:
    """Return the names of the applicants by id; one may be registered in another unit's area."""
    wanted = {case.organisation_id for case in cases}
    with seeing_all(session):
        rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(wanted))))
        return {row.id: row.name for row in rows}
