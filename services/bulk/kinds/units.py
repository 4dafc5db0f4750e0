"""Units: known by their code; a new one may stand under one that comes later in the file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, may
from domain.errors import Invalid
from domain.forms import check_answers
from domain.lint.people.units import CODE
from models import ExtraField, ExtraKind, Unit
from models.lists import Entity
from models.scope import seeing_all
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.judged import Judged, Once, filled
from services.bulk.kinds.unit_tree import Growth
from services.bulk.lookups import Units, unit_choices
from services.bulk.outcome import Plan, Step
from services.bulk.workbook import Row, Table
from services.extras import PREFIX, fields_of, read_with, typed_values
from services.extras.reading import NO, YES
from services.units import UNIT_FORM, Place, add_units, change_units

Value = TypeVar("Value")
ACTION = Action.MANAGE_UNITS
TYPED = tuple(field.key for field in UNIT_FORM.fields)
KEPT = "已有单位留空表示不改。"
OWN = (
    Column(
        key="code",
        heading="代码",
        says="行政区划单位用 GB/T 2260 代码。已有单位按代码对应，代码不能修改。",
        takes=Takes.CODE,
        is_required=True,
        example="990100",
        also=("单位代码",),
    ),
    Column(
        key="name",
        heading="名称",
        says=f"全称，不能与其他单位相同。{KEPT}",
        is_required=True,
        example="示例市工业和信息化局",
        also=("单位名称",),
    ),
    Column(
        key="upper",
        heading="上级单位",
        says="上级的代码、全称或简称，可以是本表中的单位；留空为直属印发机关。",
        also=("上级", "上级单位代码"),
    ),
    Column(key="short", heading="简称", says=f"最多 40 字。{KEPT}", example="示例市"),
    Column(key="email", heading="电子邮箱", says=f"没有联系人时提醒发往这里。{KEPT}", example="office@city.example"),
    Column(key="mobile", heading="手机", says=f"11 位。{KEPT}", example="13800000000", also=("手机号",)),
    Column(key="phone", heading="联系电话", says=f"带区号。{KEPT}", example="0371-60000000", also=("电话",)),
)


def layout(session: Session, actor: Actor) -> Layout:
    """Return the columns of units, with the additional fields in use."""
    offered = unit_choices(session)
    own = (column.offering(offered) if column.key == "upper" else column for column in OWN)
    return Layout(What.UNITS, (*own, *(_additional(one) for one in fields_of(session, Entity.UNIT))))


def _additional(one: ExtraField) -> Column:
    choices = (YES, NO) if one.kind is ExtraKind.FLAG else tuple(one.choices)
    says = f"{'新单位必填。' if one.is_required else ''}{one.help or '补充字段。'}{KEPT}"
    takes = Takes.DAY if one.kind is ExtraKind.DATE else Takes.TEXT
    return Column(key=f"{PREFIX}{one.key}", heading=one.label, says=says, takes=takes, choices=choices)


@dataclass(slots=True)
class _Look:
    """What the rows are compared with. names: the code of every unit by its name, also of those out of reach."""

    actor: Actor
    layout: Layout
    units: Units
    fields: Sequence[ExtraField]
    names: dict[str, str]
    codes: frozenset[str]
    growth: Growth = field(default_factory=Growth)
    codes_once: Once = field(default_factory=Once)
    names_once: Once = field(default_factory=Once)

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the keys of the additional fields."""
        return tuple(f"{PREFIX}{one.key}" for one in self.fields)


def plan(session: Session, table: Table, *, actor: Actor, now: datetime) -> Plan:
    """Return what each row would do; a few queries, however many rows there are."""
    with seeing_all(session):
        names = {row.name: row.code for row in session.execute(select(Unit.name, Unit.code))}
    codes = frozenset(names.values())
    look = _Look(actor, table.layout, Units(session), fields_of(session, Entity.UNIT), names, codes)
    judged = [_begin(look, row) for row in table.rows]
    changing: list[tuple[int, dict[str, str]]] = []
    for one in judged:
        unit = look.units.by_code.get(one.row.get("code"))
        if unit is None:
            _judge_new(look, one)
            continue
        values = _judge_known(look, one, unit)
        if one.changes and not one.problems:
            changing.append((unit.id, values))
    look.growth.place()
    steps = [*_changing(session, changing, actor, now), *_adding(session, look.growth, actor, now)]
    return Plan([one.line() for one in judged], steps)


def _begin(look: _Look, row: Row) -> Judged:
    """Check the code, and let the words of a new unit be known to the rows before it."""
    one = Judged(look.layout, row, row.get("name") or row.get("code"))
    code = row.get("code")
    one.require("code")
    if code and not CODE.fullmatch(code):
        one.refuse("code", "单位代码不合规则", "只含字母、数字、- 和 _，最多 40 个字符")
    if code:
        look.codes_once.note(one, code, "code", "代码")
    if row.get("name"):
        look.names_once.note(one, row.get("name"), "name", "名称")
    known = look.units.by_code.get(code)
    if known is not None:
        look.units.rename(known, row.get("name"), row.get("short"))
    elif code:
        look.growth.add(one, {key: row.get(key) for key in TYPED})
    return one


def _judge_known(look: _Look, one: Judged, unit: Unit) -> dict[str, str]:
    """Compare a row with the unit that it names and return what to set; empty cells change nothing."""
    one.name = unit.name
    if not may(look.actor, ACTION, Subject(unit_path=unit.path)):
        one.refuse("code", "您没有管理这个单位的权限")
    before = {key: getattr(unit, key) or "" for key in TYPED}
    given, asked = before | filled(one.row, TYPED), filled(one.row, look.asked)
    checked = dict(_checked(one, lambda: check_answers(UNIT_FORM, given)))
    extra = dict(_checked(one, lambda: read_with(look.fields, asked, before=unit.extra)))
    one.compare(before, checked)
    one.compare(typed_values(look.fields, unit.extra), typed_values(look.fields, extra) if extra else {})
    _require_free_name(look, one, checked.get("name", ""), unit.code)
    upper = one.row.get("upper")
    if upper and not (unit.upper and upper in look.units.called(unit.upper)):
        now_under = look.units.called(unit.upper)[1] if unit.upper else "印发机关"
        one.refuse("upper", f"现在的上级是“{now_under}”，导入不移动单位", "请在“推荐单位”中用“调整上级”，写明原因")
    return checked | asked


def _judge_new(look: _Look, one: Judged) -> None:
    """Check a row that adds a unit."""
    one.is_new = True
    new = look.growth.new.get(one.row.number)
    if new is None:
        return
    if new.code in look.codes:
        one.refuse("code", "这个代码已属于另一个单位")
    asked = filled(one.row, look.asked)
    typed = new.values
    checked = dict(_checked(one, lambda: check_answers(UNIT_FORM, typed)))
    extra = dict(_checked(one, lambda: read_with(look.fields, asked)))
    _require_free_name(look, one, checked.get("name", ""), "")
    new.values = checked | asked
    one.compare({}, {"code": new.code} | checked | typed_values(look.fields, extra))
    if one.row.get("upper"):
        look.growth.find_upper(new, look.units)
    elif look.actor.branch is not None:
        one.refuse("upper", "只能管理本单位的下级单位，请填写上级单位")


def _checked(one: Judged, check: Callable[[], dict[str, Value]]) -> Iterator[tuple[str, Value]]:
    """Yield what a check gives; nothing, with the row refused, when it refuses."""
    try:
        yield from check().items()
    except Invalid as refusal:
        one.refuse_all(refusal)


def _require_free_name(look: _Look, one: Judged, name: str, code: str) -> None:
    """Refuse a name that another unit has now, even if the same file would give that one a new name."""
    if look.names.get(name, code) != code:
        one.refuse("name", "这个名称已属于另一个单位")


def _changing(
    session: Session, changing: Sequence[tuple[int, dict[str, str]]], actor: Actor, now: datetime
) -> Iterator[Step]:
    """Yield the step that changes all known units."""
    if changing:
        yield Step(0, lambda: change_units(session, changing, actor=actor, now=now))


def _adding(session: Session, growth: Growth, actor: Actor, now: datetime) -> Iterator[Step]:
    """Yield the step that adds all units, each behind the one above it."""
    ordered = growth.in_order()

    def run() -> None:
        places = (
            Place(
                code=new.code,
                upper_id=new.upper.id if new.upper else None,
                upper_code=growth.new[new.upper_row].code if new.upper_row else "",
            )
            for _, new in ordered
        )
        wanted = [(place, new.values) for place, (_, new) in zip(places, ordered, strict=True)]
        add_units(session, wanted, actor=actor, now=now)

    if ordered:
        yield Step(0, run)
