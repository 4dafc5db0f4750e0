"""Contacts: one present person for a unit in a batch, or in all; another person takes the place of the former one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, Subject, may
from domain.errors import Invalid
from domain.forms import check_answers
from models import Batch, BatchState, BatchUnit, Contact
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.judged import Judged, Once, filled
from services.bulk.lookups import Names, Units, unit_choices
from services.bulk.outcome import Plan, Step
from services.bulk.workbook import Row, Table
from services.contacts import CONTACT_FORM, NewContact, change_contacts
from services.identity.users import normal_mobile

ACTION = Action.MANAGE_CONTACTS
TYPED = tuple(field.key for field in CONTACT_FORM.fields)
EVERY_BATCH = "各批次通用"
MOST_BATCHES = 100
REACHED = "电子邮箱、手机、联系电话至少填一项。"


def layout(session: Session, actor: Actor) -> Layout:
    """Return the columns of contacts."""
    units, batches = unit_choices(session), (EVERY_BATCH, *(batch.title for batch in _open(session)))
    return Layout(
        What.CONTACTS,
        (
            Column(
                key="unit",
                heading="单位",
                says="单位的代码、全称或简称。",
                is_required=True,
                choices=units,
                example="示例市",
                also=("单位代码", "推荐单位", "单位名称"),
            ),
            Column(
                key="batch",
                heading="批次",
                says="批次的名称、编号，或项目名称和年度（如“示例项目 2023”）；留空为各批次通用。"
                "一个单位在一个批次（或通用）只有一位联系人。",
                choices=batches,
                example=EVERY_BATCH,
            ),
            Column(key="name", heading="姓名", says="与现任同名的，留空的格不改。", is_required=True, example="张三"),
            Column(key="post", heading="职务", says="最多 40 字。", example="科长"),
            Column(key="phone", heading="联系电话", says=REACHED, example="0371-60000000", also=("电话", "办公电话")),
            Column(key="mobile", heading="手机", says=REACHED, example="13800000000", also=("手机号",)),
            Column(key="fax", heading="传真", says="带区号。", example="0371-60000001"),
            Column(key="email", heading="电子邮箱", says=REACHED, takes=Takes.TEXT, example="zhangsan@city.example"),
        ),
    )


def _open(session: Session) -> list[Batch]:
    """Return the batches that are not over, the newest first."""
    found = select(Batch).where(Batch.state != BatchState.FINISHED).order_by(Batch.id.desc()).limit(MOST_BATCHES)
    return list(session.scalars(found.options(joinedload(Batch.programme))))


def _named(batches: Sequence[Batch]) -> Names:
    """Return the batches by number, title, and programme with year, under which every page shows them."""
    short = {batch.id: f"{batch.programme.name} {batch.year}" for batch in batches}
    counted = Counter(short.values())
    offered = (short[batch.id] if counted[short[batch.id]] == 1 else batch.code for batch in batches)
    names = Names("批次", "编号", (EVERY_BATCH, *offered))
    for batch in batches:
        names.add(batch.id, (batch.code, batch.title, short[batch.id]))
    return names


@dataclass(slots=True)
class _Look:
    """What the rows are compared with. present: contacts in force; members: units of each batch."""

    actor: Actor
    units: Units
    batches: Names
    present: dict[tuple[int, int | None], Contact]
    members: frozenset[tuple[int, int]]
    once: Once = field(default_factory=Once)


def plan(session: Session, table: Table, *, actor: Actor, now: datetime) -> Plan:
    """Return what each row would do; a few queries, however many rows there are."""
    opened = _open(session)
    ids, batches = [batch.id for batch in opened], _named(opened)
    look = _Look(actor, Units(session), batches, _present(session, ids), frozenset(_members(session, ids)))
    lines, posts = [], []
    for row in table.rows:
        one = Judged(table.layout, row)
        post = _judge(look, one)
        lines.append(one.line())
        if post is not None and one.changes and not one.problems:
            posts.append(post)
    return Plan(lines, [Step(0, lambda: _change(session, posts, actor, now))] if posts else [])


def _present(session: Session, batch_ids: Iterable[int]) -> dict[tuple[int, int | None], Contact]:
    """Return the contacts in force of these batches and of all, the newest of each place."""
    found = select(Contact).where(
        Contact.valid_until.is_(None), or_(Contact.batch_id.is_(None), Contact.batch_id.in_(batch_ids))
    )
    ordered = found.order_by(Contact.valid_from, Contact.id)
    return {(contact.unit_id, contact.batch_id): contact for contact in session.scalars(ordered)}


def _members(session: Session, batch_ids: Iterable[int]) -> Iterable[tuple[int, int]]:
    found = select(BatchUnit.batch_id, BatchUnit.unit_id).where(BatchUnit.batch_id.in_(batch_ids))
    return ((row.batch_id, row.unit_id) for row in session.execute(found))


def _judge(look: _Look, one: Judged) -> NewContact | None:
    """Judge a row; return whom it makes the contact of what; None for a place that is not there."""
    row = one.row
    one.name = f"{row.get('unit')} {row.get('name')}".strip()
    one.require("unit", "name")
    unit = look.units.of(one, "unit") if row.get("unit") else None
    is_common = row.get("batch") in {"", EVERY_BATCH}
    batch_id = None if is_common else look.batches.find(one, "batch")
    if unit is None or (batch_id is None and not is_common):
        return None
    one.name = f"{unit.name} {row.get('name')}".strip()
    if not may(look.actor, ACTION, Subject(unit_path=unit.path)):
        one.refuse("unit", "您没有管理这个单位联系人的权限")
    if batch_id is not None and (batch_id, unit.id) not in look.members:
        one.refuse("batch", f"“{unit.name}”不在这个批次中")
    look.once.note(one, (unit.id, batch_id), "unit", "单位和批次")
    present = look.present.get((unit.id, batch_id))
    before = {key: getattr(present, key) or "" for key in TYPED} if present else {}
    values = filled(row, TYPED)
    if _is_same_person(before, row):
        values = before | values
    try:
        values = check_answers(CONTACT_FORM, values)
    except Invalid as refusal:
        one.refuse_all(refusal)
    one.is_new = present is None
    one.compare(before, values)
    if present is not None and not _is_same_person(before, row):
        one.note = f"接替{before['name']}；原联系人停用并保留在历史中"
    return NewContact(unit.id, batch_id, values)


def _is_same_person(before: dict[str, str], row: Row) -> bool:
    """Tell whether a row is about the present contact: by name, or by mobile number under a corrected name."""
    if not before:
        return False
    typed = normal_mobile(row.get("mobile"))
    return before["name"] == row.get("name") or bool(typed and typed == normal_mobile(before["mobile"]))


def _change(session: Session, posts: Sequence[NewContact], actor: Actor, now: datetime) -> None:
    change_contacts(session, posts, actor=actor, now=now)
