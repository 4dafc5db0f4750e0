"""The working copy: steps back and forth, two coordinators at once, a revision only when it makes sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import Batch, Design, DesignStep
from services.batches.context import definition_of
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.designing import steps as kept_steps
from services.designing.edits import Edit, Remove, SetValues
from services.designing.working import (
    Change,
    Working,
    apply,
    discard,
    redo,
    roll_back,
    save_revision,
    undo,
    working_copy,
)
from tests.support.batches import COORDINATOR, definition, running
from tests.support.people import NOW

OFFICER = Actor("经办人", Role.OFFICER, branch="/000001/")
OTHER = Actor("赵处长", Role.COORDINATOR, user_id=2)


def draft(session: Session, **changes: object) -> Batch:
    return store_draft(session, replace(definition(2), **changes), actor=SYSTEM, now=NOW)  # type: ignore[arg-type]  # fields of a definition


def change(session: Session, batch: Batch, *edits: Edit, seen: int, actor: Actor = COORDINATOR) -> Working:
    return apply(session, batch.id, Change(edits, seen, "改动"), actor=actor, now=NOW)


def titled(text: str) -> SetValues:
    return SetValues("stages.contacts", {"title": text})


def test_reading_writes_nothing_and_shows_the_newest_revision(db: Session) -> None:
    batch = draft(db)

    copy = working_copy(db, batch.id, actor=COORDINATOR)

    assert (copy.definition, copy.step, copy.is_changed) == (definition(2), 0, False)
    assert db.scalar(select(func.count()).select_from(Design)) == 0


def test_every_change_is_a_step_and_the_revision_stays(db: Session) -> None:
    batch = draft(db)

    change(db, batch, titled("一"), seen=0)
    copy = change(db, batch, titled("二"), seen=1)

    assert (copy.definition.stages[0].title, copy.step, copy.undone, copy.is_changed) == ("二", 2, "改动", True)
    assert (copy.changed_at, copy.changed_by) == (NOW, COORDINATOR.name)
    assert definition_of(db, batch) == definition(2)


def test_steps_are_undone_and_redone_until_something_new_is_done(db: Session) -> None:
    batch = draft(db)
    for number, text in enumerate(("一", "二", "三")):
        change(db, batch, titled(text), seen=number)

    assert undo(db, batch.id, actor=COORDINATOR).definition.stages[0].title == "二"
    copy = undo(db, batch.id, actor=COORDINATOR)
    assert (copy.definition.stages[0].title, copy.redone) == ("一", "改动")
    assert redo(db, batch.id, actor=COORDINATOR).definition.stages[0].title == "二"
    copy = change(db, batch, titled("另一条路"), seen=2)

    assert (copy.redone, copy.step) == ("", 4)
    with pytest.raises(Conflict, match="没有可以重做的改动"):
        redo(db, batch.id, actor=COORDINATOR)
    for _ in range(3):
        undo(db, batch.id, actor=COORDINATOR)
    with pytest.raises(Conflict, match="没有可以撤销的改动"):
        undo(db, batch.id, actor=COORDINATOR)


def test_nothing_changed_is_no_step(db: Session) -> None:
    batch = draft(db)

    assert change(db, batch, titled(definition(2).stages[0].title), seen=0).step == 0


def test_two_coordinators_at_different_values_are_both_heard(db: Session) -> None:
    batch = draft(db)
    form = {"title": "反馈联系人", "grace_minutes": 0}

    change(db, batch, titled("甲改的标题"), seen=0)
    copy = change(db, batch, SetValues("stages.contacts", form), seen=0, actor=OTHER)

    stage = copy.definition.stages[0]
    assert (stage.title, stage.grace_minutes) == ("甲改的标题", 0)


def test_two_coordinators_at_one_value_are_told_of_each_other(db: Session) -> None:
    batch = draft(db)
    change(db, batch, titled("甲改的"), seen=0)

    with pytest.raises(Conflict) as refused:
        change(db, batch, titled("乙改的"), seen=0, actor=OTHER)

    assert "甲改的" in refused.value.sentence
    assert "乙改的" in refused.value.sentence
    assert working_copy(db, batch.id, actor=OTHER).definition.stages[0].title == "甲改的"


def test_what_somebody_else_took_out_or_changed_is_not_taken_out_again(db: Session) -> None:
    batch = draft(db)
    change(db, batch, SetValues("forms.contact.fields.fax", {"label": "传真号码"}), seen=0)

    with pytest.raises(Conflict, match="刚刚被他人改动"):
        change(db, batch, Remove("forms.contact.fields.fax"), seen=0, actor=OTHER)


def test_an_unfinished_copy_is_kept_and_is_no_revision(db: Session) -> None:
    batch = draft(db)
    copy = change(db, batch, SetValues("stages.contacts", {"ladder": "nothing"}), seen=0)

    with pytest.raises(Invalid) as refused:
        save_revision(db, batch.id, seen=copy.step, actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["stages.contacts.ladder"]
    assert batch.revision == 1
    assert working_copy(db, batch.id, actor=COORDINATOR).definition.stages[0].ladder == "nothing"


def test_a_sound_copy_is_the_next_revision(db: Session) -> None:
    batch = draft(db)
    copy = change(db, batch, titled("新"), seen=0)

    save_revision(db, batch.id, seen=copy.step, actor=COORDINATOR, now=NOW)

    copy = working_copy(db, batch.id, actor=COORDINATOR)
    assert (batch.revision, copy.base_revision, copy.is_changed) == (2, 2, False)
    assert definition_of(db, batch).stages[0].title == "新"
    assert undo(db, batch.id, actor=COORDINATOR).is_changed


def test_a_copy_that_somebody_changed_meanwhile_is_not_stored(db: Session) -> None:
    batch = draft(db)
    change(db, batch, titled("一"), seen=0)
    change(db, batch, titled("二"), seen=1, actor=OTHER)

    with pytest.raises(Conflict, match="他人改动"):
        save_revision(db, batch.id, seen=1, actor=COORDINATOR, now=NOW)


def test_a_newer_revision_is_taken_in_and_own_changes_stay(db: Session) -> None:
    """Somebody imports a file while another works on the copy: neither is lost."""
    batch = draft(db)
    change(db, batch, titled("工作稿的标题"), seen=0)
    imported: Definition = replace(
        definition(2),
        title="导入的标题",
        stages=(replace(definition(2).stages[0], title="导入的环节", grace_minutes=9),),
    )
    store_draft(db, imported, actor=SYSTEM, now=NOW)

    shown = working_copy(db, batch.id, actor=COORDINATOR).definition
    copy = change(db, batch, SetValues("", {"region": "某市"}), seen=2)

    assert (shown.title, shown.stages[0].title) == ("导入的标题", "工作稿的标题")
    assert (copy.definition.title, copy.definition.region) == ("导入的标题", "某市")
    assert (copy.definition.stages[0].title, copy.definition.stages[0].grace_minutes) == ("工作稿的标题", 9)
    assert copy.base_revision == batch.revision == 2


def test_an_older_revision_comes_back_as_a_step(db: Session) -> None:
    batch = draft(db)
    copy = change(db, batch, titled("新"), seen=0)
    save_revision(db, batch.id, seen=copy.step, actor=COORDINATOR, now=NOW)

    copy = roll_back(db, batch.id, 1, actor=COORDINATOR, now=NOW)

    assert (copy.definition, copy.undone, batch.revision) == (definition(2), "恢复到第 1 稿", 2)
    with pytest.raises(NotFound):
        roll_back(db, batch.id, 3, actor=COORDINATOR, now=NOW)


def test_a_copy_is_dropped_with_its_steps(db: Session) -> None:
    batch = draft(db)
    discard(db, batch.id, actor=COORDINATOR, now=NOW)
    change(db, batch, titled("新"), seen=0)

    discard(db, batch.id, actor=COORDINATOR, now=NOW)

    copy = working_copy(db, batch.id, actor=COORDINATOR)
    assert (copy.definition, copy.is_changed, copy.undone, copy.changed_at) == (definition(2), False, "", None)
    assert list(db.scalars(select(DesignStep.what))) == ["第 1 稿"]
    with pytest.raises(Conflict, match="没有可以撤销的改动"):
        undo(db, batch.id, actor=COORDINATOR)


def test_very_many_steps_lose_the_oldest(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_steps, "MOST_STEPS", 3)
    batch = draft(db)
    for number in range(6):
        copy = change(db, batch, titled(str(number)), seen=number)

    assert (db.scalar(select(func.min(DesignStep.number))), copy.step) == (3, 6)
    with pytest.raises(Conflict, match="改动很多"):
        change(db, batch, titled("旧页"), seen=1)


def test_a_running_batch_is_prepared_but_not_stored(db: Session) -> None:
    context = running(db)
    later = NOW + timedelta(days=1)

    copy = apply(db, context.batch.id, Change([titled("新")], 0, "改动"), actor=COORDINATOR, now=later)

    assert copy.is_changed
    with pytest.raises(Conflict, match="变更生效"):
        save_revision(db, context.batch.id, seen=copy.step, actor=COORDINATOR, now=later)


def test_a_draft_with_changes_that_are_no_revision_is_not_published(db: Session) -> None:
    batch = draft(db)
    copy = change(db, batch, titled("新"), seen=0)

    with pytest.raises(Conflict, match="尚未存稿"):
        publish(db, batch, actor=COORDINATOR, now=NOW)
    save_revision(db, batch.id, seen=copy.step, actor=COORDINATOR, now=NOW)

    assert publish(db, batch, actor=COORDINATOR, now=NOW).definition.stages[0].title == "新"


def test_only_who_edits_definitions_sees_a_copy(db: Session) -> None:
    batch = draft(db)

    for act in (
        lambda: working_copy(db, batch.id, actor=OFFICER),
        lambda: change(db, batch, titled("x"), seen=0, actor=OFFICER),
        lambda: undo(db, batch.id, actor=OFFICER),
        lambda: discard(db, batch.id, actor=OFFICER, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
