"""Steps inside an office, before an opinion or a forwarding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from domain.definition import Definition, InternalStep, Recommend, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import CaseState
from services.reviewing.deciding import pass_case
from services.reviewing.internal import Place, StepDone, record, steps, take_back
from tests.support.batches import COORDINATOR
from tests.support.reviewing import NOW, World, answer_everything, county_and_city, resubmitted, review, world

STEPS = (
    InternalStep(key="draft", name="经办"),
    InternalStep(key="check", name="审核"),
    InternalStep(key="sign", name="签发"),
    InternalStep(key="meeting", name="党组会", needs_number=True),
)
DAY = date(2023, 3, 13)


def four() -> Definition:
    return county_and_city(review(internal=STEPS))


def place(session: Session, found: World, *, of_case: bool = True) -> Place:
    case_id = found.case.id if of_case else None
    return Place(found.case.batch_id, "review", found.county_id(session), case_id)


def done(key: str, number: str = "", on: date = DAY) -> StepDone:
    return StepDone(key, "张三", on, number)


def record_all(session: Session, found: World, where: Place) -> None:
    for key in ("draft", "check", "sign", "meeting"):
        record(session, where, done(key, "党组纪要〔2023〕5号"), actor=found.county, now=NOW)


def test_the_steps_keep_their_order_and_open_the_opinion(db: Session) -> None:
    found = world(db, four())
    answer_everything(db, found, found.county)
    where = place(db, found)

    with pytest.raises(Conflict, match="先登记“经办”，再登记“签发”"):
        record(db, where, done("sign"), actor=found.county, now=NOW)
    with pytest.raises(Invalid, match="尚未登记内部程序“党组会”"):
        pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    record_all(db, found, where)

    assert [(item.step.name, item.act.number if item.act else "") for item in steps(db, where, actor=found.city)] == [
        ("经办", "党组纪要〔2023〕5号"),
        ("审核", "党组纪要〔2023〕5号"),
        ("签发", "党组纪要〔2023〕5号"),
        ("党组会", "党组纪要〔2023〕5号"),
    ]
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)


def test_a_step_taken_for_the_whole_forwarding_counts_for_each_case(db: Session) -> None:
    found = world(db, four())
    answer_everything(db, found, found.county)

    record_all(db, found, place(db, found, of_case=False))

    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    assert found.case.state is CaseState.PASSED


def test_a_corrected_case_goes_through_the_office_again(db: Session) -> None:
    found = world(db, four())
    record_all(db, found, place(db, found))

    resubmitted(db, found.case, NOW + timedelta(days=1))

    assert all(item.act is None for item in steps(db, place(db, found), actor=found.county))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (StepDone("draft", " ", DAY), "请填写“经办”的办理人"),
        (StepDone("draft", "张三", DAY + timedelta(days=1)), "办理日期不能晚于今天"),
    ],
)
def test_a_step_is_recorded_whole(db: Session, step: StepDone, words: str) -> None:
    found = world(db, four())

    with pytest.raises(Invalid, match=words):
        record(db, place(db, found), step, actor=found.county, now=NOW)


def test_minutes_have_a_number_and_no_step_lies_before_the_last(db: Session) -> None:
    found = world(db, four())
    where = place(db, found)
    for key in ("draft", "check", "sign"):
        record(db, where, done(key), actor=found.county, now=NOW)

    with pytest.raises(Invalid) as refused:
        record(db, where, done("meeting", on=DAY - timedelta(days=1)), actor=found.county, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["number", "held_on"]


def test_the_last_step_is_taken_back_first(db: Session) -> None:
    found = world(db, four())
    where = place(db, found)
    for key in ("draft", "check"):
        record(db, where, done(key), actor=found.county, now=NOW)
    with pytest.raises(Conflict, match="已于 2023-03-13 登记"):
        record(db, where, done("check"), actor=found.county, now=NOW)
    with pytest.raises(Conflict, match="之后已登记“审核”"):
        take_back(db, where, "draft", actor=found.county, now=NOW)

    take_back(db, where, "check", actor=found.county, now=NOW)

    assert [item.step.key for item in steps(db, where, actor=found.county) if item.is_next] == ["check"]
    with pytest.raises(NotFound):
        take_back(db, where, "check", actor=found.county, now=NOW)


def test_a_unit_records_its_own_steps_alone(db: Session) -> None:
    found = world(db, four())

    for actor in (found.city, found.other, found.applicant, COORDINATOR):
        with pytest.raises(NotAllowed):
            record(db, place(db, found), done("draft"), actor=actor, now=NOW)
    for nowhere in (replace(place(db, found), stage_key="nowhere"), replace(place(db, found), case_id=999)):
        with pytest.raises(NotFound):
            record(db, nowhere, done("draft"), actor=found.county, now=NOW)
    with pytest.raises(NotFound):
        record(db, place(db, found), done("nonsense"), actor=found.county, now=NOW)


def test_a_recommend_stage_has_its_own_steps(db: Session) -> None:
    wanted = county_and_city()
    stages = tuple(
        replace(stage, recommend=Recommend(internal=STEPS[:1])) if stage.kind is StageKind.RECOMMEND else stage
        for stage in wanted.stages
    )
    found = world(db, replace(wanted, stages=stages))
    where = Place(found.case.batch_id, "recommend", found.county_id(db))

    record(db, where, done("draft"), actor=found.county, now=NOW)

    assert [item.step.key for item in steps(db, where, actor=found.county)] == ["draft"]
    assert steps(db, replace(where, stage_key="declare"), actor=found.county) == ()
