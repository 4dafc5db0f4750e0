"""What a unit is made of, the rules of its values, and how the log tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, NotAllowed, NotFound, Problem
from domain.lint.people.units import CODE
from models import Unit
from models.lists import ExtraField
from services import audit
from services.extras.reading import check_with, named

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
    """Where a new unit stands: its code, and the unit above it (None: directly under the issuer).

    upper_code: of a unit above that is added together with it.
    """

    code: str
    upper_id: int | None = None
    upper_code: str = ""


def get_unit(session: Session, unit_id: int, actor: Actor) -> Unit:
    """Return a unit that the actor manages, as it stands now. Raises NotFound, NotAllowed."""
    unit = session.get(Unit, unit_id, populate_existing=True)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(actor, Action.MANAGE_UNITS, Subject(unit_path=unit.path))
    return unit


def upper_of(session: Session, upper_id: int | None, actor: Actor) -> Unit | None:
    """Return the unit to stand under; only who sees all units may put one directly under the issuer."""
    if upper_id is not None:
        return get_unit(session, upper_id, actor)
    if actor.branch is not None:
        raise NotAllowed("只能管理本单位的下级单位，请选择上级单位。")
    return None


def new_unit(fields: Sequence[ExtraField], code: str, upper: Unit | None, values: Mapping[str, str]) -> Unit:
    """Return a unit that is not stored yet. Raises Invalid with every problem."""
    code, problems = code.strip(), []
    if not CODE.fullmatch(code):
        problems.append(Problem("code", code[:80], "单位代码不合规则", "只含字母、数字、- 和 _，最多 40 个字符"))
    path = f"{upper.path if upper else '/'}{code}/"
    if len(path) > PATH_MAX:
        problems.append(Problem("upper", "", "层级过深"))
    try:
        checked, extra = check_with(fields, UNIT_FORM, values)
    except Invalid as refusal:
        raise Invalid([*problems, *refusal.problems]) from None
    if problems:
        raise Invalid(problems)
    unit = Unit(code=code, path=path, upper_id=upper.id if upper else None)
    fill(unit, checked, extra)
    return unit


def fill(unit: Unit, checked: Mapping[str, str], extra: dict[str, object]) -> None:
    """Give a unit checked values."""
    unit.name, unit.short = checked["name"], checked["short"]
    unit.email, unit.mobile, unit.phone = (checked[key] or None for key in ("email", "mobile", "phone"))
    unit.extra = extra


def values_of(unit: Unit) -> dict[str, object]:
    """Return what can be changed of a unit, as the audit log names it."""
    return {field.key: getattr(unit, field.key) or "" for field in UNIT_FORM.fields} | named(unit.extra)


def added(unit: Unit, actor: Actor, now: datetime) -> audit.Act:
    """Return what is recorded of a new unit."""
    return replace(act_on(unit, actor, now), after={"code": unit.code, "path": unit.path} | values_of(unit))


def changed(unit: Unit, before: Mapping[str, object], actor: Actor, now: datetime) -> audit.Act:
    """Return what is recorded of a changed unit. before: `values_of` it then."""
    after = values_of(unit)
    keys = [key for key in {**before, **after} if after.get(key) != before.get(key)]
    old = {key: before[key] for key in keys if key in before}
    new = {key: after[key] for key in keys if key in after}
    return replace(act_on(unit, actor, now), before=old, after=new)


def act_on(unit: Unit, actor: Actor, now: datetime) -> audit.Act:
    """Return what is recorded of any act on a unit."""
    what = f"单位“{unit.name}”（{unit.code}）"
    return audit.Act(actor=actor, now=now, action=Action.MANAGE_UNITS, what=what, unit_id=unit.id)
