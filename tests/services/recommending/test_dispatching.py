"""The parcel, its list, its receipt, the seals; and the page that shows all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.definition import Arrival, Definition, Exemption, ExemptionReason, Paper
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import CaseState
from models import Exemption as ExemptionRow
from services.batches.context import BatchContext
from services.recommending.board import Board, board
from services.recommending.dispatching import Parcel, receive, save, undo_receipt
from services.recommending.packing import seal
from tests.support.batches import COORDINATOR, contacts_stage, duty_of, local
from tests.support.recommending import (
    CITY_A,
    CITY_B,
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

ONE = Paper(copies=1, per_case=True, arrival=Arrival.ARRIVED, rule="纸质申报材料一式一份")
JUNE = local("2023-06-05 10:00")
SENT = Parcel(
    copies=1,
    has_electronic=True,
    letter_number="某工信函〔2023〕5号",
    sent_on=date(2023, 3, 12),
    courier="邮政",
    tracking="EMS123",
)


def with_paper(paper: Paper = ONE) -> Definition:
    return changed(with_places(), recommend=recommend_stage(paper=paper))


def page(db: Session, context: BatchContext, code: str = PROVINCE) -> Board:
    return board(db, context.batch, unit(db, code).id, actor=person(db, code), now=NOW)


def test_a_unit_notes_its_parcel_and_may_correct_it(db: Session) -> None:
    """S003-39, S004-34: copies, courier, number, date, letter."""
    context = opened(db, with_paper())
    where, actor = unit(db, PROVINCE).id, person(db, PROVINCE)

    save(db, context, where, SENT, actor=actor, now=NOW)
    row = save(db, context, where, replace(SENT, tracking="EMS124"), actor=actor, now=NOW)

    assert (row.copies, row.courier, row.tracking, row.sent_on) == (1, "邮政", "EMS124", date(2023, 3, 12))
    assert (row.letter_number, row.saved_by) == ("某工信函〔2023〕5号", actor.name)
    with pytest.raises(NotAllowed):
        save(db, context, where, SENT, actor=person(db, OTHER), now=NOW)
    with pytest.raises(NotAllowed):
        save(db, context, where, SENT, actor=COORDINATOR, now=NOW)


def test_too_few_copies_and_days_to_come_are_refused_together(db: Session) -> None:
    context = opened(db, with_paper(Paper(copies=3, electronic=True, rule="一式三份并附电子版")))
    wrong = replace(SENT, copies=2, has_electronic=False, sent_on=date(2023, 3, 14), courier="长" * 81)

    with pytest.raises(Invalid) as refused:
        save(db, context, unit(db, PROVINCE).id, wrong, actor=person(db, PROVINCE), now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["copies", "has_electronic", "sent_on", "courier"]
    assert refused.value.problems[0].sentence == "通知要求一式 3 份（一式三份并附电子版）"


@pytest.mark.parametrize(
    ("arrival", "sent_on", "received_on", "is_late"),
    [
        (Arrival.ARRIVED, date(2023, 5, 31), date(2023, 6, 1), True),
        (Arrival.ARRIVED, None, date(2023, 5, 31), False),
        (Arrival.SENT, date(2023, 5, 31), date(2023, 6, 2), False),
        (Arrival.SENT, date(2023, 6, 1), date(2023, 6, 2), True),
        (Arrival.UNKNOWN, date(2023, 5, 31), date(2023, 6, 2), False),
        (Arrival.UNKNOWN, None, date(2023, 6, 1), True),
    ],
)
def test_a_parcel_after_the_date_is_marked(
    db: Session, arrival: Arrival, sent_on: date | None, received_on: date, is_late: bool
) -> None:
    """S001-52, S003-40: whether sending or arrival counts is the definition's to say."""
    context = opened(db, with_paper(replace(ONE, arrival=arrival)))
    where = unit(db, PROVINCE).id
    if sent_on is not None:
        save(db, context, where, replace(SENT, sent_on=sent_on), actor=person(db, PROVINCE), now=JUNE)

    row = receive(db, context, where, received_on, actor=COORDINATOR, now=JUNE)

    assert (row.received_on, row.received_by, row.is_late) == (received_on, COORDINATOR.name, is_late)


def test_a_receipt_is_noted_once_by_the_office_and_may_be_struck(db: Session) -> None:
    context = opened(db, with_paper())
    where = unit(db, PROVINCE).id
    save(db, context, where, SENT, actor=person(db, PROVINCE), now=NOW)
    with pytest.raises(NotAllowed):
        receive(db, context, where, date(2023, 3, 13), actor=person(db, PROVINCE), now=NOW)
    with pytest.raises(Invalid, match="不能早于寄送日期"):
        receive(db, context, where, date(2023, 3, 11), actor=COORDINATOR, now=NOW)
    with pytest.raises(Invalid, match="不能晚于今天"):
        receive(db, context, where, date(2023, 3, 14), actor=COORDINATOR, now=NOW)
    receive(db, context, where, date(2023, 3, 13), actor=COORDINATOR, now=NOW)

    with pytest.raises(Conflict, match="已于 2023-03-13 由 王主任 收件登记"):
        receive(db, context, where, date(2023, 3, 13), actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="寄送登记不能再改"):
        save(db, context, where, SENT, actor=person(db, PROVINCE), now=NOW)
    undo_receipt(db, context, where, actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound, match="没有收件登记"):
        undo_receipt(db, context, where, actor=COORDINATOR, now=NOW)
    save(db, context, where, SENT, actor=person(db, PROVINCE), now=NOW)


def test_the_list_has_one_line_a_volume_and_the_explanations_that_go_along(db: Session) -> None:
    """S004-30, S003-51, S003-53: each applicant's volume, the written explanation; nothing of the evaluation."""
    contacts = contacts_stage(ladder=None)
    assert contacts.collect is not None
    rule = Exemption(reasons=(ExemptionReason(key="closed", name="停业"),), goes_with="recommend")
    collect = replace(contacts.collect, exemption=rule)
    wanted = with_paper()
    context = opened(db, replace(wanted, stages=(replace(contacts, collect=collect), *wanted.stages)))
    duty = duty_of(db, context.batch, int(PROVINCE))
    duty.settled_as, duty.settled_at = Settlement.EXEMPT, NOW
    row = ExemptionRow(
        batch_id=context.batch.id,
        unit_id=duty.unit_id,
        duty_id=duty.id,
        reason_key="closed",
        text="",
        file_id=None,
        made_at=NOW,
        made_by="经办人",
    )
    db.add(row)
    first, second = passed_many(db, context, PROVINCE, 2)
    send(db, first)
    db.expire(duty)

    lines = [(line.label, line.note, line.copies) for line in page(db, context).packing]

    assert lines == [(first.title, "单独装订，一式 1 份", 1), ("书面说明：反馈联系人", "停业", None)]
    assert second.state is CaseState.PASSED


def test_a_form_is_sealed_once_a_version_after_it_has_passed(db: Session) -> None:
    """S003-38: per case, by the unit that holds it; and the page shows it."""
    context = opened(db)
    case, other = passed_many(db, context, PROVINCE, 2)
    actor, today = person(db, PROVINCE), date(2023, 3, 13)

    seal(db, case.id, held_on=today, actor=actor, now=NOW)

    with pytest.raises(Conflict, match="第 1 版已登记盖章"):
        seal(db, case.id, held_on=today, actor=actor, now=NOW)
    with pytest.raises(Invalid, match="不能晚于今天"):
        seal(db, other.id, held_on=date(2023, 3, 14), actor=actor, now=NOW)
    other.state = CaseState.SUBMITTED
    with pytest.raises(Conflict, match="初审通过后"):
        seal(db, other.id, held_on=today, actor=actor, now=NOW)
    rows = [row for group in page(db, context).groups for row in group.rows]
    assert [(row.case.id, row.is_sealed) for row in rows] == [(case.id, True)]


@contextmanager
def counted(db: Session) -> Iterator[list[str]]:
    """Yield the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    engine = db.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_the_page_asks_as_many_questions_for_one_case_as_for_thirty(db: Session) -> None:
    context = opened(db, with_paper())
    send(db, passed(db, context, PROVINCE, 1))
    db.expire_all()
    with counted(db) as few:
        page(db, context)
    for case in passed_many(db, context, PROVINCE, 29, first=300)[:8]:
        send(db, case)
    db.expire_all()

    with counted(db) as many:
        shown = page(db, context)

    assert sum(len(group.rows) for group in shown.groups) == 30
    assert len(few) == len(many) <= 40


def test_the_page_tells_where_to_how_much_is_left_and_who_is_below(db: Session) -> None:
    """S001-62, S003-27."""
    context = opened(db)
    case = passed(db, context, CITY_A, 1)
    send(db, case)

    city, province = page(db, context, CITY_A), page(db, context)

    assert (city.upper.name if city.upper else "", province.upper) == ("第1省", None)
    assert [lower.unit.code for lower in province.lower] == [CITY_A, CITY_B]
    assert province.load.to_check == 1 and province.is_open
    quotas = {name: stands.left for group in province.groups for name, stands in group.quotas}
    assert quotas == {
        "示范企业": 10,
        "示范平台（共享制造类）": 1,
        "示范平台（其他类）": 3,
        "示范城市（综合类）": 1,
        "示范城市（工业设计特色类）": 1,
    }
    assert [row.applicant for group in city.groups for row in group.rows] == ["第1制造公司"]
    assert (city.duty, province.duty is not None) == (None, True)
    with pytest.raises(NotFound):
        board(db, context.batch, 10_000, actor=COORDINATOR, now=NOW)
