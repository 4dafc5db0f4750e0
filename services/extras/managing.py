"""补充字段 themselves: added, changed, ordered, retired and restored; no value is ever deleted.

A key is never used twice for an entity, because a field is retired and not deleted: an old value cannot turn up under
a new question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition.strict import KEY_PATTERN
from domain.errors import Conflict, Invalid, NotFound, Problem
from models.lists import Entity, ExtraField, ExtraKind
from services import audit
from services.extras.checking import ENTITIES, FieldWords, checked
from services.extras.reading import MOST_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """A field to add. key: "" to have one made."""

    entity: Entity
    kind: ExtraKind
    words: FieldWords
    key: str = ""


def add_field(session: Session, new: NewField, *, actor: Actor, now: datetime) -> ExtraField:
    """Add a field, behind those in use.

    Raises NotAllowed, Invalid with every problem; Conflict when there are too many, or another was added meanwhile.
    """
    require(actor, Action.MANAGE_FIELDS)
    fields = _all(session, new.entity)
    in_use = [one for one in fields if one.retired_at is None]
    _require_room(new.entity, in_use)
    key = new.key.strip() or _free_key(fields)
    last = max((one.position for one in fields), default=0)
    made = ExtraField(entity=new.entity, key=key, kind=new.kind, position=last + 1)
    problems, words = checked(session, new.words, made, in_use)
    if not re.fullmatch(KEY_PATTERN, key):
        problems.append(Problem("key", key[:80], "标识不合规则", "小写字母开头，只含小写字母、数字、- 和 _"))
    elif key in {one.key for one in fields}:
        problems.append(Problem("key", key, "这个标识已经用过，不能再用"))
    if problems:
        raise Invalid(problems)
    _fill(made, words)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise Conflict("刚刚有人添加了补充字段，请刷新页面后再试。") from None
    audit.record(session, replace(_act(made, actor, now), after=_plain(made) | {"key": key, "kind": new.kind.value}))
    return made


def change_field(session: Session, field_id: int, wanted: FieldWords, *, actor: Actor, now: datetime) -> ExtraField:
    """Change how a field is asked; its key and kind stay, and so do the values.

    Raises NotAllowed, NotFound; Conflict for a retired one; Invalid with every problem, also for a choice that is
    taken away while it is somebody's value.
    """
    found = _in_use(session, field_id, actor)
    others = [one for one in _all(session, found.entity) if one is not found and one.retired_at is None]
    problems, words = checked(session, wanted, found, others)
    if problems:
        raise Invalid(problems)
    before = _plain(found)
    _fill(found, words)
    session.flush()
    after = _plain(found)
    changed = [name for name in after if after[name] != before[name]]
    act = replace(
        _act(found, actor, now),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    audit.record(session, act)
    return found


def move_field(session: Session, field_id: int, step: int, *, actor: Actor, now: datetime) -> ExtraField:
    """Move a field one place up (-1) or down (1) among those in use; at the end it stays.

    Raises NotAllowed, NotFound, Conflict for a retired one.
    """
    found = _in_use(session, field_id, actor)
    fields = [one for one in _all(session, found.entity) if one.retired_at is None]
    here = fields.index(found)
    there = min(max(here + step, 0), len(fields) - 1)
    fields.insert(there, fields.pop(here))
    for place, one in enumerate(fields, start=1):
        one.position = place
    session.flush()
    audit.record(session, replace(_act(found, actor, now), before={"place": here + 1}, after={"place": there + 1}))
    return found


def retire_field(session: Session, field_id: int, *, actor: Actor, now: datetime) -> ExtraField:
    """Ask and show a field no longer; the values stay. Raises NotAllowed, NotFound, Conflict for a retired one."""
    found = _in_use(session, field_id, actor)
    found.retired_at = now
    session.flush()
    audit.record(session, replace(_act(found, actor, now), after={"is_retired": True}))
    return found


def restore_field(session: Session, field_id: int, *, actor: Actor, now: datetime) -> ExtraField:
    """Ask and show a retired field again, with the values that it had.

    Raises NotAllowed, NotFound; Conflict for one in use, or while another has its label.
    """
    require(actor, Action.MANAGE_FIELDS)
    found = _get(session, field_id)
    if found.retired_at is None:
        raise Conflict(f"“{found.label}”正在使用，不需要恢复。")
    in_use = [one for one in _all(session, found.entity) if one.retired_at is None]
    if found.label in {one.label for one in in_use}:
        raise Conflict(f"已有另一个名为“{found.label}”的字段在用，请先将它改名或停用。")
    _require_room(found.entity, in_use)
    found.retired_at = None
    found.position = max((one.position for one in in_use), default=0) + 1
    session.flush()
    audit.record(session, replace(_act(found, actor, now), after={"is_retired": False}))
    return found


def _all(session: Session, entity: Entity) -> Sequence[ExtraField]:
    """Return every field of an entity, retired ones too, locked: who changes one waits for who changes another."""
    found = select(ExtraField).where(ExtraField.entity == entity).order_by(ExtraField.position, ExtraField.id)
    return session.scalars(found.with_for_update(key_share=True)).all()


def _get(session: Session, field_id: int) -> ExtraField:
    found = session.get(ExtraField, field_id)
    if found is None:
        raise NotFound("没有这个补充字段。")
    return found


def _in_use(session: Session, field_id: int, actor: Actor) -> ExtraField:
    require(actor, Action.MANAGE_FIELDS)
    found = _get(session, field_id)
    if found.retired_at is not None:
        raise Conflict(f"“{found.label}”已停用，恢复后才能修改。")
    return found


def _require_room(entity: Entity, in_use: Sequence[ExtraField]) -> None:
    if len(in_use) >= MOST_FIELDS:
        raise Conflict(f"{ENTITIES[entity]}最多有 {MOST_FIELDS} 个补充字段在用，请先停用不再需要的。")


def _free_key(fields: Sequence[ExtraField]) -> str:
    taken, number = {one.key for one in fields}, len(fields) + 1
    while f"field_{number}" in taken:
        number += 1
    return f"field_{number}"


def _fill(field: ExtraField, words: FieldWords) -> None:
    field.label, field.help = words.label, words.help
    field.choices, field.is_required = list(words.choices), words.is_required


def _plain(field: ExtraField) -> dict[str, object]:
    return {
        "label": field.label,
        "choices": list(field.choices),
        "is_required": field.is_required,
        "help": field.help,
    }


def _act(field: ExtraField, actor: Actor, now: datetime) -> audit.Act:
    what = f"{ENTITIES[field.entity]}补充字段“{field.label}”（{field.key}）"
    return audit.Act(actor=actor, now=now, action=Action.MANAGE_FIELDS, what=what)
