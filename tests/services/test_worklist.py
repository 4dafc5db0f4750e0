"""What a person must do next, and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.duties import DutyState
from domain.errors import NotAllowed, NotFound
from models.scope import Scope
from models.session import Database
from services.batches.publishing import set_paused
from services.contacts import change_contact
from services.duties.answers import declare_none, file_answer, save_draft
from services.worklist import SHOWN, Filter, Group, count_owed, stage_list, worklist
from tests.support.batches import ANSWER, COORDINATOR, definition, duty_of, local, officer, running
from tests.support.evaluation import WINNERS, evaluating, winner
from tests.support.progress import counted

NOW = local("2023-03-13 10:00")


def seen(groups: tuple[Group, ...]) -> list[tuple[str, int, int, int]]:
    return [(group.stage_key, group.open, group.overdue, group.settled) for group in groups]


def test_duties_come_by_stage_with_the_nearest_deadline_first(database: Database) -> None:
    """S003-62: same-day milestones stay separate."""
    with database.write(Scope()) as db:
        evaluating(db)
        actor = officer(db, 1)

    with database.read(Scope.of(actor)) as db:
        found = worklist(db, actor=actor, now=NOW)

    assert seen(found.groups) == [("contacts", 1, 0, 0), ("plan", 1, 0, 0), ("evaluation", 2, 0, 0)]
    assert [group.due_at for group in found.groups] == [
        local("2023-03-21 00:00"),
        local("2023-06-01 00:00"),
        local("2023-06-01 00:00"),
    ]
    assert [item.about for group in found.groups for item in group.items] == ["第1单位", "第1单位", "甲公司", "乙市"]
    assert (found.owed, found.overdue, found.coming, found.recent) == (4, 0, (), ())


def test_what_is_overdue_stays_on_the_list_and_what_is_settled_goes_to_the_end(database: Database) -> None:
    """S003-28: a unit without a contact after the cut-off still sees what it owes."""
    late = local("2023-03-22 10:00")
    with database.write(Scope()) as db:
        batch = evaluating(db).batch
        actor = officer(db, 1)
        declare_none(db, duty_of(db, batch, 1, "plan").id, received_at=NOW, actor=actor)
        evaluation = duty_of(db, batch, 1, "evaluation").id
        save_draft(db, evaluation, {"filed_on": "2023"}, revision=None, actor=actor, now=NOW)

    with database.read(Scope.of(actor)) as db:
        found = worklist(db, actor=actor, now=late)
        assert count_owed(db, now=late) == found.owed == 3

    assert seen(found.groups) == [("contacts", 0, 1, 0), ("evaluation", 2, 0, 0)]
    assert [item.has_draft for item in found.groups[1].items] == [True, False]
    assert [(done.stage_title, done.item.state, done.item.settled_at) for done in found.recent] == [
        ("推荐计划", DutyState.NONE, NOW)
    ]
    with database.read(Scope.of(actor)) as db:
        assert worklist(db, actor=actor, now=NOW + timedelta(days=15)).recent == ()


def test_stages_to_come_are_announced(database: Database) -> None:
    with database.write(Scope()) as db:
        running(db)
        actor = officer(db, 1)

    with database.read(Scope.of(actor)) as db:
        found = worklist(db, actor=actor, now=local("2023-03-02 10:00"))

    assert (found.groups, found.owed) == ((), 0)
    assert [(group.stage_key, group.planned, group.opens_at) for group in found.coming] == [
        ("contacts", 1, local("2023-03-06 09:00"))
    ]


def test_another_unit_is_neither_listed_nor_counted(database: Database) -> None:
    """S003-69, S03"""
    with database.write(Scope()) as db:
        batch = evaluating(db).batch
        file_answer(db, duty_of(db, batch, 2).id, ANSWER, received_at=NOW, actor=officer(db, 2))
        actor = officer(db, 3)

    with database.read(Scope.of(actor)) as db:
        found = worklist(db, actor=actor, now=NOW)

        assert seen(found.groups) == [("contacts", 1, 0, 0), ("plan", 1, 0, 0)]
        assert found.recent == ()
        with pytest.raises(NotFound):
            stage_list(db, batch.code, "evaluation", Filter(), actor=actor, now=NOW)


def test_who_answers_nothing_has_no_worklist(db: Session) -> None:
    with pytest.raises(NotAllowed):
        worklist(db, actor=COORDINATOR, now=NOW)
    with pytest.raises(NotAllowed):
        stage_list(db, "batch-2023", "contacts", Filter(), actor=Actor("专家", Role.EXPERT), now=NOW)


def test_a_paused_batch_is_marked(database: Database) -> None:
    with database.write(Scope()) as db:
        batch = evaluating(db).batch
        set_paused(db, batch, is_paused=True, reason="核对", actor=COORDINATOR, now=NOW)
        actor = officer(db, 2)

    with database.read(Scope.of(actor)) as db:
        assert {group.is_paused for group in worklist(db, actor=actor, now=NOW).groups} == {True}


def test_hundreds_of_duties_cost_as_many_queries_as_one(database: Database) -> None:
    """S003-48, S003-50"""
    many = tuple(winner(f"第{number:03d}家") for number in range(1, 301))
    with database.write(Scope()) as db:
        batch = evaluating(db, (*WINNERS, *many)).batch
        some, few = officer(db, 1), officer(db, 2)
        change_contact(db, duty_of(db, batch, 1).unit_id, None, ANSWER, actor=some, now=NOW)

    costs = {}
    for actor in (some, few):
        with database.read(Scope.of(actor)) as db, counted(database.reader) as first:
            groups = worklist(db, actor=actor, now=NOW).groups
        with database.read(Scope.of(actor)) as db, counted(database.reader) as second:
            stage_list(db, batch.code, "evaluation", Filter(), actor=actor, now=NOW)
        costs[actor.name] = (first.queries, second.queries)
        assert len(groups[2].items) == min(groups[2].owed, SHOWN)

    assert costs == {"经办人1": (4, 3), "经办人2": (4, 3)}


def test_the_list_of_a_stage_comes_in_pages_and_can_be_narrowed(database: Database) -> None:
    many = tuple(winner(f"第{number:03d}家") for number in range(1, 60))
    with database.write(Scope()) as db:
        batch = evaluating(db, many).batch
        actor = officer(db, 1)
        first = duty_of(db, batch, 1, "evaluation")
        file_answer(db, first.id, {"filed_on": "2023-03-10"}, received_at=NOW, actor=actor)

    with database.read(Scope.of(actor)) as db:

        def shown(wanted: Filter) -> list[str]:
            listed = stage_list(db, batch.code, "evaluation", wanted, actor=actor, now=NOW)
            assert (listed.group.owed, listed.group.settled) == (58, 1)
            return [item.about for item in listed.items]

        assert shown(Filter())[0] == "第002家"
        assert shown(Filter(page=2))[-1] == "第001家"
        assert shown(Filter(state=DutyState.DONE)) == ["第001家"]
        assert shown(Filter(text="57")) == ["第057家"]
        assert shown(Filter(text="%")) == shown(Filter(text="第001家", state=DutyState.OPEN)) == []
        assert shown(Filter(page=10**6)) == shown(Filter(page=2))


def test_two_batches_keep_their_stages_apart(database: Database) -> None:
    with database.write(Scope()) as db:
        running(db, now=local("2023-03-01 09:00"))
        running(db, replace(definition(), code="batch-2024", title="示范遴选 2024"), now=local("2023-03-01 09:00"))
        actor = officer(db, 1)

    with database.read(Scope.of(actor)) as db:
        found = worklist(db, actor=actor, now=NOW)

    assert [(group.batch_code, group.stage_key, group.owed) for group in found.groups] == [
        ("batch-2023", "contacts", 1),
        ("batch-2024", "contacts", 1),
    ]
