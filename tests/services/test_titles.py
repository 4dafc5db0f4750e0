"""The registry of titles, and what its changes mean for running batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.definition import Completion
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.facts import DutyKey
from models import Answer, AuditEntry, Duty, Title, TitleAlias, TitleMove, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext, load
from services.batches.extending import MoreTime, extend
from services.batches.publishing import set_paused
from services.duties.answers import Receipt, file_answer, save_draft
from services.duties.rows import recompute, sync_duties
from services.titles import (
    Added,
    Change,
    NewTitle,
    Wanted,
    add_titles,
    find_titles,
    move_title,
    rename_title,
    withdraw_title,
)
from tests.support.batches import COORDINATOR, local, officer
from tests.support.evaluation import WINNERS, duties_about, evaluating, evaluation, title_named, winner

NOW = local("2023-04-10 10:00")
SINCE = Change(date(2023, 4, 1), "工商变更登记")


def unit(session: Session, number: int) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == f"{number:06d}")).one()


def names(session: Session, text: str = "", valid_on: date | None = None) -> list[str]:
    return [title.holder for title in find_titles(session, Wanted(text=text, valid_on=valid_on)).titles]


def keys(session: Session, context: BatchContext) -> set[DutyKey]:
    rows = session.scalars(select(Duty).where(Duty.batch_id == context.batch.id))
    return {DutyKey(duty.stage_key, duty.unit_id, duty.title_id) for duty in rows}


@pytest.fixture
def context(db: Session) -> BatchContext:
    return evaluating(db)


def test_adding_the_same_titles_again_changes_nothing(db: Session, context: BatchContext) -> None:
    """I13: also when a name is written in another width or with a space."""
    again = (*WINNERS, winner("丁公司"))
    spaced = (replace(WINNERS[0], holder="甲　公司"), *WINNERS[1:])

    assert add_titles(db, again, actor=COORDINATOR, now=NOW) == Added(added=1, known=3)
    assert add_titles(db, spaced, actor=COORDINATOR, now=NOW) == Added(added=0, known=3)
    assert names(db) == ["乙市", "丁公司", "甲公司", "丙平台"]


def test_every_wrong_row_is_told_and_none_is_added(db: Session, context: BatchContext) -> None:
    rows = (
        winner("戊公司"),
        NewTitle(programme="none", batch_no=0, category="企业", holder=" ", unit="999999", credit_code="911"),
        winner("甲公司", unit=2),
        winner("戊 公司"),
    )

    with pytest.raises(Invalid) as refusal:
        add_titles(db, rows, actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == [
        "rows.2.programme",
        "rows.2.unit",
        "rows.2.batch_no",
        "rows.2.category",
        "rows.2.holder",
        "rows.2.credit_code",
        "rows.3.unit",
        "rows.4.holder",
    ]
    assert "迁移" in refusal.value.problems[6].allowed
    assert names(db, "戊") == []


def test_a_title_added_while_the_batch_runs_is_asked_at_once(db: Session, context: BatchContext) -> None:
    """S003-48: the list is built from the registry."""
    add_titles(db, [winner("丁公司"), winner("丁项目", category="project")], actor=COORDINATOR, now=NOW)

    [duty] = duties_about(db, title_named(db, "丁公司"))
    assert (duty.unit.code, duty.due_at, duty.settled_as) == ("000001", local("2023-06-01 00:00"), None)
    assert duties_about(db, title_named(db, "丁项目")) == []
    assert keys(db, context) == set(recompute(db, load(db, context.batch.id)))


def test_a_winner_that_moves_takes_its_open_duty_and_draft_along(db: Session, context: BatchContext) -> None:
    """S003-57: registry change with date; the duty moves."""
    title = title_named(db, "甲公司")
    [duty] = duties_about(db, title)
    save_draft(db, duty.id, {"filed_on": "2023-04-0"}, revision=None, actor=officer(db, 1), now=NOW)

    move_title(db, title.id, to_unit_id=unit(db, 3).id, change=SINCE, actor=COORDINATOR, now=NOW)

    move = db.scalars(select(TitleMove)).one()
    assert (move.moved_on, move.recorded_by, move.from_unit_id) == (date(2023, 4, 1), "王主任", unit(db, 1).id)
    db.expire_all()
    assert [(d.unit.code, d.due_at) for d in duties_about(db, title)] == [("000003", local("2023-06-01 00:00"))]
    assert db.scalars(select(Answer.unit_id)).all() == [unit(db, 3).id]
    filed = file_answer(db, duty.id, {"filed_on": "2023-04-11"}, received_at=NOW, actor=officer(db, 3))
    assert isinstance(filed, Receipt)
    assert keys(db, context) == set(recompute(db, load(db, context.batch.id)))


def test_the_former_unit_sees_a_moved_winner_no_more(database: Database) -> None:
    """S003-57, S003-69"""
    with database.write(Scope()) as db:
        evaluating(db)
        title = title_named(db, "甲公司")
        title_id, before, after = title.id, officer(db, 1), officer(db, 3)
        move_title(db, title.id, to_unit_id=unit(db, 3).id, change=SINCE, actor=COORDINATOR, now=NOW)

    for actor, seen in ((before, False), (after, True)):
        with database.read(Scope.of(actor)) as db:
            duties = db.scalars(select(Duty).where(Duty.title_id == title_id)).all()
            assert (len(duties) == 1, "甲公司" in names(db)) == (seen, seen)


def test_what_the_former_unit_has_settled_stays_with_it_and_is_not_asked_again(
    db: Session, context: BatchContext
) -> None:
    """S003-57"""
    title = title_named(db, "甲公司")
    [duty] = duties_about(db, title)
    file_answer(db, duty.id, {"filed_on": "2023-04-09"}, received_at=NOW, actor=officer(db, 1))

    move_title(db, title.id, to_unit_id=unit(db, 3).id, change=SINCE, actor=COORDINATOR, now=NOW)
    sync_duties(db, load(db, context.batch.id))

    assert [(d.unit.code, d.settled_as) for d in duties_about(db, title)] == [("000001", Settlement.DONE)]


def test_more_time_granted_for_the_winner_holds_in_the_new_unit(db: Session, context: BatchContext) -> None:
    """S003-57, S003-42"""
    title, until = title_named(db, "甲公司"), local("2023-07-01 00:00")
    more = MoreTime(stage="evaluation", due_at=until, reason="审计未完", unit_id=title.unit_id, title_id=title.id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)

    move_title(db, title.id, to_unit_id=unit(db, 3).id, change=SINCE, actor=COORDINATOR, now=NOW)

    assert [d.due_at for d in duties_about(db, title)] == [until]
    assert [d.due_at for d in duties_about(db, title_named(db, "丙平台"))] == [local("2023-06-01 00:00")]
    windows = recompute(db, load(db, context.batch.id))
    assert windows[DutyKey("evaluation", title.unit_id, title.id)].due_at == until


def test_a_winner_does_not_move_to_a_unit_outside_the_batch(db: Session, context: BatchContext) -> None:
    outside = Unit(code="999999", name="批次外单位", path="/999999/")
    db.add(outside)
    db.flush()

    with pytest.raises(Invalid, match="不在进行中的批次"):
        move_title(db, title_named(db, "甲公司").id, to_unit_id=outside.id, change=SINCE, actor=COORDINATOR, now=NOW)


def test_a_renamed_winner_is_found_by_old_and_new_name(db: Session, context: BatchContext) -> None:
    """S003-58: alias kept."""
    title = title_named(db, "甲公司")

    rename_title(db, title.id, holder="甲集团有限公司", change=SINCE, actor=COORDINATOR, now=NOW)
    rename_title(db, title.id, holder="新甲集团", change=SINCE, actor=COORDINATOR, now=NOW)

    assert names(db, "甲公司") == names(db, "甲集团有") == names(db, "新甲") == ["新甲集团"]
    assert [(a.name, a.until) for a in db.scalars(select(TitleAlias).order_by(TitleAlias.id))] == [
        ("甲公司", date(2023, 4, 1)),
        ("甲集团有限公司", date(2023, 4, 1)),
    ]
    assert add_titles(db, [winner("甲公司")], actor=COORDINATOR, now=NOW) == Added(added=0, known=1)
    with pytest.raises(Invalid, match="没有变化"):
        rename_title(db, title.id, holder="新甲集团", change=SINCE, actor=COORDINATOR, now=NOW)


def test_a_withdrawn_title_counts_until_its_day_and_not_after(db: Session, context: BatchContext) -> None:
    """S003-60: later checks use the state on the day."""
    title = title_named(db, "甲公司")

    withdraw_title(db, title.id, change=SINCE, actor=COORDINATOR, now=NOW)

    assert names(db, "甲", date(2023, 3, 31)) == ["甲公司"]
    assert names(db, "甲", date(2023, 4, 1)) == names(db, "甲", date(2018, 10, 31)) == []
    assert names(db, "甲") == ["甲公司"]
    assert [d.settled_as for d in duties_about(db, title)] == [Settlement.WAIVED]
    sync_duties(db, load(db, context.batch.id))
    assert [d.settled_as for d in duties_about(db, title)] == [Settlement.WAIVED]
    for refused in (withdraw_title, lambda *a, **k: rename_title(*a, holder="新甲", **k)):
        with pytest.raises(Conflict, match="撤销"):
            refused(db, title.id, change=SINCE, actor=COORDINATOR, now=NOW)


def test_a_change_says_why_and_is_not_of_a_day_to_come(db: Session, context: BatchContext) -> None:
    title, tomorrow = title_named(db, "甲公司"), date(2023, 4, 12)

    with pytest.raises(Invalid) as refusal:
        withdraw_title(db, title.id, change=Change(tomorrow, " "), actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == ["reason", "on"]
    with pytest.raises(Invalid, match="早于授予日期"):
        withdraw_title(db, title.id, change=Change(date(2018, 1, 1), "误授"), actor=COORDINATOR, now=NOW)
    with pytest.raises(Invalid, match="已经属于"):
        move_title(db, title.id, to_unit_id=title.unit_id, change=SINCE, actor=COORDINATOR, now=NOW)


def test_each_change_is_in_the_log_with_its_reason(db: Session, context: BatchContext) -> None:
    title = title_named(db, "甲公司")
    rename_title(db, title.id, holder="新甲", change=SINCE, actor=COORDINATOR, now=NOW)
    move_title(db, title.id, to_unit_id=unit(db, 3).id, change=SINCE, actor=COORDINATOR, now=NOW)
    withdraw_title(db, title.id, change=SINCE, actor=COORDINATOR, now=NOW)

    logged = db.scalars(select(AuditEntry).where(AuditEntry.action == "manage_titles").order_by(AuditEntry.id)).all()

    assert [entry.what for entry in logged] == [
        "示范名单库：新增 3 条",
        "示范名单库：新甲 更名（原名：甲公司）",
        "示范名单库：新甲 迁移至第3单位",
        "示范名单库：新甲 撤销",
    ]
    assert {entry.reason for entry in logged[1:]} == {"2023-04-01 起：工商变更登记"}
    assert logged[2].changes == {"before": {"unit": "第1单位"}, "after": {"unit": "第3单位", "duties": 1}}


def test_an_officer_changes_no_titles(db: Session, context: BatchContext) -> None:
    title, own = title_named(db, "甲公司"), officer(db, 1)

    with pytest.raises(NotAllowed):
        add_titles(db, [winner("丁公司")], actor=own, now=NOW)
    with pytest.raises(NotAllowed):
        withdraw_title(db, title.id, change=SINCE, actor=own, now=NOW)


def test_an_office_changes_titles_of_its_own_branch_only(database: Database) -> None:
    with database.write(Scope()) as db:
        evaluating(db)
        office = Actor("省厅", Role.COORDINATOR, user_id=7, branch=unit(db, 1).path)
        own, foreign, other_unit = title_named(db, "甲公司").id, title_named(db, "丙平台").id, unit(db, 2).id

    with database.write(Scope.of(office)) as db:
        with pytest.raises(NotFound):
            withdraw_title(db, foreign, change=SINCE, actor=office, now=NOW)
        with pytest.raises(NotFound):
            move_title(db, own, to_unit_id=other_unit, change=SINCE, actor=office, now=NOW)
        with pytest.raises(Invalid, match="没有这个单位代码"):
            add_titles(db, [winner("丁公司", unit=2)], actor=office, now=NOW)
        assert names(db) == ["乙市", "甲公司"]


def test_a_paused_batch_follows_too_and_a_finished_stage_is_noted(db: Session) -> None:
    stages = evaluation().stages
    ends_early = replace(stages[2], completes=Completion.ALL_SETTLED)
    context = evaluating(db, wanted=replace(evaluation(), stages=(*stages[:2], ends_early)))
    set_paused(db, context.batch, is_paused=True, reason="核对名单", actor=SYSTEM, now=NOW)

    for holder in ("甲公司", "乙市", "丙平台"):
        withdraw_title(db, title_named(db, holder).id, change=SINCE, actor=COORDINATOR, now=NOW)
    assert load(db, context.batch.id).stages["evaluation"].settled_at == NOW

    add_titles(db, [winner("丁公司")], actor=COORDINATOR, now=NOW + timedelta(hours=1))
    assert load(db, context.batch.id).stages["evaluation"].settled_at is None


def test_a_search_takes_its_signs_as_they_are_and_comes_in_pages(db: Session) -> None:
    """S21"""
    rows = [winner(f"第{number:03d}家") for number in range(1, 121)] + [winner("百分之100%_公司")]
    evaluating(db, tuple(rows))

    first, second = find_titles(db, Wanted(batch_no=2)), find_titles(db, Wanted(batch_no=2), page=2)

    assert (len(first.titles), len(second.titles), first.page.total) == (100, 21, 121)
    assert names(db, "0%_") == ["百分之100%_公司"]
    assert names(db, "\\") == names(db, "x" * 10_000) == []


def test_the_database_counts_batches_from_one(db: Session, context: BatchContext) -> None:
    title = title_named(db, "甲公司")
    db.add(Title(programme_id=title.programme_id, unit_id=title.unit_id, batch_no=0, category="city", holder="零"))

    with pytest.raises(IntegrityError):
        db.flush()
