"""The cases that somebody must do something with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.errors import NotAllowed
from models import CaseState
from models.scope import Scope
from models.session import Database
from services.reviewing.owed import CaseGroup, count_of_applicant
from services.reviewing.returning import Return, give_back
from services.worklist import applicant_worklist, worklist
from tests.support.batches import local
from tests.support.case_rows import AT, case_row, organisation
from tests.support.progress import counted
from tests.support.reviewing import NOW, World, county_and_city, submitted, world

DUE = local("2023-03-21 00:00")


def filled(db: Session) -> World:
    """The county has one case to check, two to forward, one with its applicant; the other county one to check."""
    found = world(db)
    for number, state in enumerate((CaseState.PASSED, CaseState.PASSED, CaseState.RETURNED), start=2):
        submitted(db, found.context, organisation(db, number, "000002"), state=state)
    submitted(db, found.context, organisation(db, 9, "000003"), unit_code="000003")
    return found


def test_an_officer_sees_the_cases_that_lie_with_the_own_unit(database: Database) -> None:
    """S004-57: those below are the lower unit's to do."""
    with database.write(Scope()) as db:
        found = filled(db)
        batch, people = found.context.batch, (found.county, found.city, found.other)
        batch_id = batch.id

    seen = []
    for actor in people:
        with database.read(Scope.of(actor)) as db:
            seen.append(worklist(db, actor=actor, now=NOW).cases)

    assert seen == [
        (CaseGroup(batch_id, "batch-2023", "示范遴选 2023", 1, 2, 1, AT),),
        (),
        (CaseGroup(batch_id, "batch-2023", "示范遴选 2023", 1, 0, 0, AT),),
    ]


def test_an_applicant_sees_what_to_correct_first_and_then_its_drafts(database: Database) -> None:
    with database.write(Scope()) as db:
        found = world(db)
        give_back(db, found.case.id, Return("请补照片"), actor=found.county, now=NOW)
        case_row(db, found.context, found.organisation, "000002", title="第二件")
        case_row(db, found.context, organisation(db, 9, "000002"), "000002", title="别家的")
        actor = found.applicant

    with database.read(Scope.of(actor)) as db, counted(database.reader) as queries:
        shown = applicant_worklist(db, actor=actor, now=NOW)
    with database.read(Scope.of(actor)) as db:
        assert count_of_applicant(db, actor=actor) == 2
        overdue = applicant_worklist(db, actor=actor, now=DUE)

    assert queries.queries == 1
    assert [(case.title, case.is_returned, case.due_at, case.summary, case.is_overdue) for case in shown] == [
        ("第1制造公司", True, DUE, "请补照片", False),
        ("第二件", False, DUE, "", False),
    ]
    assert [case.is_overdue for case in overdue] == [True, True]


def test_an_applicant_does_not_see_what_one_unit_asked_of_another(db: Session) -> None:
    found = world(db)
    found.case.at_unit_id = found.city_id(db)
    db.flush()
    db.expire(found.case)
    internal = Return("县级核实不充分", to_unit_id=found.county_id(db))
    give_back(db, found.case.id, internal, actor=found.city, now=NOW)
    assert applicant_worklist(db, actor=found.applicant, now=NOW) == ()
    give_back(db, found.case.id, Return("请补照片"), actor=found.county, now=NOW)

    (case,) = applicant_worklist(db, actor=found.applicant, now=NOW)

    assert case.summary == "请补照片"


def test_a_draft_without_a_date_comes_last(db: Session) -> None:
    wanted = county_and_city()
    stages = tuple(replace(stage, due=None) if stage.declare else stage for stage in wanted.stages)
    found = world(db, replace(wanted, stages=stages), state=CaseState.DRAFT)

    (case,) = applicant_worklist(db, actor=found.applicant, now=NOW)

    assert (case.due_at, case.is_overdue) == (None, False)


def test_who_declares_nothing_has_no_such_list(db: Session) -> None:
    found = world(db)

    with pytest.raises(NotAllowed):
        applicant_worklist(db, actor=found.county, now=NOW)
