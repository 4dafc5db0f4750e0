"""The tree of units: adding, changing, moving a whole branch, and switching a unit off.

A path holds the codes from the root, so whoever moves a unit moves every unit below it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, Invalid, Problem
from models import Batch, BatchState, Duty, Unit
from models.lists import Entity
from services import audit
from services.extras.reading import check_with, fields_of
from services.units.rows import (
    PATH_MAX,
    UNIT_FORM,
    Place,
    act_on,
    added,
    changed,
    fill,
    get_unit,
    new_unit,
    upper_of,
    values_of,
)


def add_unit(session: Session, place: Place, values: Mapping[str, str], *, actor: Actor, now: datetime) -> Unit:
    """Add a unit. values: by key of `UNIT_FORM`, and of additional fields by `PREFIX` and key.

    Raises NotAllowed, NotFound, Invalid with every problem.
    """
    require(actor, Action.MANAGE_UNITS)
    upper = upper_of(session, place.upper_id, actor)
    unit = new_unit(fields_of(session, Entity.UNIT), place.code, upper, values)
    try:
        with session.begin_nested():
            session.add(unit)
    except IntegrityError:
        raise Invalid(_taken(session, unit, unit.name)) from None
    audit.record(session, added(unit, actor, now))
    return unit


def change_unit(session: Session, unit_id: int, values: Mapping[str, str], *, actor: Actor, now: datetime) -> Unit:
    """Change a unit's name, addresses and additional fields; its code stays, and so does a field that is not given.

    values: as in `add_unit`. Raises NotFound, NotAllowed, Invalid with every problem.
    """
    unit, fields = get_unit(session, unit_id, actor), fields_of(session, Entity.UNIT)
    wanted = check_with(fields, UNIT_FORM, values, before=unit.extra)
    before = values_of(unit)
    try:
        with session.begin_nested():
            fill(unit, *wanted)
    except IntegrityError:
        raise Invalid([Problem("name", wanted[0]["name"], "这个名称已属于另一个单位")]) from None
    audit.record(session, changed(unit, before, actor, now))
    return unit


def move_unit(
    session: Session, unit_id: int, upper_id: int | None, *, reason: str, actor: Actor, now: datetime
) -> Unit:
    """Put a unit with its whole branch under another unit, or directly under the issuer (None).

    Raises NotFound, NotAllowed; Invalid for a place inside the branch itself, or too deep.
    """
    # Two moves at once could make a circle that neither sees; moves are rare, so each waits for the other.
    session.execute(select(Unit.id).order_by(Unit.id).with_for_update(key_share=True)).all()
    unit, upper = get_unit(session, unit_id, actor), upper_of(session, upper_id, actor)
    old = unit.path
    new = f"{upper.path if upper else '/'}{unit.code}/"
    branch = Unit.path.startswith(old, autoescape=True)
    longest = session.scalar(select(func.max(func.length(Unit.path))).where(branch)) or 0
    problems = []
    if not reason.strip():
        problems.append(Problem("reason", "", "请填写调整原因"))
    if upper is not None and upper.path.startswith(old):
        problems.append(Problem("upper", upper.name, "不能移到本单位或其下级单位之下"))
    elif new == old:
        problems.append(Problem("upper", upper.name if upper else "", "该单位已经在这里"))
    elif longest - len(old) + len(new) > PATH_MAX:
        problems.append(Problem("upper", upper.name if upper else "", "层级过深"))
    if problems:
        raise Invalid(problems)
    moved = literal(new).concat(func.substr(Unit.path, len(old) + 1))
    session.execute(update(Unit).where(branch).values(path=moved), execution_options={"synchronize_session": False})
    unit.upper_id = upper.id if upper else None
    session.flush()
    session.expire_all()
    act = act_on(unit, actor, now)
    audit.record(session, replace(act, reason=reason.strip(), before={"path": old}, after={"path": new}))
    return unit


def set_active(session: Session, unit_id: int, *, is_active: bool, reason: str, actor: Actor, now: datetime) -> Unit:
    """Switch a unit off, or on again; nothing of it is deleted.

    Raises NotFound, NotAllowed, Invalid without a reason; Conflict while the unit owes something in a running batch.
    """
    unit = get_unit(session, unit_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写原因")])
    if unit.is_active is is_active:
        raise Conflict("该单位已经是这个状态，请刷新页面。")
    owed = _owed(session, unit)
    if owed and not is_active:
        raise Conflict(f"该单位在进行中的批次还有 {owed} 项待办，办结、免报或批次结束后才能停用。")
    unit.is_active = is_active
    audit.record(session, replace(act_on(unit, actor, now), reason=reason.strip(), after={"is_active": is_active}))
    return unit


def _owed(session: Session, unit: Unit) -> int:
    still = (BatchState.RUNNING, BatchState.PAUSED)
    counted = (
        select(func.count(Duty.id))
        .join(Batch, Batch.id == Duty.batch_id)
        .where(Duty.unit_id == unit.id, Duty.settled_as.is_(None), Batch.state.in_(still))
    )
    return session.scalar(counted) or 0


def _taken(session: Session, unit: Unit, name: str) -> list[Problem]:
    """Return what another unit has already; one beyond the actor's branch is not named."""
    same_name = session.execute(select(Unit.id).where(Unit.name == name)).first() is not None
    same_code = session.execute(select(Unit.id).where(Unit.code == unit.code)).first() is not None
    problems = []
    if same_name or not same_code:
        problems.append(Problem("name", name, "这个名称已属于另一个单位"))
    if same_code or not same_name:
        problems.append(Problem("code", unit.code, "这个代码已属于另一个单位"))
    return problems
