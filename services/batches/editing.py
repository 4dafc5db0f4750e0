"""Changing a draft, part by part, addressed by stable keys; and taking in or dropping a whole one.

Every change goes the way of a whole definition: it is checked as one, and stored as the next revision of the draft.
A value that a person changes here is no longer what the notice says, so its mark falls back to "to be confirmed".
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Completion, Definition, Due, Office, Quota, Stage, Strength
from domain.errors import Conflict, Invalid, NotFound, Problem
from models import Batch, BatchState, Programme
from services import audit
from services.batches.context import load
from services.batches.drafts import store_draft
from services.definitions.evidence import reopened
from services.definitions.reading import parse
from services.definitions.writing import canonical_json
from services.definitions.yaml_text import MOST_BYTES, read_yaml

PUBLISHED = "批次“{title}”已发布，环节日期、名额等不能直接修改；需要更多时间请用延期。"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """New values of a stage. revision: of the draft that the writer had read. due None: without a deadline."""

    stage: str
    revision: int
    title: str
    opens_on: date | None
    opens_at: str
    due: Due | None
    grace_minutes: int
    completes: Completion
    ladder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaChange:
    """New values of a quota, for all unit classes that it names. limit None: unlimited."""

    quota: str
    revision: int
    limit: int | None
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChange:
    """New values of a draft's head: title, number and date of the notice, and the office with the people to ask."""

    revision: int
    title: str
    number: str
    issued_on: date | None
    office: Office


def change_stage(session: Session, batch_id: int, change: StageChange, *, actor: Actor, now: datetime) -> Batch:
    """Change a stage of a draft. Raises NotFound, NotAllowed, Conflict, Invalid with every problem."""

    def changed(stage: Stage) -> Stage:
        return replace(
            stage,
            title=change.title,
            opens=replace(stage.opens, on=change.opens_on, at=change.opens_at),
            due=change.due,
            grace_minutes=change.grace_minutes,
            completes=change.completes,
            ladder=change.ladder,
        )

    def edited(definition: Definition) -> Definition:
        if all(stage.key != change.stage for stage in definition.stages):
            raise NotFound("没有这个环节。")
        stages = tuple(changed(stage) if stage.key == change.stage else stage for stage in definition.stages)
        return replace(definition, stages=stages)

    return _store(session, batch_id, edited, change.revision, actor=actor, now=now)


def change_quota(session: Session, batch_id: int, change: QuotaChange, *, actor: Actor, now: datetime) -> Batch:
    """Change a quota of a draft. Raises NotFound, NotAllowed, Conflict, Invalid with every problem."""

    def changed(quota: Quota) -> Quota:
        return replace(quota, limit=change.limit, strength=change.strength)

    def edited(definition: Definition) -> Definition:
        if all(quota.key != change.quota for quota in definition.quotas):
            raise NotFound("没有这项推荐名额。")
        quotas = tuple(changed(quota) if quota.key == change.quota else quota for quota in definition.quotas)
        return replace(definition, quotas=quotas)

    return _store(session, batch_id, edited, change.revision, actor=actor, now=now)


def change_head(session: Session, batch_id: int, change: HeadChange, *, actor: Actor, now: datetime) -> Batch:
    """Change the head of a draft. Raises NotFound, NotAllowed, Conflict, Invalid with every problem."""

    def edited(definition: Definition) -> Definition:
        document = replace(definition.document, number=change.number, issued_on=change.issued_on)
        return replace(definition, title=change.title, document=document, office=change.office)

    return _store(session, batch_id, edited, change.revision, actor=actor, now=now)


def import_draft(session: Session, content: bytes, *, actor: Actor, now: datetime) -> Batch:
    """Take in a definition as YAML: a new draft, or the next revision of the draft with its code.

    content: UTF-8, with or without a byte order mark; it may not refer to other files.
    Raises NotAllowed; Invalid with every problem; Conflict when the code, or a unit in it, belongs to somebody else.
    """
    require(actor, Action.EDIT_DEFINITION)
    if len(content) > MOST_BYTES:
        raise Invalid([Problem("文件", "", f"文件过大，最多 {MOST_BYTES // 1_000_000} MB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Problem("文件", "", "文件不是 UTF-8 编码", "另存为 UTF-8 编码")]) from None
    definition = parse(read_yaml(text), base_dir=None)
    _require_own(session, definition, actor)
    known = session.scalars(select(Batch).where(Batch.code == definition.code)).one_or_none()
    if known is not None and known.programme.key != definition.programme.key:
        raise Conflict(f"编号“{definition.code}”已用于项目“{known.programme.name}”的批次，请换一个编号。")
    try:
        with session.begin_nested():
            return store_draft(session, definition, actor=actor, now=now)
    except IntegrityError:
        raise Conflict("批次编号、项目代号或单位代码已在您负责的范围之外使用，请换一个，或联系系统管理员。") from None


def _require_own(session: Session, definition: Definition, actor: Actor) -> None:
    if actor.programmes is None:
        return
    key = definition.programme.key
    own = select(Programme.id).where(Programme.key == key, Programme.id.in_(actor.programmes))
    if session.execute(own).first() is None:
        raise Invalid([Problem("programme.key", key, "这个项目不在您负责的范围内")])


def delete_draft(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete a draft with all its revisions. Raises NotFound, NotAllowed; Conflict for a published batch."""
    context = load(session, batch_id, lock=True)
    require(actor, Action.EDIT_DEFINITION, context.whole)
    batch = context.batch
    if batch.state is not BatchState.DRAFT:
        raise Conflict(f"批次“{batch.title}”已发布，不能删除。")
    before = {"code": batch.code, "title": batch.title, "revision": batch.revision}
    what = f"删除批次“{batch.title}”的草稿"
    session.delete(batch)
    session.flush()
    session.expire_all()
    act = audit.Act(actor=actor, now=now, action=Action.EDIT_DEFINITION, what=what, batch_id=batch_id, before=before)
    audit.record(session, act)


def _store(
    session: Session,
    batch_id: int,
    edited: Callable[[Definition], Definition],
    revision: int,
    *,
    actor: Actor,
    now: datetime,
) -> Batch:
    context = load(session, batch_id, lock=True)
    require(actor, Action.EDIT_DEFINITION, context.whole)
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict(PUBLISHED.format(title=context.batch.title))
    old = context.definition
    wanted = reopened(old, edited(old))
    # Through its own text: what the pages hand over is checked as strictly as a file.
    definition = parse(json.loads(canonical_json(wanted)), base_dir=None)
    return store_draft(session, definition, actor=actor, now=now, revision=revision)
