"""The missing list of a stage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.definition import Office
from models import Unit
from models.contacts import Channel
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import load
from services.batches.extending import MoreTime, extend
from services.calls import Call, note_call
from services.contacts import change_contact
from services.duties.answers import file_answer
from services.progress.missing import missing
from tests.support.batches import ANSWER, COORDINATOR, definition, duty_of, local, officer, running
from tests.support.mailing import send_all
from tests.support.progress import counted, rich, small_and_large

IN_TIME = local("2023-03-10 10:00")
AFTER = local("2023-03-21 09:00")


def test_a_unit_without_a_contact_after_the_cut_off_is_on_the_list(db: Session) -> None:
    """S003-28: who answered is not on it."""
    context = running(db)
    file_answer(db, duty_of(db, context.batch, 2).id, ANSWER, received_at=IN_TIME, actor=officer(db, 2))

    found = missing(db, context, "contacts", AFTER)

    assert [row.owing.name for row in found.rows] == ["第1单位", "第3单位"]
    assert (found.overdue, found.page.total) == (2, 2)
    assert [row.owing.due_at for row in found.rows] == [local("2023-03-21 00:00")] * 2


def test_before_the_opening_nobody_is_missing(db: Session) -> None:
    assert missing(db, running(db), "contacts", local("2023-03-06 08:59")).rows == []


def test_the_list_names_the_winners_that_still_owe(db: Session) -> None:
    """S003-56: a winner that neither files nor is explained is named."""
    context = rich(db, units=2, titles=2)
    duty = duty_of(db, context.batch, 1, "evaluation")
    file_answer(db, duty.id, {"filed_on": "2023-03-10"}, received_at=IN_TIME, actor=officer(db, 1))

    found = missing(db, context, "evaluation", AFTER)

    assert [(list(row.holders), row.owing.open, row.owing.overdue) for row in found.rows] == [
        (["000001号企业2"], 1, 0),
        (["000002号企业1", "000002号企业2"], 2, 0),
    ]
    assert found.overdue == 0


def test_the_list_says_how_to_reach_a_unit_and_when_it_was_last_reached(db: Session) -> None:
    """Design 7: phone numbers and the last 催办 beside each unit."""
    context = running(db)
    unit = db.get_one(Unit, duty_of(db, context.batch, 1).unit_id)
    unit.phone = "0351-1234567"
    change_contact(
        db, unit.id, context.batch.id, {"name": "李四", "mobile": "13812345678"}, actor=COORDINATOR, now=IN_TIME
    )
    advance(db, context.batch.id, local("2023-03-13 09:00"))
    send_all(db, local("2023-03-13 09:00"))
    called_at = local("2023-03-14 15:00")
    call = Call(
        stage="contacts",
        unit_id=duty_of(db, context.batch, 2).unit_id,
        channel=Channel.WECHAT,
        person="王五",
        result="明天报",
        called_at=called_at,
    )
    note_call(db, context.batch.id, call, actor=COORDINATOR, now=called_at)

    first, second, third = missing(db, load(db, context.batch.id), "contacts", AFTER).rows

    assert (first.owing.phone, first.people[0].number, first.people[0].address) == (
        "0351-1234567",
        "13812345678",
        None,
    )
    assert (first.mailed_at, first.waits_for_call) == (None, True)
    assert (second.mailed_at, second.called_at) == (local("2023-03-13 09:00"), called_at)
    assert (third.called_at, third.waits_for_call) == (None, False)


def test_a_reader_of_several_units_counts_as_mailed_for_each(db: Session) -> None:
    """S003-63: one mail serves both of their units."""
    units = tuple(replace(unit, email="one@units.example") for unit in definition().units)
    context = running(db, replace(definition(), units=units))
    advance(db, context.batch.id, local("2023-03-13 09:00"))
    send_all(db, local("2023-03-13 09:00"))

    rows = missing(db, context, "contacts", AFTER).rows

    assert [row.mailed_at for row in rows] == [local("2023-03-13 09:00")] * 3


def test_the_text_can_be_pasted_into_a_group(db: Session) -> None:
    """Design 7: a text to copy into a WeChat or QQ group, with nobody's number but the office's."""
    context = rich(db, units=2, titles=3)
    unit = db.get_one(Unit, duty_of(db, context.batch, 1).unit_id)
    unit.phone = "0351-1234567"
    more = MoreTime(stage="contacts", due_at=local("2023-03-28 00:00"), reason="地震", unit_id=unit.id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=IN_TIME)
    context = load(db, context.batch.id)

    assert missing(db, context, "contacts", AFTER).text == (
        "【服务型制造示范】“反馈联系人”未报送名单\n"
        "截止时间：2023-03-20 周一 24:00；截至 2023-03-21 周二 09:00，还有 2 个单位未报送：\n"
        "1. 第2单位\n"
        "2. 第1单位（延期至 2023-03-27 周一 24:00）\n"
        "请以上单位尽快登录系统报送。联系人：李敏 010-68205191"
    )
    assert "1. 第1单位（3 项）" in missing(db, context, "evaluation", AFTER).text


def test_when_all_have_answered_there_is_no_text(db: Session) -> None:
    context = running(db, definition(1))
    file_answer(db, duty_of(db, context.batch, 1).id, ANSWER, received_at=IN_TIME, actor=officer(db, 1))

    found = missing(db, context, "contacts", AFTER)

    assert (found.rows, found.text, found.page.pages) == ([], "", 1)


def test_an_office_without_contacts_is_named_itself(db: Session) -> None:
    context = running(db, definition(1, office=Office(name="某司")))

    assert missing(db, context, "contacts", AFTER).text.endswith("联系人：某司")


def test_an_unknown_stage_is_refused(db: Session) -> None:
    with pytest.raises(KeyError):
        missing(db, running(db), "nothing", AFTER)


def test_the_number_of_queries_does_not_grow_with_units(database: Database) -> None:
    """G-G1: a page of a hundred of three hundred units costs what three units cost."""
    costs, shown = [], []
    for batch_id in small_and_large(database):
        with database.read(Scope()) as session:
            context = load(session, batch_id)
            with counted(database.reader) as count:
                shown.append(len(missing(session, context, "contacts", AFTER).rows))
        costs.append(count.queries)

    assert (shown, costs) == ([3, 100], [8, 8])


def test_a_reader_sees_the_missing_units_of_their_branch_alone(database: Database) -> None:
    """S03: neither in the list nor in the text."""
    with database.write(Scope()) as session:
        batch_id, branch = running(session).batch.id, officer(session, 2).branch

    with database.read(Scope(branch=branch)) as session:
        found = missing(session, load(session, batch_id), "contacts", AFTER)

    assert [row.owing.name for row in found.rows] == ["第2单位"]
    assert "第1单位" not in found.text and "还有 1 个单位" in found.text
