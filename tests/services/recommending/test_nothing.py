"""Zero report and "all sent": the unit's own word closes its duty, and reminders go only to who owes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Anchor, Category, Due, Ladder, Opening, Owed, Recommend, Stage, StageKind, Step
from domain.duties import Settlement
from domain.errors import Conflict, NotAllowed, NotFound, TooLate
from models import CaseState, Duty
from services.batches.advancing import advance, next_wake
from services.batches.context import load
from services.duties.loads import chain_of, settle_units
from services.recommending import nothing
from services.recommending.forwarding import recall
from tests.support.batches import COORDINATOR, definition, local, officer, running
from tests.support.case_rows import case_row, organisation
from tests.support.mailing import Left, send_all
from tests.support.recommending import (
    CITY_A,
    DUE,
    NOW,
    OTHER,
    PROVINCE,
    changed,
    opened,
    passed,
    passed_many,
    person,
    recommend_stage,
    send,
    unit,
    with_places,
)

NOTICE_13 = definition(
    13,
    categories=(Category(key="enterprise", name="示范企业"),),
    ladders=(
        Ladder(
            key="recommend",
            steps=(
                Step(key="half", days=0, anchor=Anchor.HALF),
                Step(key="d5", days=-5),
                Step(key="d1", days=-1),
            ),
        ),
    ),
    stages=(
        Stage(
            key="recommend",
            kind=StageKind.RECOMMEND,
            title="推荐报送",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 3, 27)),
            ladder="recommend",
            recommend=Recommend(none_label="本单位无推荐"),
        ),
    ),
)


def duty(session: Session, code: str, stage: str = "recommend") -> Duty:
    return session.scalars(select(Duty).where(Duty.unit_id == unit(session, code).id, Duty.stage_key == stage)).one()


def live(session: Session, batch_id: int, until: str) -> list[Left]:
    """Let the batch live until a moment, waking when something is due; return the mails that left."""
    sent: list[Left] = []
    while (wake := next_wake(session)) is not None and wake <= local(until):
        advance(session, batch_id, wake)
        sent += send_all(session, wake)
    return sent


def test_thirteen_units_are_reminded_four_times_each_and_who_has_none_no_more(db: Session) -> None:
    """S001-60, S001-61, S003-64: opening, half-time, T-5, T-1, each once; none after a zero report."""
    context = running(db, NOTICE_13)
    seventh = unit(db, "000007").id
    mails = live(db, context.batch.id, "2023-03-17 09:30")
    nothing.declare_none(db, context, seventh, received_at=local("2023-03-17 10:00"), actor=officer(db, 7))
    mails += live(db, context.batch.id, "2023-03-27 20:00")

    sent = Counter((mail.unit, mail.kind) for mail in mails)

    units = {f"{number:06d}" for number in range(1, 14)}
    assert {code: sent[code, "stage_opens"] for code in units} == dict.fromkeys(units, 1)
    assert {code: sent[code, "reminder"] for code in units} == dict.fromkeys(units, 3) | {"000007": 1}


def test_only_units_with_something_open_are_reminded(db: Session) -> None:
    """S000-47: before the deadline only who has cases in hand."""
    lazy = tuple(
        replace(stage, recommend=Recommend(owed=Owed.WITH_CASES), opens=Opening(on=date(2023, 3, 6)))
        for stage in NOTICE_13.stages
    )
    context = running(db, replace(NOTICE_13, stages=lazy))
    advance(db, context.batch.id, local("2023-03-06 09:00"))
    context = load(db, context.batch.id)
    for number in (2, 5):
        code = f"{number:06d}"
        case = case_row(db, context, organisation(db, number, code), code, state=CaseState.SUBMITTED)
        settle_units(db, context, chain_of(db, case.unit_id), at=local("2023-03-07 09:00"))

    mails = live(db, context.batch.id, "2023-03-27 20:00")

    sent = Counter(mail.unit for mail in mails if mail.kind == "reminder")
    assert sent == {"000002": 3, "000005": 3}


def test_nothing_to_recommend_closes_both_duties_and_may_be_taken_back(db: Session) -> None:
    """S003-64: closed by the unit's own word; open again when it takes the word back in time."""
    context = opened(db, with_places())
    where = unit(db, OTHER).id
    officer_ = person(db, OTHER)

    nothing.declare_none(db, context, where, received_at=NOW, actor=officer_)
    assert (duty(db, OTHER).settled_as, duty(db, OTHER).is_declared) == (Settlement.NONE, True)
    with pytest.raises(Conflict, match="已作“零报告”，如需变更请先撤销"):
        nothing.declare_none(db, context, where, received_at=NOW, actor=officer_)
    case = passed(db, context, OTHER, 1)
    with pytest.raises(Conflict, match="已作“零报告”"):
        send(db, case)

    nothing.take_back(db, context, where, received_at=NOW, actor=officer_)
    assert (duty(db, OTHER).settled_as, duty(db, OTHER).is_declared) == (None, False)
    with pytest.raises(Conflict, match="没有作过"):
        nothing.take_back(db, context, where, received_at=NOW, actor=officer_)
    send(db, case)
    assert duty(db, OTHER).settled_as is Settlement.DONE


def test_who_has_cases_does_not_report_none(db: Session) -> None:
    context = opened(db)
    where, actor = unit(db, PROVINCE).id, person(db, PROVINCE)
    passed(db, context, CITY_A, 1)

    with pytest.raises(Conflict, match="还有 1 件申报件在办"):
        nothing.declare_none(db, context, where, received_at=NOW, actor=actor)
    send(db, passed(db, context, PROVINCE, 2))
    with pytest.raises(Conflict, match="已报送 1 件，不是零报告"):
        nothing.declare_none(db, context, where, received_at=NOW, actor=actor)


def test_none_is_said_by_the_unit_in_time_where_the_notice_lets_it(db: Session) -> None:
    context = opened(db)
    where = unit(db, OTHER).id
    with pytest.raises(NotAllowed):
        nothing.declare_none(db, context, where, received_at=NOW, actor=COORDINATOR)
    with pytest.raises(NotAllowed):
        nothing.declare_none(db, context, where, received_at=NOW, actor=person(db, PROVINCE))
    with pytest.raises(TooLate):
        nothing.declare_none(db, context, where, received_at=DUE, actor=person(db, OTHER))
    with pytest.raises(NotAllowed, match="自行办理"):
        nothing.declare_none(db, context, unit(db, CITY_A).id, received_at=NOW, actor=person(db, PROVINCE))
    with pytest.raises(NotFound, match="没有待办事项"):
        nothing.declare_none(db, context, unit(db, CITY_A).id, received_at=NOW, actor=person(db, CITY_A))


def test_a_batch_may_not_accept_none(db: Session) -> None:
    context = opened(db, changed(with_places(), recommend=recommend_stage(none_label=None)))

    with pytest.raises(NotFound, match="不接受零报告"):
        nothing.declare_none(db, context, unit(db, OTHER).id, received_at=NOW, actor=person(db, OTHER))


def test_all_sent_closes_the_duty_though_a_waiting_line_remains(db: Session) -> None:
    """报送完毕: nothing more is forwarded or recalled until the unit takes the word back."""
    context = opened(db)
    where, actor = unit(db, PROVINCE).id, person(db, PROVINCE)
    first, second = passed_many(db, context, PROVINCE, 2)
    with pytest.raises(Conflict, match="尚未报送任何申报件"):
        nothing.complete(db, context, where, received_at=NOW, actor=actor)

    send(db, first)
    nothing.complete(db, context, where, received_at=NOW, actor=actor)

    settle_units(db, context, [where], at=NOW)
    assert (duty(db, PROVINCE).settled_as, duty(db, PROVINCE).is_declared) == (Settlement.DONE, True)
    with pytest.raises(Conflict, match="已作“报送完毕”"):
        send(db, second)
    with pytest.raises(Conflict, match="已作“报送完毕”"):
        recall(db, first.id, reason="撤", received_at=NOW, actor=actor)
    nothing.take_back(db, context, where, received_at=NOW, actor=actor)
    assert duty(db, PROVINCE).settled_as is None
    send(db, second)


def test_all_sent_waits_for_cases_that_nobody_has_checked(db: Session) -> None:
    context = opened(db)
    send(db, passed(db, context, PROVINCE, 1))
    case_row(db, context, organisation(db, 2, PROVINCE), PROVINCE, state=CaseState.SUBMITTED)

    with pytest.raises(Conflict, match="还有 1 件申报件待初审"):
        nothing.complete(db, context, unit(db, PROVINCE).id, received_at=NOW, actor=person(db, PROVINCE))
