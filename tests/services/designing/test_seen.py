"""The step that a page saw: a number stands for one state of the copy, whatever happens to it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.errors import Conflict
from models import Batch
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.designing.edits import Edit, SetValues
from services.designing.working import Change, Working, apply, discard, save_revision, undo, working_copy
from tests.support.batches import COORDINATOR, definition
from tests.support.people import NOW

OTHER = Actor("赵处长", Role.COORDINATOR, user_id=2)


def draft(session: Session) -> Batch:
    return store_draft(session, definition(2), actor=SYSTEM, now=NOW)


def change(session: Session, batch: Batch, *edits: Edit, seen: int, actor: Actor = COORDINATOR) -> Working:
    return apply(session, batch.id, Change(edits, seen, "改动"), actor=actor, now=NOW)


def titled(text: str) -> SetValues:
    return SetValues("stages.contacts", {"title": text})


def drop(session: Session, batch: Batch) -> None:
    discard(session, batch.id, actor=COORDINATOR, now=NOW)


def undo_and_go_elsewhere(session: Session, batch: Batch) -> None:
    undo(session, batch.id, actor=COORDINATOR)


@pytest.mark.parametrize("leave", [drop, undo_and_go_elsewhere])
def test_a_page_from_before_never_fits_a_newer_copy_by_accident(
    db: Session, leave: Callable[[Session, Batch], None]
) -> None:
    """A page that saw a dropped or undone step must not pass for one that saw what stands under its number now."""
    batch = draft(db)
    seen = change(db, batch, titled("旧页上的"), seen=0)
    leave(db, batch)
    now = change(db, batch, titled("他人后来写的"), seen=working_copy(db, batch.id, actor=OTHER).step, actor=OTHER)

    assert now.step > seen.step
    with pytest.raises(Conflict, match="刷新页面"):
        change(db, batch, SetValues("stages.contacts", {"title": "旧页上的", "grace_minutes": 0}), seen=seen.step)
    with pytest.raises(Conflict):
        save_revision(db, batch.id, seen=seen.step, actor=COORDINATOR, now=NOW)


def test_a_page_of_an_older_revision_never_fits_a_copy_that_was_begun_from_a_newer_one(db: Session) -> None:
    batch = draft(db)
    first = working_copy(db, batch.id, actor=COORDINATOR)
    store_draft(db, replace(definition(2), title="导入的"), actor=SYSTEM, now=NOW)
    begun = change(db, batch, titled("新"), seen=working_copy(db, batch.id, actor=OTHER).step, actor=OTHER)

    with pytest.raises(Conflict, match="刷新页面"):
        change(db, batch, SetValues("", {"title": first.definition.title, "region": "某市"}), seen=first.step)

    seen = {begun.step}
    for title in ("再次导入的", "第三次导入的"):
        store_draft(db, replace(definition(2), title=title), actor=SYSTEM, now=NOW)
        copy = working_copy(db, batch.id, actor=COORDINATOR)
        assert (copy.definition.title, copy.step in seen) == (title, False)
        seen.add(copy.step)
    assert change(db, batch, SetValues("", {"region": "某市"}), seen=copy.step).step == copy.step + 1
    with pytest.raises(Conflict, match="刷新页面"):
        change(db, batch, SetValues("", {"title": "第三次导入的"}), seen=copy.step - 1)


def test_a_copy_that_nobody_changed_is_the_newest_revision_to_the_letter(db: Session) -> None:
    """Also in the order of its lists, so that it passes for unchanged, and the batch can be published."""
    batch = draft(db)
    change(db, batch, titled("新"), seen=0)
    discard(db, batch.id, actor=COORDINATOR, now=NOW)
    imported = replace(definition(2), units=tuple(reversed(definition(2).units)))
    store_draft(db, imported, actor=SYSTEM, now=NOW)

    copy = working_copy(db, batch.id, actor=COORDINATOR)

    assert (copy.definition, copy.is_changed) == (imported, False)
    assert publish(db, batch, actor=COORDINATOR, now=NOW).definition == imported
