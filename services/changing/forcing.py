"""Putting a change of a running batch into force (变更生效): refused or done, whole, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.changes import Moved, moved_deadlines, refused
from domain.definition import Definition
from domain.errors import Conflict, Invalid, Problem
from models import Batch, BatchState
from services import audit
from services.batches.context import BatchContext, load
from services.changing.corrections import Told, corrections, send_corrections
from services.changing.enforcing import enforce
from services.changing.happenings import happened
from services.definitions.evidence import confirm
from services.definitions.reading import sound
from services.definitions.writing import digest
from services.designing.comparing import Difference, compare
from services.designing.working import settle, working_copy
from services.duties.loads import wait_for_others
from services.upstream.linking import link_up, require_bound
from services.upstream.telling import tell_dates

CHANGEABLE = (BatchState.RUNNING, BatchState.PAUSED)
MOST_LOGGED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A change to be put into force.

    seen: the step of the working copy that was looked at. corrections: those to be sent.
    """

    reason: str
    seen: int
    corrections: Sequence[Told] = ()


def put_in_force(session: Session, batch_id: int, order: Order, *, actor: Actor, now: datetime) -> Batch:
    """Make the working copy of a running batch its definition in force.

    Raises NotFound, NotAllowed; Conflict when the batch does not run, nothing is changed, or somebody changed the
    copy since; Invalid with every error of the definition and everything that may not change any more.
    """
    wait_for_others(session)
    context = changeable(session, batch_id, actor=actor, lock=True)
    working = working_copy(session, batch_id, actor=actor)
    if working.step != order.seen:
        raise Conflict("工作稿刚刚被他人改动，影响已不同，请重新查看后再生效。")
    if not working.is_changed:
        raise Conflict("工作稿与现行定义相同，没有需要生效的改动。")
    if not order.reason.strip():
        raise Invalid([Problem("reason", "", "请写明变更的原因，过程记录中可以查到")])
    require_possible(session, context, working.definition, now)
    definition = _confirmed(working.definition, actor, now)
    drafted = corrections(session, context, definition, _moved(context, definition))
    changed, dates = compare(context.definition, definition), dict(context.milestones())
    version = enforce(session, context, definition, order.reason.strip(), actor=actor, now=now)
    after = load(session, batch_id)
    link_up(session, after)
    require_bound(session, after)
    tell_dates(session, after, dates, now)
    sent = send_corrections(session, after, version, drafted, order.corrections, now)
    settle(session, after, actor=actor, now=now)
    audit.record(session, replace(_act(after, changed, sent, actor, now), reason=order.reason.strip()))
    return after.batch


def changeable(session: Session, batch_id: int, *, actor: Actor, lock: bool = False) -> BatchContext:
    """Return a batch that runs. Raises NotFound, NotAllowed, Conflict."""
    context = load(session, batch_id, lock=lock)
    require(actor, Action.CHANGE_RUNNING, context.whole)
    if context.batch.state not in CHANGEABLE:
        raise Conflict(
            "批次尚未发布，改动存为新一稿即可。"
            if context.batch.state is BatchState.DRAFT
            else "批次已经结束，不能再改。"
        )
    return context


def require_possible(session: Session, context: BatchContext, definition: Definition, now: datetime) -> None:
    """Refuse what has no sense, or takes away what somebody relies on. Raises Invalid with every reason."""
    sound(definition)
    problems = refused(context.definition, definition, happened(session, context, now), context.calendar)
    if problems:
        raise Invalid(problems)


def _confirmed(definition: Definition, actor: Actor, now: datetime) -> Definition:
    """Return the definition with its open marks confirmed: who puts it into force answers for what it says."""
    paths = [item.path for item in definition.unconfirmed]
    if not paths:
        return definition
    return confirm(definition, paths, by=f"{actor.name} {now.astimezone(definition.zone):%Y-%m-%d}")


def _moved(context: BatchContext, definition: Definition) -> list[Moved]:
    return moved_deadlines(context.definition, definition, context.state, context.calendar)


def _act(after: BatchContext, changed: Sequence[Difference], sent: int, actor: Actor, now: datetime) -> audit.Act:
    """Return what is recorded of a change: the places that differ, in words, as many as a person would read."""
    definition, shown = after.definition, changed[:MOST_LOGGED]
    of_version = {"revision": after.batch.revision, "digest": digest(definition), "corrections": sent}
    return audit.Act(
        actor=actor,
        now=now,
        action=Action.CHANGE_RUNNING,
        what=f"批次“{after.batch.title}”第 {after.batch.revision} 稿生效",
        batch_id=after.batch.id,
        before={each.label: each.before for each in shown},
        after={each.label: each.after for each in shown} | of_version,
    )
