"""Earlier winners: what the registry lacks is added, and what it does not know of one is filled in.

Nothing that it holds is overwritten: a new name, another unit, a withdrawal are acts of their own, with a reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.access import Action, Actor, Subject, may
from domain.credit_code import normal_credit_code
from domain.definition.strict import KEY_PATTERN
from domain.errors import Invalid
from models import Batch, BatchCategory, Title, Unit
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.judged import Judged, Once
from services.bulk.kinds.title_acts import Wanted, adding_all, completing_all
from services.bulk.lookups import Programmes, Units, programme_choices, unit_choices
from services.bulk.outcome import Plan, Step
from services.bulk.workbook import Table
from services.titles import NewTitle
from services.titles.names import checked_holder, folded

ACTION = Action.MANAGE_TITLES
OWN = (
    Column(
        key="programme",
        heading="项目",
        says="项目的名称或代号。",
        is_required=True,
        example="示例项目",
        also=("项目名称",),
    ),
    Column(
        key="batch_no",
        heading="第几批",
        says="数字，如 3。",
        takes=Takes.COUNT,
        is_required=True,
        example="3",
        also=("批次", "批次号"),
    ),
    Column(
        key="category",
        heading="类别",
        says="批次配置中的类别名称或代号。",
        is_required=True,
        example="示范企业",
        also=("类别代号",),
    ),
    Column(
        key="holder",
        heading="名称",
        says="公布时的名称；名单库里的曾用名也能对应。",
        is_required=True,
        example="示例股份有限公司",
        also=("获评单位", "企业名称", "单位名称"),
    ),
    Column(
        key="unit",
        heading="所在单位",
        says="所在地推荐单位的代码、全称或简称。",
        is_required=True,
        example="示例市",
        also=("推荐单位", "单位代码"),
    ),
    Column(
        key="credit_code",
        heading="统一社会信用代码",
        says="18 位；名单库里没有的会补上，已有的不改。",
        takes=Takes.CODE,
        also=("信用代码",),
    ),
    Column(
        key="awarded_on",
        heading="授予日期",
        says="如 2020-12-01；名单库里没有的会补上，已有的不改。",
        takes=Takes.DAY,
        example="2020-12-01",
        also=("公布日期",),
    ),
)


def layout(session: Session, actor: Actor) -> Layout:
    """Return the columns of earlier winners."""
    offered = {
        "programme": programme_choices(session),
        "category": tuple(dict.fromkeys(name for _, _, name in _categories(session))),
        "unit": unit_choices(session),
    }
    return Layout(What.TITLES, tuple(column.offering(offered.get(column.key, ())) for column in OWN))


Key = tuple[int, int, str, str]
"""What makes a title one: programme, batch, category, and the folded name."""


@dataclass(slots=True)
class _Look:
    """What the rows are compared with. categories: keys by programme and word; known: titles by every name."""

    actor: Actor
    units: Units
    programmes: Programmes
    categories: dict[tuple[int, str], set[str]]
    known: dict[Key, Title] = field(default_factory=dict)
    once: Once = field(default_factory=Once)


def plan(session: Session, table: Table, *, actor: Actor, now: datetime) -> Plan:
    """Return what each row would do; a few queries, however many rows there are."""
    categories: dict[tuple[int, str], set[str]] = {}
    for programme_id, key, name in _categories(session):
        for word in (key, name):
            categories.setdefault((programme_id, word), set()).add(key)
    look = _Look(actor, Units(session), Programmes(session), categories)
    judged = [Judged(table.layout, row, row.get("holder")) for row in table.rows]
    places = [_place(look, one) for one in judged]
    look.known = _known(session, {place.programme_id for place in places if place is not None})
    wanted = [_judge(look, one, place) for one, place in zip(judged, places, strict=True) if place is not None]
    doing = {one.row.number for one in judged if one.changes and not one.problems}
    todo = [one for one in wanted if one is not None and one.number in doing]
    steps = []
    if known := [one for one in todo if one.known is not None]:
        steps.append(Step(0, completing_all(session, known, actor, now)))
    if new := [one for one in todo if one.new is not None]:
        steps.append(Step(0, adding_all(session, new, actor, now)))
    return Plan([one.line() for one in judged], steps)


def _categories(session: Session) -> list[tuple[int, str, str]]:
    """Return programme, key and name of every category that a batch has."""
    found = select(Batch.programme_id, BatchCategory.key, BatchCategory.name).join(
        Batch, Batch.id == BatchCategory.batch_id
    )
    return [(row.programme_id, row.key, row.name) for row in session.execute(found.order_by(Batch.id))]


def _known(session: Session, programme_ids: Iterable[int]) -> dict[Key, Title]:
    """Return the titles of these programmes by every name, present or former; two queries."""
    found = select(Title).where(Title.programme_id.in_(programme_ids))
    return {
        (title.programme_id, title.batch_no, title.category, folded(name)): title
        for title in session.scalars(found.options(selectinload(Title.aliases), joinedload(Title.unit)))
        for name in (title.holder, *(alias.name for alias in title.aliases))
    }


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row's title belongs; the unit and the holder are None and "" for a row that is refused for them."""

    programme_id: int
    batch_no: int
    category: str
    holder: str
    unit: Unit | None


def _place(look: _Look, one: Judged) -> _Place | None:
    """Read what makes a title one; None, with the row refused, when that is not known."""
    row = one.row
    one.require("programme", "batch_no", "category", "holder", "unit")
    programme_id = look.programmes.find(one, "programme") if row.get("programme") else None
    unit = look.units.of(one, "unit") if row.get("unit") else None
    batch_no = int(row.get("batch_no") or 0)
    if row.get("batch_no") and batch_no < 1:
        one.refuse("batch_no", "批次从 1 起")
    holder = row.get("holder")
    try:
        holder = checked_holder(holder) if holder else ""
    except Invalid as refusal:
        one.refuse_all(refusal)
    if programme_id is None:
        return None
    category = _category(look, one, programme_id) if row.get("category") else ""
    return _Place(programme_id, batch_no, category, holder, unit)


def _category(look: _Look, one: Judged, programme_id: int) -> str:
    """Return the key of a category; an earlier batch may have had one that no batch here has."""
    word = one.row.get("category")
    found = look.categories.get((programme_id, word), set())
    if len(found) == 1:
        return next(iter(found))
    names = "、".join(word for programme, word in look.categories if programme == programme_id)
    if found:
        one.refuse("category", "几个批次里这个名称是不同的类别", f"请改填代号：{'、'.join(sorted(found))}")
    elif re.fullmatch(KEY_PATTERN, word):
        one.note = f"类别代号“{word}”不在现有批次的配置中"
        return word
    else:
        one.refuse("category", "没有这个类别", f"现有：{names}"[:200] if names else "请填代号，如 enterprise")
    return ""


def _judge(look: _Look, one: Judged, place: _Place) -> Wanted | None:
    """Compare a row with the registry; return what to do for it, None for one that is refused."""
    row, unit = one.row, place.unit
    credit_code = _credit_code(one)
    if unit is None or not (place.holder and place.category):
        return None
    if not may(look.actor, ACTION, Subject(place.programme_id, unit.path)):
        one.refuse("unit", "您没有管理这个单位名单的权限")
    key = (place.programme_id, place.batch_no, place.category, folded(place.holder))
    look.once.note(one, key, "holder", "获评单位")
    known = look.known.get(key)
    awarded_on = date.fromisoformat(row.get("awarded_on")) if row.get("awarded_on") else None
    if known is not None:
        _judge_known(one, known, unit, credit_code)
        return Wanted(row.number, None, known, credit_code, awarded_on)
    one.is_new = True
    programme = look.programmes.by_id[place.programme_id]
    one.compare(
        {},
        {
            "programme": programme.name,
            "batch_no": str(place.batch_no),
            "category": row.get("category"),
            "holder": place.holder,
            "unit": unit.name,
            "credit_code": credit_code,
            "awarded_on": row.get("awarded_on"),
        },
    )
    new = NewTitle(
        programme=programme.key,
        batch_no=place.batch_no,
        category=place.category,
        holder=place.holder,
        unit=unit.code,
        credit_code=credit_code,
        awarded_on=awarded_on,
    )
    return Wanted(row.number, new)


def _credit_code(one: Judged) -> str:
    """Return the credit code in normal form, refused when it is none; "" for an empty cell."""
    typed = one.row.get("credit_code")
    try:
        return normal_credit_code(typed) if typed else ""
    except ValueError as fault:
        one.refuse("credit_code", str(fault))
        return ""


def _judge_known(one: Judged, known: Title, unit: Unit, credit_code: str) -> None:
    """Say what a row adds to a title that the registry has, and refuse what contradicts it."""
    if known.unit_id != unit.id:
        one.refuse(
            "unit", f"名单库中已有这一条，属于“{known.unit.name}”", "所在地有变动的，请在“获评单位”中登记“迁移”"
        )
    held = {"credit_code": known.credit_code or "", "awarded_on": str(known.awarded_on or "")}
    given = {"credit_code": credit_code, "awarded_on": one.row.get("awarded_on")}
    for key, value in given.items():
        if value and held[key] and value != held[key]:
            one.refuse(key, f"名单库中登记的是 {held[key]}，导入不改已有的内容", "请改为一致，或留空")
    one.compare(held, {key: value or held[key] for key, value in given.items()})
    if one.changes and known.withdrawn_on is not None:
        one.refuse("holder", f"已于 {known.withdrawn_on} 撤销，不能再变更", "请删去这一行")
    if folded(known.holder) != folded(one.row.get("holder")):
        one.note = f"现名“{known.holder}”"
