"""Many units at once: as sound and as well recorded as one by one, in a few statements, so that nobody waits long."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.errors import Invalid, NotFound, Problem
from models import Unit
from models.lists import Entity
from services import audit
from services.extras.reading import check_with, fields_of
from services.units.rows import UNIT_FORM, Place, added, changed, fill, new_unit, upper_of, values_of

TAKEN_NOW = "刚刚被他人使用，请重新核对"
TYPED = (*(field.key for field in UNIT_FORM.fields), "extra")
"""What can be changed of a unit."""
GIVEN = ("code", "path", "upper_id", *TYPED)
"""What a new unit is given; the rest is as for every new one."""


def add_units(
    session: Session, wanted: Sequence[tuple[Place, Mapping[str, str]]], *, actor: Actor, now: datetime
) -> None:
    """Add many units, each behind the one above it, in a few statements; each is recorded like a single one.

    Raises as `add_unit`, without telling which of them is meant.
    """
    require(actor, Action.MANAGE_UNITS)
    fields = fields_of(session, Entity.UNIT)
    known = _uppers(session, {place.upper_id for place, _ in wanted if not place.upper_code}, actor)
    made: dict[str, Unit] = {}
    levels: defaultdict[int, list[tuple[Unit, Unit | None]]] = defaultdict(list)
    for place, values in wanted:
        upper = made[place.upper_code] if place.upper_code else known[place.upper_id]
        unit = made[place.code] = new_unit(fields, place.code, upper, values)
        levels[unit.path.count("/")].append((unit, upper))
    try:
        with session.begin_nested():
            for _, level in sorted(levels.items()):
                for unit, upper in level:
                    unit.upper_id = upper.id if upper else None
                _store(session, [unit for unit, _ in level])
    except IntegrityError:
        raise Invalid([Problem("code", "", f"其中有单位的代码或名称{TAKEN_NOW}")]) from None
    audit.record_all(session, (added(unit, actor, now) for unit in made.values()))


def change_units(
    session: Session, wanted: Sequence[tuple[int, Mapping[str, str]]], *, actor: Actor, now: datetime
) -> None:
    """Change many units, by id, in a few statements; each is recorded like a single one.

    Raises as `change_unit`, without telling which of them is meant.
    """
    fields = fields_of(session, Entity.UNIT)
    known = _reached(session, [unit_id for unit_id, _ in wanted], actor)
    pairs = []
    for unit_id, values in wanted:
        unit, after = known[unit_id], Unit(id=unit_id, code=known[unit_id].code)
        fill(after, *check_with(fields, UNIT_FORM, values, before=unit.extra))
        pairs.append((after, values_of(unit)))
    table = cast(Table, Unit.__table__)
    rows = [{"wanted": after.id} | {key: getattr(after, key) for key in TYPED} for after, _ in pairs]
    try:
        with session.begin_nested():
            # All columns of every row: one statement serves them all, whichever of their values changed.
            session.connection().execute(update(table).where(table.c.id == bindparam("wanted")), rows)
    except IntegrityError:
        raise Invalid([Problem("name", "", f"其中有单位的名称{TAKEN_NOW}")]) from None
    for unit in known.values():
        session.expire(unit)
    audit.record_all(session, (changed(after, before, actor, now) for after, before in pairs))


def _store(session: Session, units: Sequence[Unit]) -> None:
    """Store new units in one statement, and let each know its id."""
    rows = [{key: getattr(unit, key) for key in GIVEN} for unit in units]
    session.execute(insert(Unit), rows, execution_options={"render_nulls": True})
    stored = select(Unit.code, Unit.id).where(Unit.code.in_([unit.code for unit in units]))
    ids = {row.code: row.id for row in session.execute(stored)}
    for unit in units:
        unit.id = ids[unit.code]


def _uppers(session: Session, ids: Collection[int | None], actor: Actor) -> dict[int | None, Unit | None]:
    """Return the units to stand under by their ids, in one query; raises as `_upper`."""
    found: dict[int | None, Unit | None] = {None: upper_of(session, None, actor)} if None in ids else {}
    for unit_id, unit in _reached(session, [one for one in ids if one is not None], actor).items():
        found[unit_id] = unit
    return found


def _reached(session: Session, ids: Collection[int], actor: Actor) -> dict[int, Unit]:
    """Return units by their ids, in one query. Raises NotFound, NotAllowed."""
    wanted = select(Unit).where(Unit.id.in_(ids)).execution_options(populate_existing=True)
    found = {unit.id: unit for unit in session.scalars(wanted)}
    if not found.keys() >= set(ids):
        raise NotFound("没有这个单位。")
    for unit in found.values():
        require(actor, Action.MANAGE_UNITS, Subject(unit_path=unit.path))
    return found
