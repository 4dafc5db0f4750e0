"""Setting a unit's own dates, and proposals for them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry
from services.batches.context import BatchContext
from services.duties.cascade import NewDate, clear_unit_date, proposals, set_unit_date, unit_dates
from tests.support.batches import COORDINATOR
from tests.support.recommending import (
    CITY_A,
    COUNTY,
    NOW,
    OTHER,
    PROVINCE,
    changed,
    opened,
    person,
    recommend_stage,
    unit,
    with_places,
)


def put(
    db: Session, context: BatchContext, code: str, on: date, by: str | None = None, stage: str = "declare"
) -> None:
    new = NewDate(unit(db, code).id, stage, on)
    set_unit_date(db, context, new, actor=person(db, by or code), now=NOW)


def test_a_date_is_never_later_than_the_one_above(db: Session) -> None:
    """S000-45: the notice's 28 April, the city's 14 April, the county's before that."""
    context = opened(db)
    with pytest.raises(Invalid, match="不能晚于上级规定的截止时间 2023-04-28 周五 24:00"):
        put(db, context, CITY_A, date(2023, 4, 29))
    put(db, context, CITY_A, date(2023, 4, 14))
    with pytest.raises(Invalid, match="不晚于 2023-04-14 周五 24:00"):
        put(db, context, COUNTY, date(2023, 4, 17))
    put(db, context, COUNTY, date(2023, 4, 12))

    put(db, context, CITY_A, date(2023, 4, 20))
    assert [row.due_at.date() for row in unit_dates(db, context, unit(db, CITY_A).id).values()] == [date(2023, 4, 20)]
    words = db.scalars(select(AuditEntry.what).where(AuditEntry.action == "set_unit_date")).all()
    assert words == ["甲市：申报截止时间", "甲县：申报截止时间", "甲市：申报截止时间"]


def test_a_date_must_lie_ahead_in_a_stage_where_units_may_set_one(db: Session) -> None:
    context = opened(db)

    with pytest.raises(Invalid, match="已经过去"):
        put(db, context, CITY_A, date(2023, 3, 12))
    with pytest.raises(NotFound, match="不能由推荐单位另设"):
        put(db, context, CITY_A, date(2023, 4, 12), stage="none")
    with pytest.raises(Invalid, match="不是一天中的时刻"):
        new = NewDate(unit(db, CITY_A).id, "declare", date(2023, 4, 12), "9点")
        set_unit_date(db, context, new, actor=COORDINATOR, now=NOW)


def test_the_unit_or_one_above_sets_it_and_takes_it_away(db: Session) -> None:
    context = opened(db)
    for stranger in (COUNTY, OTHER):
        with pytest.raises(NotAllowed):
            put(db, context, CITY_A, date(2023, 4, 14), by=stranger)
    put(db, context, CITY_A, date(2023, 4, 14), by=PROVINCE)
    where = unit(db, CITY_A).id

    clear_unit_date(db, context, where, "declare", actor=person(db, CITY_A), now=NOW)

    assert unit_dates(db, context, where) == {}
    with pytest.raises(NotFound, match="没有另设截止时间"):
        clear_unit_date(db, context, where, "declare", actor=person(db, CITY_A), now=NOW)


def test_dates_are_proposed_for_each_level_below_and_nothing_is_set(db: Session) -> None:
    """S000-45, S004-24: working days back from the unit's own deadline; marked as proposals, with their counting."""
    context = opened(db)
    where = unit(db, PROVINCE).id

    found = proposals(db, context, where, actor=person(db, PROVINCE), now=NOW)

    assert [item.level for item in found] == ["设区市", "设区市", "applicants"]
    days = [date(2023, 5, 31), *(item.on for item in found)]
    assert all(later > earlier for later, earlier in pairwise(days))
    assert all(context.calendar.is_working(day) for day in days)
    assert unit_dates(db, context, where) == {}


def test_without_a_deadline_there_is_nothing_to_count_from(db: Session) -> None:
    stage = recommend_stage()
    context = opened(
        db, changed(with_places(), recommend=type(stage)(key="recommend", kind=stage.kind, title="推荐"))
    )

    with pytest.raises(Conflict, match="没有截止时间"):
        proposals(db, context, unit(db, PROVINCE).id, actor=COORDINATOR, now=NOW)
