"""A draft below and the newer revision above: the difference, and taking parts of it over."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.tree.merging import Change, changes, take_over
from models import Batch, BatchLink, BatchState
from models.scope import seeing_all
from services.batches.context import definition_at, definition_of, load
from services.batches.drafts import store_draft
from services.definitions.reading import from_canonical
from services.definitions.writing import canonical_json


def pending(session: Session, batch_id: int, *, actor: Actor) -> list[Change]:
    """Return what changed above since it was last taken over; empty without a batch above.

    Raises NotAllowed, NotFound.
    """
    context = load(session, batch_id)
    require(actor, Action.ANSWER_UPSTREAM, context.whole)
    link = session.scalars(select(BatchLink).where(BatchLink.batch_id == batch_id)).one_or_none()
    if link is None:
        return []
    with seeing_all(session):
        upper = session.get_one(Batch, link.upper_id)
        before, after = definition_at(session, upper, link.seen_revision), definition_of(session, upper)
    return changes(_plain(before), _plain(after), _plain(context.definition))


def take(session: Session, batch_id: int, paths: Collection[str], *, actor: Actor, now: datetime) -> Batch:
    """Take over the changes at these paths into the draft; the others are answered as kept.

    Raises NotAllowed, NotFound; Conflict for a published batch; Invalid for a path that has not changed above, or
    when the result would not be a definition.
    """
    context = load(session, batch_id, lock=True)
    found = {change.path: change for change in pending(session, batch_id, actor=actor)}
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict("批次已发布，定义不能直接修改；日期请用“延期”跟随上级调整。")
    unknown = [path for path in paths if path not in found]
    if unknown:
        raise Invalid(Problem(path, "", "上级没有改动这一项") for path in unknown)
    merged = take_over(_plain(context.definition), [found[path] for path in paths])
    definition = from_canonical(json.dumps(merged, ensure_ascii=False))
    link = session.scalars(select(BatchLink).where(BatchLink.batch_id == batch_id)).one_or_none()
    if link is None:
        raise NotFound("没有上级批次。")
    with seeing_all(session):
        link.seen_revision = session.get_one(Batch, link.upper_id).revision
    return store_draft(session, definition, actor=actor, now=now, revision=context.batch.revision)


def _plain(definition: Definition) -> dict[str, object]:
    found: dict[str, object] = json.loads(canonical_json(definition))
    return found
