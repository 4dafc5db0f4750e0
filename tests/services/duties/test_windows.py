"""When a unit may act: the stage's dates, extensions, and earlier dates of the units above."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain.errors import TooEarly, TooLate
from models.scope import Scope, set_scope
from services.batches.context import BatchContext, load
from services.batches.extending import MoreTime, extend
from services.batches.publishing import set_paused
from services.duties.cascade import NewDate, set_unit_date
from services.duties.windows import require_unit_window, unit_window
from tests.support.batches import COORDINATOR, local
from tests.support.case_rows import applicant, organisation
from tests.support.recommending import (
    CITY_A,
    CITY_B,
    COUNTY,
    NOW,
    OPENED,
    PROVINCE,
    opened,
    person,
    unit,
)

DECLARED_BY = local("2023-04-29 00:00")


def may(db: Session, context: BatchContext, code: str, at: str, stage: str = "declare") -> bool:
    """Return whether an act is late; refused ones raise."""
    return require_unit_window(db, context, context.definition.stage(stage), unit(db, code).id, local(at))


def set_date(db: Session, context: BatchContext, code: str, day: str, stage: str = "declare") -> None:
    new = NewDate(unit(db, code).id, stage, local(f"{day} 00:00").date())
    set_unit_date(db, context, new, actor=person(db, code), now=NOW)


def test_the_stages_own_dates_hold_for_all(db: Session) -> None:
    context = opened(db)

    assert may(db, context, COUNTY, "2023-04-28 23:59") is False
    with pytest.raises(TooLate, match="“申报”已于 2023-04-28 周五 24:00（北京时间）截止"):
        may(db, context, COUNTY, "2023-04-29 00:00")
    with pytest.raises(TooEarly, match="“申报”环节尚未开放（2023-03-06 周一 09:00 开放）"):
        require_unit_window(
            db, context, context.definition.stage("declare"), unit(db, CITY_A).id, OPENED - timedelta(minutes=1)
        )


def test_a_units_date_narrows_for_its_applicants_and_for_those_below(db: Session) -> None:
    """S000-45: its own applicants and those of the units below it; the neighbours keep the stage's date."""
    context = opened(db)
    set_date(db, context, CITY_A, "2023-04-14")

    for code in (CITY_A, COUNTY):
        with pytest.raises(TooLate, match=r"“甲市”规定的“申报”已于 2023-04-14 .*如需补报，请联系“甲市”"):
            may(db, context, code, "2023-04-15 00:00")
    for code in (CITY_B, PROVINCE):
        assert may(db, context, code, "2023-04-15 00:00") is False


def test_a_date_for_checking_binds_the_units_below_and_not_the_unit_itself(db: Session) -> None:
    context = opened(db)
    set_date(db, context, CITY_A, "2023-05-20", "review")

    assert may(db, context, CITY_A, "2023-05-21 00:00", "review") is False
    with pytest.raises(TooLate, match="“甲市”规定的“初审”"):
        may(db, context, COUNTY, "2023-05-21 00:00", "review")


def test_more_time_for_a_unit_lets_the_applicants_of_its_branch_in_and_marks_them(db: Session) -> None:
    """S003-42: for the branch that was given more time; what comes by it is marked."""
    context = opened(db)
    more = MoreTime(
        stage="declare", due_at=DECLARED_BY + timedelta(days=3), reason="来函", unit_id=unit(db, CITY_A).id
    )
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)
    context = load(db, context.batch.id)

    assert may(db, context, COUNTY, "2023-04-28 12:00") is False
    assert may(db, context, COUNTY, "2023-04-30 12:00") is True
    with pytest.raises(TooLate):
        may(db, context, CITY_B, "2023-04-30 12:00")


def test_an_applicants_window_does_not_depend_on_what_it_may_see(db: Session) -> None:
    """An applicant sees neither duties nor dates of units; they bind it all the same."""
    context = opened(db)
    set_date(db, context, CITY_A, "2023-04-14")
    actor = applicant(organisation(db, 1, COUNTY))
    where = unit(db, COUNTY).id

    set_scope(db, Scope.of(actor))

    window = unit_window(db, context, context.definition.stage("declare"), where)
    assert (window.due_at, window.set_by) == (local("2023-04-15 00:00"), "甲市")


def test_nothing_is_received_while_the_batch_is_paused(db: Session) -> None:
    context = opened(db)
    set_paused(db, context.batch, is_paused=True, reason="核对", actor=COORDINATOR, now=NOW)

    with pytest.raises(TooLate, match="当前不接收材料"):
        may(db, context, CITY_A, "2023-03-14 10:00")
