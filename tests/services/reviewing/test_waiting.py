"""What an upper unit sees when one below forgets to go on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.errors import NotAllowed, NotFound
from models import CaseState
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.duties.loads import chain_of, settle_units
from services.recommending.forwarding import forward
from services.reviewing.deciding import pass_case
from services.reviewing.returning import Return, call_off, give_back
from services.reviewing.waiting import waiting_cases, waiting_since, waiting_units
from tests.support.batches import local
from tests.support.case_rows import AT, organisation
from tests.support.mailing import send_all
from tests.support.progress import counted
from tests.support.reviewing import NOW, answer_everything, county_and_city, submitted, world

TEN_DAYS_ON = local("2023-03-20 09:00")


def test_the_city_sees_how_long_a_case_lies_with_the_county(database: Database) -> None:
    """S004-57: "at county since n days"; passing it without forwarding starts nothing anew."""
    with database.write(Scope()) as db:
        found = world(db)
        answer_everything(db, found, found.county)
        pass_case(db, found.case.id, "", actor=found.county, now=NOW)
        submitted(db, found.context, organisation(db, 2, "000003"), unit_code="000003", submitted_at=NOW)
        submitted(db, found.context, organisation(db, 3, "000003"), unit_code="000003", state=CaseState.RETURNED)
        batch_id, city, other, county_id = found.case.batch_id, found.city, found.other, found.county_id(db)

    with database.read(Scope.of(city)) as db:
        units = waiting_units(db, batch_id, actor=city, now=TEN_DAYS_ON)
        (case,) = waiting_cases(db, batch_id, county_id, actor=city, now=TEN_DAYS_ON)
    with database.read(Scope.of(other)) as db:
        own = waiting_units(db, batch_id, actor=other, now=TEN_DAYS_ON)
        with pytest.raises(NotFound):
            waiting_cases(db, batch_id, county_id, actor=other, now=TEN_DAYS_ON)

    assert [(unit.unit, unit.to_check, unit.to_forward, unit.with_applicant, unit.days) for unit in units] == [
        ("乙县工信局", 0, 1, 0, 10),
        ("丙县工信局", 1, 0, 1, 7),
    ]
    assert (case.title, case.unit, case.state, case.waiting_since, case.days) == (
        "第1制造公司",
        "乙县工信局",
        CaseState.PASSED,
        AT,
        10,
    )
    assert [unit.unit for unit in own] == ["丙县工信局"]


def test_each_hand_over_starts_the_wait_anew(db: Session) -> None:
    found = world(db)
    assert waiting_since(db, [found.case.id]) == {}
    give_back(db, found.case.id, Return("x"), actor=found.county, now=NOW)
    assert waiting_since(db, [found.case.id]) == {found.case.id: NOW}
    call_off(db, found.case.id, "误退", actor=found.county, now=local("2023-03-14 10:00"))
    answer_everything(db, found, found.county)
    pass_case(db, found.case.id, "", actor=found.county, now=local("2023-03-15 10:00"))
    forwarded = local("2023-03-16 10:00")
    forward(db, found.case.id, received_at=forwarded, actor=found.county)

    assert waiting_since(db, [found.case.id]) == {found.case.id: forwarded}
    (unit,) = waiting_units(db, found.case.batch_id, actor=found.city, now=TEN_DAYS_ON)
    assert (unit.unit, unit.to_check, unit.oldest_since) == ("甲市工信局", 1, forwarded)


def test_an_applicant_does_not_see_how_the_offices_work(db: Session) -> None:
    found = world(db)

    with pytest.raises(NotAllowed):
        waiting_units(db, found.case.batch_id, actor=found.applicant, now=NOW)
    with pytest.raises(NotAllowed):
        waiting_cases(db, found.case.batch_id, found.county_id(db), actor=found.applicant, now=NOW)


def test_many_cases_cost_as_many_queries_as_one(database: Database) -> None:
    costs = []
    for code, count in (("few", 1), ("many", 30)):
        with database.write(Scope()) as db:
            found = world(db, replace(county_and_city(), code=code))
            for number in range(count):
                submitted(db, found.context, organisation(db, 1000 * count + number, "000002"))
            batch_id, actor, unit_id = found.case.batch_id, found.city, found.county_id(db)
        with database.read(Scope.of(actor)) as db, counted(database.reader) as queries:
            waiting_units(db, batch_id, actor=actor, now=NOW)
            waiting_cases(db, batch_id, unit_id, actor=actor, now=NOW)
        costs.append(queries.queries)

    assert costs[0] == costs[1]


def test_the_county_that_forgets_gets_its_own_mail(db: Session) -> None:
    """S004-57: the reminders of the check stage, until nothing waits."""
    wanted = county_and_city()
    stages = tuple(replace(stage, ladder="contacts") if stage.review else stage for stage in wanted.stages)
    found = world(db, replace(wanted, stages=stages))
    settle_units(db, found.context, chain_of(db, found.case.unit_id), at=NOW)
    advance(db, found.case.batch_id, NOW)
    send_all(db, NOW)
    a_day_before = local("2023-03-23 09:30")

    advance(db, found.case.batch_id, a_day_before)
    reminded = [mail.unit for mail in send_all(db, a_day_before) if mail.kind == "reminder"]
    answer_everything(db, found, found.county, at=a_day_before)
    pass_case(db, found.case.id, "", actor=found.county, now=a_day_before)
    last_day = local("2023-03-24 09:30")
    advance(db, found.case.batch_id, last_day)

    assert reminded == ["000002"]
    assert [mail.unit for mail in send_all(db, last_day) if mail.kind == "reminder"] == []
