"""Cases as lists and figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Catalogue, Mode
from domain.errors import NotAllowed
from models import CaseState, SiteCheck
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.reading import Filter, case_list, counts_by_unit, duplicates, my_cases, who_chose
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, case_row, credit_code, organisation, unit_of
from tests.support.cases import DUE, NOW, case_definition, opened, send_back, submitted

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def titles(session: Session, context: BatchContext, actor: Actor = COORDINATOR, **wanted: Any) -> list[str]:
    asked = Filter(context.batch.id, **wanted)
    return [line.title for line in case_list(session, asked, actor=actor, now=NOW).lines]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Count the statements of a session."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield asked
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_a_list_shows_who_what_and_where(db: Session, context: BatchContext) -> None:
    submitted(db, context, unit_code="000004", title="共享工厂")

    (line,) = case_list(db, Filter(context.batch.id), actor=COORDINATOR, now=NOW).lines

    assert (line.title, line.organisation, line.credit_code, line.category, line.modes) == (
        "共享工厂",
        "第1制造公司",
        credit_code(1),
        "示范企业",
        ("共享制造",),
    )
    assert (line.unit, line.at_unit, line.state, line.is_hidden) == (
        "第4县",
        "第4县",
        CaseState.SUBMITTED,
        False,
    )


def test_a_list_is_filtered_by_branch_category_state_and_text(db: Session, context: BatchContext) -> None:
    """Two Chinese characters are enough to find a case, by its own name or its applicant's."""
    submitted(db, context, organisation(db, 1, name="甲公司"), "000004", title="共享工厂")
    submitted(db, context, organisation(db, 2, name="乙公司"), "000002", title="远程运维")
    submitted(
        db,
        context,
        organisation(db, 3, name="丙_公司"),
        "000001",
        title="数据平台",
        category="platform",
        subtype="general",
    )

    city = unit_of(db, "000001").id
    assert titles(db, context, unit_id=city) == ["数据平台", "共享工厂"]
    assert titles(db, context, at_unit_id=city) == ["数据平台"]
    assert titles(db, context, category="platform") == ["数据平台"]
    assert titles(db, context, state=CaseState.RETURNED) == []
    assert titles(db, context, text="运维") == ["远程运维"]
    assert titles(db, context, text="甲公") == ["共享工厂"]
    assert titles(db, context, text=credit_code(2)[-6:].lower()) == ["远程运维"]
    assert titles(db, context, text="_") == ["数据平台"]
    assert titles(db, context, text="%") == []
    assert titles(db, context, text="运\x00维") == ["远程运维"]
    assert titles(db, context, unit_id=10**9) == titles(db, context, text="没有" * 200) == []


def test_a_draft_of_somebody_else_only_shows_that_it_is_there(db: Session, context: BatchContext) -> None:
    """S003-68"""
    opened(db, context, title="秘密计划")

    for actor in (COORDINATOR, officer(db, 1)):
        (line,) = case_list(db, Filter(context.batch.id), actor=actor, now=NOW).lines
        assert (line.title, line.organisation, line.credit_code, line.modes) == ("（填写中）", "", "", ())
        assert (line.unit, line.state, line.is_hidden) == ("第1单位", CaseState.DRAFT, True)
        assert titles(db, context, actor, text="秘密") == []
        assert titles(db, context, actor, text="制造") == []


def test_a_unit_lists_and_counts_the_cases_of_its_branch_alone(database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        submitted(db, context, organisation(db, 1), "000004", title="县里的")
        submitted(db, context, organisation(db, 2), "000002", title="别处的")
        city, county, other = officer(db, 1), officer(db, 4), officer(db, 5)

    seen = {}
    for actor in (city, county, other):
        with database.read(Scope.of(actor)) as db:
            listed = titles(db, context, actor)
            assert counts_by_unit(db, context, actor=actor).total.total == len(listed)
            seen[actor.name] = listed
    assert seen == {"经办人1": ["县里的"], "经办人4": ["县里的"], "经办人5": []}


def test_the_grid_of_units_sums_to_the_number_of_cases(db: Session, context: BatchContext) -> None:
    """S000-49: registered, draft, submitted, returned, checked on the site, forwarded."""
    states = [*CaseState, CaseState.SUBMITTED]
    for number, state in enumerate(states, 1):
        code = f"{number % 5 + 1:06d}"
        case = case_row(db, context, organisation(db, number, code), code, state=state)
    db.add(
        SiteCheck(
            case_id=case.id,
            batch_id=context.batch.id,
            unit_id=case.unit_id,
            by_unit_id=case.unit_id,
            held_on=date(2023, 3, 10),
            persons="张三、李四",
            findings="属实",
            recorded_at=NOW,
            recorded_by="经办人",
        )
    )
    db.flush()

    grid = counts_by_unit(db, context, actor=COORDINATOR)

    assert len(grid.units) == 6
    assert sum(row.counts.total for row in grid.units) == grid.total.total == len(states)
    assert grid.total.by_state == {state: 2 if state is CaseState.SUBMITTED else 1 for state in CaseState}
    assert (grid.total.registered, grid.total.site_checked, grid.total.live) == (len(states), 1, 5)


def test_one_applicant_at_two_units_is_shown_to_the_office(db: Session, context: BatchContext) -> None:
    """S003-70"""
    twice, once = organisation(db, 1), organisation(db, 2)
    submitted(db, context, twice, "000001", title="一厂")
    opened(db, context, twice, "000002", title="二厂")
    submitted(db, context, once, "000002")
    opened(db, context, once, "000002")

    (found,) = duplicates(db, context, actor=COORDINATOR).applicants

    assert (found.name, found.credit_code) == ("第1制造公司", credit_code(1))
    assert [(case.unit, case.title) for case in found.cases] == [("第1单位", "一厂"), ("第2单位", "")]
    with pytest.raises(NotAllowed):
        duplicates(db, context, actor=officer(db, 1))


def test_an_applicant_sees_its_own_cases_with_their_dates(database: Database) -> None:
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        declarer = organisation(db)
        draft = opened(db, context, declarer, title="草稿").id
        returned = submitted(db, context, declarer, title="退回的")
        send_back(db, returned, due_at=LATER)
        submitted(db, context, organisation(db, 2), title="别人的")
        actor = applicant(declarer)

    with database.read(Scope.of(actor)) as db, counted(db) as asked:
        found = my_cases(db, actor=actor)

    assert [(case.title, case.due_at, case.state) for case in found.cases] == [
        ("退回的", LATER, CaseState.RETURNED),
        ("草稿", DUE, CaseState.DRAFT),
    ]
    assert found.cases[1].id == draft
    assert (found.cases[0].batch_code, found.cases[0].category, found.cases[0].unit) == (
        "batch-2023",
        "示范企业",
        "第1单位",
    )
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2
    with database.read(Scope.of(COORDINATOR)) as db, pytest.raises(NotAllowed):
        my_cases(db, actor=COORDINATOR)


def test_who_chose_a_mode_is_found_over_the_years_whatever_it_was_called(db: Session, context: BatchContext) -> None:
    """S002-12"""
    submitted(db, context, organisation(db, 1), title="今年的")
    lifecycle = submitted(db, context, organisation(db, 2), title="另一模式")
    lifecycle.modes = ["lifecycle"]
    base = case_definition()
    older = Catalogue(
        key="modes", title="模式目录", modes=(Mode(key="lifecycle", name="产能共享", standard="sharing"),)
    )
    categories = (replace(base.categories[0], modes=("lifecycle",)), *base.categories[1:])
    earlier = running(
        db, case_definition(code="batch-2021", year=2021, catalogue=older, modes=(), categories=categories)
    )
    case = case_row(db, earlier, organisation(db, 3), state=CaseState.FORWARDED, title="前年的", modes=["lifecycle"])

    found = who_chose(db, "sharing", actor=COORDINATOR)

    assert [(line.title, line.year, line.mode) for line in found.lines] == [
        ("今年的", 2023, "共享制造"),
        ("前年的", 2021, "产能共享"),
    ]
    assert found.lines[1].case_id == case.id
    assert who_chose(db, "nothing", actor=COORDINATOR).page.total == 0
    with pytest.raises(NotAllowed):
        who_chose(db, "sharing", actor=Actor("专家", Role.EXPERT))
