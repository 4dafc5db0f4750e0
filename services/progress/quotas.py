"""The table of places (推荐名额): what each class of units may recommend in each category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, Strength, UnitClass
from domain.quota import Remaining, name_of
from models import BatchUnit, Unit
from services.batches.context import BatchContext
from services.recommending.places import remaining_of


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit per unit; None is no limit. is_soft: it binds in principle only (原则上)."""

    places: int | None
    is_soft: bool


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A category, or some of its sub-types together, with the limit of each class by key.

    most: places of all units together, None where a class has no limit.
    """

    label: str
    limits: Mapping[str, Limit]
    most: int | None


@dataclass(frozen=True, slots=True)
class QuotaTable:
    """The table. units: how many units each class has, by its key."""

    classes: Sequence[UnitClass]
    units: Mapping[str, int]
    rows: Sequence[QuotaRow]


def quota_table(definition: Definition) -> QuotaTable:
    """Return the places that a definition gives; categories in its order, with their sub-types apart."""
    units = {
        unit_class.key: sum(unit.unit_class == unit_class.key for unit in definition.units)
        for unit_class in definition.unit_classes
    }
    found: dict[tuple[str, tuple[str, ...]], dict[str, Limit]] = {}
    for category in definition.categories:
        for quota in definition.quotas:
            if quota.category == category.key:
                limits = found.setdefault((category.key, quota.subtypes), {})
                limit = Limit(quota.limit, quota.strength is Strength.SOFT)
                limits.update(dict.fromkeys(quota.classes, limit))
    rows = [
        QuotaRow(_label(definition, category, subtypes), limits, _most(limits, units))
        for (category, subtypes), limits in found.items()
    ]
    return QuotaTable(definition.unit_classes, units, rows)


@dataclass(frozen=True, slots=True)
class UnitPlaces:
    """A unit's quotas as they stand now, in the order of the definition."""

    unit_id: int
    name: str
    class_key: str
    quotas: Sequence[Remaining]


@dataclass(frozen=True, slots=True)
class TotalPlaces:
    """A quota over all units that it binds by class. limit: None where it has none; used: places taken."""

    key: str
    label: str
    limit: int | None
    used: int


@dataclass(frozen=True, slots=True)
class LivePlaces:
    """The places of a batch as they stand now: by unit, and in total by quota."""

    units: Sequence[UnitPlaces]
    totals: Sequence[TotalPlaces]


def live_places(session: Session, context: BatchContext) -> LivePlaces:
    """Return what is used and left now, for every unit that the reader sees (S001-62). Four queries.

    Shares that an upper unit divides out to lower ones lie within its own, so only the former count in the totals.
    """
    standing = remaining_of(session, context)
    rows = session.execute(
        select(Unit.id, Unit.name, BatchUnit.class_key)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id)
        .order_by(Unit.path)
    )
    units = [UnitPlaces(row.id, row.name, row.class_key, standing.get(row.id, [])) for row in rows]
    totals: list[TotalPlaces] = []
    for quota in context.definition.quotas:
        bound = [
            item
            for unit in units
            if unit.class_key in quota.classes
            for item in unit.quotas
            if item.quota.key == quota.key
        ]
        limits = [item.limit for item in bound]
        most = None if None in limits else sum(limit for limit in limits if limit is not None)
        label = name_of(quota, context.definition.category(quota.category))
        totals.append(TotalPlaces(quota.key, label, most, sum(item.used for item in bound)))
    return LivePlaces(units, totals)


def _label(definition: Definition, category_key: str, subtypes: tuple[str, ...]) -> str:
    category = next(category for category in definition.categories if category.key == category_key)
    names = [subtype.name for subtype in category.subtypes if subtype.key in subtypes]
    if not names:
        return category.name
    return f"{category.name}（{'、'.join(names)}{'合计' if len(names) > 1 else ''}）"


def _most(limits: Mapping[str, Limit], units: Mapping[str, int]) -> int | None:
    places = [None if limit.places is None else limit.places * units.get(key, 0) for key, limit in limits.items()]
    return None if None in places else sum(number for number in places if number is not None)
