"""Answering a change from above: accept it, with the difference shown, or keep one's own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, Invalid, NotFound, Problem
from models import Answered, BatchLink, BatchState, UpstreamChange
from services import audit
from services.batches.context import BatchContext, load
from services.batches.extending import MoreTime, extend
from services.upstream.linking import upper_of

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes from above of one batch: those that wait first, then the answered ones, newest first."""

    upper_title: str
    changes: tuple[UpstreamChange, ...]


def waiting(session: Session, batch_id: int, *, actor: Actor) -> Waiting | None:
    """Return what has come from above; None when nothing is above. Raises NotAllowed, NotFound."""
    context = load(session, batch_id)
    require(actor, Action.ANSWER_UPSTREAM, context.whole)
    upper = upper_of(session, context)
    if upper is None:
        return None
    rows = session.scalars(
        select(UpstreamChange)
        .where(UpstreamChange.batch_id == batch_id)
        .order_by(UpstreamChange.answered.is_not(None), UpstreamChange.made_at.desc())
        .limit(MOST_SHOWN)
    )
    return Waiting(upper.batch.title, tuple(rows))


def accept(session: Session, change_id: int, *, actor: Actor, now: datetime) -> UpstreamChange:
    """Take a change over: the deadlines it concerns are moved as proposed, as an extension for all.

    Raises NotAllowed, NotFound; Conflict when it was answered already, the batch is not running, or a deadline that
    is earlier above is still as late here: less time is a change of the definition, with its consequences shown.
    """
    change, context = _open(session, change_id, actor)
    if context.batch.state is not BatchState.RUNNING:
        raise Conflict("批次不在运行中；草稿请直接修改日期后再确认。")
    dates = context.milestones()
    _require_earlier(context, change)
    for difference in change.differences:
        due_at = datetime.fromisoformat(difference["proposed"])
        own = dates[difference["stage"]].due_at
        if own is not None and due_at > own and not difference.get("is_earlier"):
            reason = f"上级调整：{difference['title']}改为 {difference['after']}"
            extend(
                session,
                context.batch.id,
                MoreTime(stage=difference["stage"], due_at=due_at, reason=reason),
                actor=actor,
                now=now,
            )
    return _answer(session, change, Answered.ACCEPTED, "", actor=actor, now=now)


def _require_earlier(context: BatchContext, change: UpstreamChange) -> None:
    """Refuse while a deadline is later than proposed that the office above put earlier. Raises Conflict."""
    dates, titles = context.milestones(), {stage.key: stage.title for stage in context.definition.stages}
    late = [
        f"「{titles[item['stage']]}」改为 {item['proposed_words']} 或更早"
        for item in change.differences
        if item.get("is_earlier")
        and item["stage"] in titles
        and (own := dates[item["stage"]].due_at) is not None
        and own > datetime.fromisoformat(item["proposed"])
    ]
    if late:
        raise Conflict(f"上级提前了截止时间，延期办不到：请先在“设计”中把{'，'.join(late)}，变更生效后再接受。")


def keep(session: Session, change_id: int, reason: str, *, actor: Actor, now: datetime) -> UpstreamChange:
    """Keep one's own dates, with a reason. Raises NotAllowed, NotFound, Conflict, Invalid."""
    change, _ = _open(session, change_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请写明不跟随上级调整的原因")])
    return _answer(session, change, Answered.KEPT, reason.strip(), actor=actor, now=now)


def _open(session: Session, change_id: int, actor: Actor) -> tuple[UpstreamChange, BatchContext]:
    change = session.scalars(
        select(UpstreamChange).where(UpstreamChange.id == change_id).with_for_update(key_share=True)
    ).one_or_none()
    if change is None:
        raise NotFound("没有这项上级调整。")
    context = load(session, change.batch_id)
    require(actor, Action.ANSWER_UPSTREAM, context.whole)
    if change.answered is not None:
        raise Conflict(f"{change.answered_by} 已经处理过这项上级调整。")
    return change, context


def _answer(
    session: Session,
    change: UpstreamChange,
    answered: Answered,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> UpstreamChange:
    change.answered, change.answered_at, change.answered_by, change.reason = answered, now, actor.name, reason
    link = session.scalars(select(BatchLink).where(BatchLink.batch_id == change.batch_id)).one_or_none()
    if link is not None:
        link.seen_revision = max(link.seen_revision, change.upper_revision)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.ANSWER_UPSTREAM,
            what=f"上级调整：{change.differences[0]['title']}",
            batch_id=change.batch_id,
            reason=reason,
            after={"answered": answered.value},
        ),
    )
    session.flush()
    return change
