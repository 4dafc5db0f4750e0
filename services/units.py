"""The tree of units: adding, changing, moving a whole branch, and switching a unit off.

A path holds the codes from the root, so whoever moves a unit moves every unit below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Field, FieldKind, Form
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.lint.people.units import CODE
from models import Batch, BatchState, Duty, Unit
from models.lists import Entity
from services import audit
from services.extras.reading import check_form, named

PATH_MAX = 400
UNIT_FORM = Form(
    key="unit",
    title="推荐单位",
    fields=(
        Field(key="name", label="名称", max_chars=120),
        Field(key="short", label="简称", required=False, max_chars=40),
        Field(key="email", label="电子邮箱", kind=FieldKind.EMAIL, required=False),
        Field(key="mobile", label="手机", kind=FieldKind.MOBILE, required=False),
        Field(key="phone", label="联系电话", kind=FieldKind.PHONE, required=False),
    ),
)
"""What an office of a unit is known by; its code and its place are set apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a new unit stands: its code, and the unit above it (None: directly under the issuer)."""

    code: str
    upper_id: int | None = None


def add_unit(session: Session, place: Place, values: Mapping[str, str], *, actor: Actor, now: datetime) -> Unit:
    """Add a unit. values: by key of `UNIT_FORM`, and of additional fields by `PREFIX` and key.

    Raises NotAllowed, NotFound, Invalid with every problem.
    """
    require(actor, Action.MANAGE_UNITS)
    upper = _upper(session, place.upper_id, actor)
    code, problems = place.code.strip(), []
    if not CODE.fullmatch(code):
        problems.append(Problem("code", code[:80], "单位代码不合规则", "只含字母、数字、- 和 _，最多 40 个字符"))
    path = f"{upper.path if upper else '/'}{code}/"
    if len(path) > PATH_MAX:
        problems.append(Problem("upper", "", "层级过深"))
    try:
        checked, extra = check_form(session, Entity.UNIT, UNIT_FORM, values)
    except Invalid as refusal:
        raise Invalid([*problems, *refusal.problems]) from None
    if problems:
        raise Invalid(problems)
    unit = Unit(code=code, path=path, upper_id=upper.id if upper else None, extra=extra)
    _fill(unit, checked)
    try:
        with session.begin_nested():
            session.add(unit)
    except IntegrityError:
        raise Invalid(_taken(session, unit, checked["name"])) from None
    after = {"code": code, "path": path} | checked | named(extra)
    audit.record(session, replace(_act(unit, actor, now), after=after))
    return unit


def change_unit(session: Session, unit_id: int, values: Mapping[str, str], *, actor: Actor, now: datetime) -> Unit:
    """Change a unit's name, addresses and additional fields; its code stays, and so does a field that is not given.

    values: as in `add_unit`. Raises NotFound, NotAllowed, Invalid with every problem.
    """
    unit = _get(session, unit_id, actor)
    checked, extra = check_form(session, Entity.UNIT, UNIT_FORM, values, before=unit.extra)
    before = {key: getattr(unit, key) or "" for key in checked} | named(unit.extra)
    try:
        with session.begin_nested():
            _fill(unit, checked)
            unit.extra = extra
    except IntegrityError:
        raise Invalid([Problem("name", checked["name"], "这个名称已属于另一个单位")]) from None
    after = checked | named(extra)
    changed = [key for key in before | after if after.get(key) != before.get(key)]
    old = {key: before[key] for key in changed if key in before}
    new = {key: after[key] for key in changed if key in after}
    audit.record(session, replace(_act(unit, actor, now), before=old, after=new))
    return unit


def move_unit(
    session: Session, unit_id: int, upper_id: int | None, *, reason: str, actor: Actor, now: datetime
) -> Unit:
    """Put a unit with its whole branch under another unit, or directly under the issuer (None).

    Raises NotFound, NotAllowed; Invalid for a place inside the branch itself, or too deep.
    """
    # Two moves at once could make a circle that neither sees; moves are rare, so each waits for the other.
    session.execute(select(Unit.id).order_by(Unit.id).with_for_update()).all()
    unit, upper = _get(session, unit_id, actor), _upper(session, upper_id, actor)
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
    act = _act(unit, actor, now)
    audit.record(session, replace(act, reason=reason.strip(), before={"path": old}, after={"path": new}))
    return unit


def set_active(session: Session, unit_id: int, *, is_active: bool, reason: str, actor: Actor, now: datetime) -> Unit:
    """Switch a unit off, or on again; nothing of it is deleted.

    Raises NotFound, NotAllowed, Invalid without a reason; Conflict while the unit owes something in a running batch.
    """
    unit = _get(session, unit_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写原因")])
    if unit.is_active is is_active:
        raise Conflict("该单位已经是这个状态，请刷新页面。")
    owed = _owed(session, unit)
    if owed and not is_active:
        raise Conflict(f"该单位在进行中的批次还有 {owed} 项待办，办结、免报或批次结束后才能停用。")
    unit.is_active = is_active
    audit.record(session, replace(_act(unit, actor, now), reason=reason.strip(), after={"is_active": is_active}))
    return unit


def _owed(session: Session, unit: Unit) -> int:
    still = (BatchState.RUNNING, BatchState.PAUSED)
    counted = (
        select(func.count(Duty.id))
        .join(Batch, Batch.id == Duty.batch_id)
        .where(Duty.unit_id == unit.id, Duty.settled_as.is_(None), Batch.state.in_(still))
    )
    return session.scalar(counted) or 0


def _get(session: Session, unit_id: int, actor: Actor) -> Unit:
    unit = session.get(Unit, unit_id, populate_existing=True)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(actor, Action.MANAGE_UNITS, Subject(unit_path=unit.path))
    return unit


def _upper(session: Session, upper_id: int | None, actor: Actor) -> Unit | None:
    """Return the unit to stand under; only who sees all units may put one directly under the issuer."""
    if upper_id is not None:
        return _get(session, upper_id, actor)
    if actor.branch is not None:
        raise NotAllowed("只能管理本单位的下级单位，请选择上级单位。")
    return None


def _fill(unit: Unit, checked: Mapping[str, str]) -> None:
    unit.name, unit.short = checked["name"], checked["short"]
    unit.email, unit.mobile, unit.phone = (checked[key] or None for key in ("email", "mobile", "phone"))


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


def _act(unit: Unit, actor: Actor, now: datetime) -> audit.Act:
    what = f"单位“{unit.name}”（{unit.code}）"
    return audit.Act(actor=actor, now=now, action=Action.MANAGE_UNITS, what=what, unit_id=unit.id)
