"""Where a case goes from a unit: to the unit above that takes part, or to the office."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Recommend, Stage, StageKind
from domain.errors import Conflict, NotFound
from models import BatchUnit, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext
from services.duties.loads import paths_above


@dataclass(frozen=True, slots=True)
class Route:
    """A unit's way up: its class in the batch, and who receives what it forwards; upper None: the office."""

    unit_id: int
    class_key: str
    upper: Unit | None


def recommend_stage(context: BatchContext) -> tuple[Stage, Recommend]:
    """Return the stage in which units recommend, with what it asks. Raises NotFound for a batch without one."""
    stage = context.definition.stage_of(StageKind.RECOMMEND)
    if stage is None or stage.recommend is None:
        raise NotFound("该批次没有推荐报送环节。")
    return stage, stage.recommend


def direct_classes(context: BatchContext) -> frozenset[str]:
    """Return the classes of units that forward to the office, whatever units lie above them."""
    stage = context.definition.stage_of(StageKind.RECOMMEND)
    named = stage.recommend.classes if stage is not None and stage.recommend is not None else ()
    return frozenset(item.key for item in context.definition.unit_classes if item.is_direct).union(named)


def route_of(session: Session, context: BatchContext, unit: Unit) -> Route:
    """Return where a unit forwards to, whoever asks.

    A class that is direct or is named by the stage goes to the office; another goes to the nearest unit above that
    takes part, or to the office where there is none.
    Raises NotFound for a unit that takes no part; Conflict when nobody is there to receive.
    """
    _, recommend = recommend_stage(context)
    with seeing_all(session):
        class_key = session.scalar(
            select(BatchUnit.class_key).where(BatchUnit.batch_id == context.batch.id, BatchUnit.unit_id == unit.id)
        )
        if class_key is None:
            raise NotFound("该单位不在本批次中。")
        if class_key in direct_classes(context):
            return Route(unit.id, class_key, None)
        upper = session.scalars(
            select(Unit)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == context.batch.id, Unit.path.in_(paths_above(unit.path)))
            .order_by(func.length(Unit.path).desc())
            .limit(1)
        ).one_or_none()
    if upper is None and recommend.classes:
        raise Conflict("本单位不直接向主办处室报送，本批次中也没有上级推荐单位。请联系主办处室核对单位设置。")
    return Route(unit.id, class_key, upper)


def last_unit(session: Session, context: BatchContext, unit: Unit) -> Route:
    """Return the unit that will forward a case of this channel to the office. Raises NotFound, Conflict."""
    route = route_of(session, context, unit)
    while route.upper is not None:
        route = route_of(session, context, route.upper)
    return route
