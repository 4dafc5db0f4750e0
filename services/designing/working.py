"""The working copy (工作稿) of a batch: every change is a step that can be undone, nothing runs by it.

Two coordinators may work on one copy: a change made on an older step is taken when it touches other values, and
refused with both values when it touches the same ones.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Definition
from domain.errors import Conflict, NotFound
from domain.tree.merging import changes, take_over
from models import Batch, BatchState, Design, DesignStep
from services.batches.context import BatchContext, definition_at, load
from services.batches.drafts import store_draft
from services.definitions.reading import sound
from services.definitions.shapes import shape
from services.definitions.writing import canonical_json, digest
from services.designing.clashes import clashes
from services.designing.edits import Edit, SetValues, edited, value_at
from services.designing.steps import (
    add_step,
    begin_anew,
    beside,
    caught_up_number,
    design_of,
    document,
    first_number,
    has_step,
    store_step,
    take_in,
)

ALL = frozenset[str]()
"""No part of a definition stands apart when a newer revision is merged into the working copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """A batch's working copy as it is shown.

    step: number of what is shown; no other state of this batch's copy ever has it. base_revision: the revision it
    was begun from. undone, redone: what undoing and redoing would change, "" when there is nothing. is_changed:
    whether it differs from the newest revision.
    """

    batch: Batch
    definition: Definition
    step: int
    base_revision: int
    undone: str
    redone: str
    is_changed: bool
    changed_at: datetime | None
    changed_by: str


def working_copy(session: Session, batch_id: int, *, actor: Actor) -> Working:
    """Return the working copy of a batch; its newest revision while nobody has changed anything.

    Raises NotFound, NotAllowed.
    """
    context = _context(session, batch_id, actor)
    return _shown(session, context, design_of(session, batch_id))


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a working copy. seen: the step that the writer saw. what: the change in words."""

    edits: Sequence[Edit]
    seen: int
    what: str


def apply(session: Session, batch_id: int, change: Change, *, actor: Actor, now: datetime) -> Working:
    """Make a change as the next step. Values that the writer left as they were are nobody's change.

    Raises NotFound, NotAllowed, Invalid; Conflict when somebody changed the same value since that step.
    """
    context = _context(session, batch_id, actor, lock=True)
    design = _begun(session, context, actor=actor, now=now)
    current = document(session, design, design.step)
    edits = change.edits
    if change.seen != design.step:
        edits = _apart(session, design, change, current)
    new = edited(current, edits)
    if digest(new) != digest(current):
        add_step(session, design, new, change.what, actor=actor, now=now)
    return _shown(session, context, design)


def has_changes(session: Session, context: BatchContext) -> bool:
    """Tell whether the working copy of a batch differs from its newest revision."""
    return _shown(session, context, design_of(session, context.batch.id)).is_changed


def undo(session: Session, batch_id: int, *, actor: Actor) -> Working:
    """Go back one step. Raises NotFound, NotAllowed, Conflict when there is none."""
    return _go(session, batch_id, "没有可以撤销的改动。", actor, is_back=True)


def redo(session: Session, batch_id: int, *, actor: Actor) -> Working:
    """Take back one undoing. Raises NotFound, NotAllowed, Conflict when there is none."""
    return _go(session, batch_id, "没有可以重做的改动。", actor, is_back=False)


def replace_all(
    session: Session, batch_id: int, definition: Definition, *, what: str, actor: Actor, now: datetime
) -> Working:
    """Make a whole definition the next step, as when an older revision is taken back (恢复)."""
    context = _context(session, batch_id, actor, lock=True)
    design = _begun(session, context, actor=actor, now=now)
    if digest(definition) != digest(document(session, design, design.step)):
        add_step(session, design, definition, what, actor=actor, now=now)
    return _shown(session, context, design)


def roll_back(session: Session, batch_id: int, revision: int, *, actor: Actor, now: datetime) -> Working:
    """Take an older revision as the next step; what runs does not change by it. Raises as `apply`."""
    context = _context(session, batch_id, actor)
    if not 1 <= revision <= context.batch.revision:
        raise NotFound("没有这一稿。")
    wanted = definition_at(session, context.batch, revision)
    return replace_all(session, batch_id, wanted, what=f"恢复到第 {revision} 稿", actor=actor, now=now)


def discard(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> None:
    """Drop what was changed in the working copy, with its steps. Raises NotFound, NotAllowed."""
    context = _context(session, batch_id, actor, lock=True)
    design = design_of(session, batch_id)
    if design is not None:
        design.base_revision = context.batch.revision
        begin_anew(session, design, context.definition, _newest(context.batch), actor=actor, now=now)


def save_revision(session: Session, batch_id: int, *, seen: int, actor: Actor, now: datetime) -> Batch:
    """Make the working copy of a draft its next revision.

    Raises NotFound, NotAllowed; Conflict when somebody changed the copy since, or the batch is published; Invalid
    with every error that the linter finds.
    """
    context = _context(session, batch_id, actor, lock=True)
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict("批次已发布：改动须先查看影响，再“变更生效”。")
    design = _begun(session, context, actor=actor, now=now)
    if seen != design.step:
        raise Conflict("工作稿刚刚被他人改动，请核对后再存稿。")
    definition = sound(document(session, design, design.step))
    batch = store_draft(session, definition, actor=actor, now=now, revision=context.batch.revision)
    design.base_revision = batch.revision
    session.flush()
    return batch


def settle(session: Session, context: BatchContext, *, actor: Actor, now: datetime) -> None:
    """Begin the working copy anew from the batch's newest revision, which it has become.

    What is in force and told to people is not undone by a step back; an older revision can be taken up again.
    """
    design = design_of(session, context.batch.id)
    if design is not None:
        design.base_revision = context.batch.revision
        begin_anew(session, design, context.definition, _newest(context.batch), actor=actor, now=now)


def _newest(batch: Batch) -> str:
    return f"第 {batch.revision} 稿"


def _context(session: Session, batch_id: int, actor: Actor, *, lock: bool = False) -> BatchContext:
    context = load(session, batch_id, lock=lock)
    require(actor, Action.EDIT_DEFINITION, context.whole)
    if lock and context.batch.state is BatchState.FINISHED:
        raise Conflict(f"批次“{context.batch.title}”已经结束，不能再改。")
    return context


def _begun(session: Session, context: BatchContext, *, actor: Actor, now: datetime) -> Design:
    """Return the working copy, begun from the newest revision, or brought up to it."""
    batch = context.batch
    design = design_of(session, batch.id)
    if design is None:
        design = Design(batch_id=batch.id, base_revision=batch.revision, step=first_number(batch))
        session.add(design)
        session.flush()
        store_step(session, design, context.definition, _newest(batch), actor=actor, now=now)
    elif design.base_revision != batch.revision:
        merged = _caught_up(session, context, design, document(session, design, design.step))
        take_in(session, design, merged, batch, actor=actor, now=now)
    return design


def _caught_up(session: Session, context: BatchContext, design: Design, own: Definition) -> Definition:
    """Return the working copy with what newer revisions changed; what the copy changed itself stays."""
    base = definition_at(session, context.batch, design.base_revision)
    if digest(own) == digest(base):
        return context.definition
    before, after, mine = (json.loads(canonical_json(one)) for one in (base, context.definition, own))
    return shape(take_over(mine, [change for change in changes(before, after, mine, ALL) if change.is_followed]))


def _shown(session: Session, context: BatchContext, design: Design | None) -> Working:
    batch = context.batch
    if design is None:
        return Working(
            batch=batch,
            definition=context.definition,
            step=first_number(batch),
            base_revision=batch.revision,
            undone="",
            redone="",
            is_changed=False,
            changed_at=None,
            changed_by="",
        )
    back, forth = (beside(session, design, is_back=is_back) for is_back in (True, False))
    near = select(DesignStep.number, DesignStep.what, DesignStep.made_at, DesignStep.made_by).where(
        DesignStep.design_id == design.id, DesignStep.number.in_((design.step, forth))
    )
    steps = {row.number: row for row in session.execute(near)}
    own, number = steps[design.step], design.step
    definition = document(session, design, design.step)
    if design.base_revision != batch.revision:
        # What is shown now gets this number as soon as somebody goes on with it.
        number = caught_up_number(session, design, batch)
        definition = _caught_up(session, context, design, definition)
    return Working(
        batch=batch,
        definition=definition,
        step=number,
        base_revision=design.base_revision,
        undone=own.what if back is not None else "",
        redone=steps[forth].what if forth is not None else "",
        is_changed=digest(definition) != digest(context.definition),
        changed_at=own.made_at if back is not None or forth is not None else None,
        changed_by=own.made_by if back is not None or forth is not None else "",
    )


def _go(session: Session, batch_id: int, sentence: str, actor: Actor, *, is_back: bool) -> Working:
    context = _context(session, batch_id, actor, lock=True)
    design = design_of(session, batch_id)
    wanted = beside(session, design, is_back=is_back) if design is not None else None
    if design is None or wanted is None:
        raise Conflict(sentence)
    design.step = wanted
    session.flush()
    return _shown(session, context, design)


def _apart(session: Session, design: Design, change: Change, current: Definition) -> list[Edit]:
    """Return the edits as the writer meant them. Raises Conflict for values that somebody else changed since."""
    if not has_step(session, design, change.seen):
        raise Conflict("打开这一页之后，工作稿已被撤销、放弃或改动很多，请刷新页面后重做这一处改动。")
    seen = document(session, design, change.seen)
    meant = [_meant(edit, seen) if isinstance(edit, SetValues) else edit for edit in change.edits]
    found = clashes(seen, current, meant)
    if found:
        raise Conflict("；".join(found) + "。请核对后再改。")
    return meant


def _meant(edit: SetValues, seen: Definition) -> SetValues:
    """Return an edit without the values that the writer sent back as they had come."""
    was = value_at(seen, edit.path)
    known = was if isinstance(was, Mapping) else {}
    return SetValues(edit.path, {name: value for name, value in edit.values.items() if known.get(name) != value})
