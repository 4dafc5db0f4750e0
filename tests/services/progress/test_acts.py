"""The record of a batch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Action
from domain.definition import Evidence, Ladder, Mark, Step
from models.contacts import Channel
from models.scope import Scope
from models.session import Database
from services import audit
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.batches.publishing import confirm_values, set_paused
from services.calls import Call, note_call
from services.duties.answers import file_answer
from services.progress.acts import Act, Key, Source, acts
from tests.support.batches import ANSWER, COORDINATOR, definition, duty_of, local, officer, running
from tests.support.progress import counted

ON_TIME = local("2023-03-13 09:00")
AFTER = local("2023-03-21 09:30")


def story(session: Session) -> BatchContext:
    """Open, answer, call, close, extend and permit; return the context afterwards."""
    batch = running(session).batch
    advance(session, batch.id, local("2023-03-06 09:00"))
    at = local("2023-03-08 10:00")
    file_answer(session, duty_of(session, batch, 1).id, ANSWER, received_at=at, actor=officer(session, 1))
    second, third = (duty_of(session, batch, number).unit_id for number in (2, 3))
    call = Call(
        stage="contacts",
        unit_id=second,
        channel=Channel.PHONE,
        person="王五",
        result="明天报",
        called_at=local("2023-03-20 15:00"),
    )
    note_call(session, batch.id, call, actor=COORDINATOR, now=local("2023-03-20 15:05"))
    advance(session, batch.id, local("2023-03-21 00:05"))
    until = local("2023-03-25 00:00")
    more = MoreTime(stage="contacts", due_at=until, reason="地震", unit_id=second)
    extend(session, batch.id, more, actor=COORDINATOR, now=AFTER)
    leave = LateLeave(stage="contacts", unit_id=third, until=until, reason="断网", approver="张司长")
    accept_late(session, batch.id, leave, actor=COORDINATOR, now=AFTER + timedelta(minutes=1))
    return load(session, batch.id)


def every(session: Session, context: BatchContext, limit: int) -> list[Act]:
    """Return the whole record, read in stretches of `limit` acts."""
    found, before = [], None
    while True:
        stretch = acts(session, context, before, limit)
        found += stretch.acts
        if stretch.older is None:
            return found
        before = Key.parse(str(stretch.older))


def test_everything_that_happened_is_told_newest_first(db: Session) -> None:
    """S003-72: who did what, when, with which reason."""
    told = [(act.kind, act.what, act.who, act.unit, act.reason) for act in acts(db, story(db)).acts]

    assert told[:3] == [
        ("允许补报", "“反馈联系人”允许补报至 2023-03-24 周五 24:00，批准人：张司长", "王主任", "第3单位", "断网"),
        ("延期", "“反馈联系人”延期至 2023-03-24 周五 24:00", "王主任", "第2单位", "地震"),
        ("截止", "“反馈联系人”截止，2 个单位未报", "系统", "", ""),
    ]
    assert ("催办记录", "“反馈联系人”电话催办 王五：明天报", "王主任", "第2单位", "") in told
    assert ("报送", "反馈联系人", "经办人1", "第1单位", "") in told
    assert told[-3:] == [
        ("开放", "“反馈联系人”开放，涉及 3 个单位", "系统", "", ""),
        ("发布", "批次“示范遴选 2023”", "系统", "", ""),
        ("修改定义", "批次“示范遴选 2023”第 1 稿", "系统", "", ""),
    ]


def test_each_act_is_told_once(db: Session) -> None:
    """What has rows of its own is not told from the audit log again."""
    kinds = [act.kind for act in acts(db, story(db)).acts]

    assert [kinds.count(kind) for kind in ("延期", "允许补报", "催办记录", "截止", "开放")] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_reading_on_misses_nothing_and_repeats_nothing(db: Session, limit: int) -> None:
    """S63: keyset paging, also where several acts share an instant."""
    context = story(db)
    for is_paused in (True, False, True, False):
        set_paused(db, context.batch, is_paused=is_paused, reason="检修", actor=COORDINATOR, now=AFTER)

    assert every(db, context, limit) == acts(db, context, limit=100).acts


def test_what_came_late_says_when_it_was_meant(db: Session) -> None:
    """F14: after an outage only the most urgent reminder leaves; the others say why they did not."""
    batch = running(db).batch
    advance(db, batch.id, local("2023-03-20 10:30"))

    told = [(act.what, act.reason) for act in acts(db, load(db, batch.id)).acts if act.kind == "提醒"]

    assert told[0] == ("“反馈联系人”提醒，涉及 3 个单位（原定 2023-03-20 周一 09:00）", "")
    assert told[1][0].startswith("“反馈联系人”提醒已合并（原定 2023-03-17") and "合并" in told[1][1]


@pytest.mark.parametrize("text", ["", "x", "1~2", "20230321T000000.000000Z~9~1", "a~b~c", "~~"])
def test_a_broken_key_is_no_key(text: str) -> None:
    """S20: an address that somebody changed by hand shows the first stretch."""
    assert Key.parse(text) is None


def test_a_key_survives_its_way_through_an_address() -> None:
    key = Key(AFTER + timedelta(microseconds=123_457), Source.CALL, 7)

    assert Key.parse(str(key)) == key


def test_the_record_costs_one_query_for_each_source(database: Database) -> None:
    with database.write(Scope()) as session:
        batch_id = story(session).batch.id
    with database.read(Scope()) as session:
        context = load(session, batch_id)
        with counted(database.reader) as count:
            acts(session, context)

    assert count.queries == len(Source)


def test_a_reader_is_told_of_their_branch_and_of_the_batch_as_a_whole(database: Database) -> None:
    """S03: no name and no count of another unit."""
    with database.write(Scope()) as session:
        batch_id = story(session).batch.id
        branch = officer(session, 2).branch

    with database.read(Scope(branch=branch)) as session:
        told = acts(session, load(session, batch_id)).acts

    assert {act.unit for act in told} == {"", "第2单位"}
    assert not any("第1" in act.what or "第3" in act.what or "个单位" in act.what for act in told)
    assert {"开放", "截止", "延期", "催办记录"} <= {act.kind for act in told}


def test_another_batchs_acts_are_not_told(db: Session) -> None:
    other = running(db, definition(1, code="other"))
    advance(db, other.batch.id, ON_TIME)
    context = story(db)

    assert len(acts(db, other).acts) + len(acts(db, context).acts) > 5
    assert not {act.key for act in acts(db, other).acts} & {act.key for act in acts(db, context).acts}


def test_a_confirmed_value_is_told_by_its_place_and_what_stands_there(db: Session) -> None:
    """A rung of a ladder has no name of its own; several values at once are told one by one."""
    steps = (Step(key="a", days=-5), Step(key="b", days=0))
    paths = ["ladders.usual.steps.a", "stages.contacts.due.at", "units"]
    wanted = definition(
        2,
        ladders=(Ladder(key="usual", name="常用提醒", steps=steps),),
        evidence=tuple(Evidence(path=path, mark=Mark.INFERRED, note="未写明") for path in paths),
    )
    batch = store_draft(db, wanted, actor=SYSTEM, now=ON_TIME)
    confirm_values(db, batch, paths[:2], actor=COORDINATOR, now=ON_TIME)
    confirm_values(db, batch, paths[2:], actor=COORDINATOR, now=AFTER)
    old = audit.Act(actor=COORDINATOR, now=AFTER, action=Action.CONFIRM_VALUE, what="推定值 units", batch_id=batch.id)
    audit.record(db, old)

    told = [act.what for act in acts(db, load(db, batch.id)).acts if act.kind == "确认推定值"]

    assert told == [
        "推荐单位",
        "推荐单位：2 项（第1单位、第2单位）",
        "环节 › “反馈联系人” › 截止 › 时刻：24:00",
        "提醒规则 › “常用提醒” › 各次提醒 › 第 1 项：截止前 5 个工作日 09:00",
    ]
