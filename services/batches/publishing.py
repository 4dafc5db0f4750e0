"""Confirming what was inferred, and publishing: from then on the batch runs by itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, Invalid, Problem
from models import Batch, BatchState, BatchVersion
from services import audit
from services.batches.context import BatchContext, load
from services.batches.drafts import add_version, project
from services.batches.schedule import refresh
from services.definitions.evidence import confirm
from services.definitions.names import Names
from services.definitions.reading import sound
from services.definitions.telling import place
from services.designing.working import has_changes
from services.duties.rows import sync_duties
from services.upstream.linking import link_up, require_bound


def confirm_values(session: Session, batch: Batch, paths: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Mark inferred values as confirmed by the actor, each with its own entry in the audit log.

    Raises NotAllowed; Conflict for a published batch; Invalid for a path that is not an inferred value.
    """
    context = load(session, batch.id, lock=True)
    require(actor, Action.CONFIRM_VALUE, context.whole)
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict("批次已发布，推定值在发布前已全部确认。")
    zone = context.definition.zone
    confirmed = confirm(context.definition, paths, by=f"{actor.name} {now.astimezone(zone):%Y-%m-%d}")
    add_version(session, context.batch, confirmed, actor=actor, now=now)
    names = Names(context.definition)
    for path in paths:
        found = place(names, path)
        # The value goes along: a rung of a ladder has no name, and what stands there now may be changed later.
        what = f"推定值：{'：'.join(filter(None, (found.label, found.value)))}"
        audit.record(
            session,
            audit.Act(actor=actor, now=now, action=Action.CONFIRM_VALUE, what=what, batch_id=context.batch.id),
        )


def publish(session: Session, batch: Batch, *, actor: Actor, now: datetime) -> BatchContext:
    """Freeze the newest revision and start the batch: its duties are laid down and its moments are watched.

    Raises NotAllowed; Conflict when it is already published, or the working copy holds changes that are no revision
    yet; Invalid for an error of the definition, while an inferred value is unconfirmed, when there is nobody to
    address, or it loosens the batch that it passes on.
    """
    context = load(session, batch.id, lock=True)
    require(actor, Action.PUBLISH_BATCH, context.whole)
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict("批次已经发布。")
    _require_ready(context)
    _require_stored(session, context)
    project(session, context.batch, context.definition)
    version = session.scalars(
        select(BatchVersion).where(
            BatchVersion.batch_id == context.batch.id, BatchVersion.revision == context.batch.revision
        )
    ).one()
    version.published_at = now
    context.batch.published_at = now
    context.batch.state = BatchState.RUNNING
    session.flush()
    context = load(session, batch.id)
    link_up(session, context)
    require_bound(session, context)
    sync_duties(session, context)
    refresh(session, context)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.PUBLISH_BATCH,
            what=f"批次“{context.batch.title}”",
            batch_id=context.batch.id,
            after={"revision": context.batch.revision, "digest": version.digest},
        ),
    )
    return context


def _require_ready(context: BatchContext) -> None:
    problems = [
        Problem(item.path, "", f"推定值尚未确认：{item.note or item.quote}", "请主办处室逐条确认后发布")
        for item in context.definition.unconfirmed
    ]
    if not context.definition.units:
        problems.append(Problem("units", "", "没有任何推荐单位"))
    if problems:
        raise Invalid(problems)
    sound(context.definition)


def _require_stored(session: Session, context: BatchContext) -> None:
    """Refuse while somebody works on a copy: what was seen last would not be what runs. Raises Conflict."""
    if has_changes(session, context):
        raise Conflict("工作稿中有尚未存稿的改动，请先存为新一稿，或放弃改动，再发布。")


def set_paused(
    session: Session, batch: Batch, *, is_paused: bool, reason: str, actor: Actor, now: datetime
) -> BatchContext:
    """Pause a running batch, or let it run again; while paused nothing opens, closes or is sent.

    Raises NotAllowed, Conflict when it is not running (or not paused), Invalid without a reason.
    """
    context = load(session, batch.id, lock=True)
    require(actor, Action.PAUSE_BATCH, context.whole)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写原因")])
    expected = BatchState.RUNNING if is_paused else BatchState.PAUSED
    if context.batch.state is not expected:
        raise Conflict("批次状态已改变，请刷新页面。")
    context.batch.state = BatchState.PAUSED if is_paused else BatchState.RUNNING
    refresh(session, context)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.PAUSE_BATCH,
            what=f"{'暂停' if is_paused else '恢复'}批次“{context.batch.title}”",
            batch_id=context.batch.id,
            reason=reason,
        ),
    )
    return context
