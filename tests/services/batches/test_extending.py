"""Extensions and leave to answer late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotAllowed, TooLate
from models import Batch, BatchStage, Duty, Extension
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance, next_wake
from services.batches.context import load
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.batches.publishing import set_paused
from services.duties.answers import NotFiled, Receipt, file_answer
from tests.support.batches import ANSWER, COORDINATOR, duty_of, local, officer, running
from tests.support.mailing import send_all

LATER = local("2023-03-28 00:00")


def grant(
    session: Session, batch: Batch, now: str, due_at: datetime = LATER, unit_id: int | None = None
) -> Extension:
    more = MoreTime(stage="contacts", due_at=due_at, reason="材料较多", unit_id=unit_id)
    return extend(session, batch.id, more, actor=COORDINATOR, now=local(now))


def stage(session: Session) -> BatchStage:
    return session.scalars(select(BatchStage)).one()


def dues(session: Session) -> list[datetime | None]:
    return list(session.scalars(select(Duty.due_at).order_by(Duty.unit_id)))


def test_more_time_for_all_moves_every_duty_and_its_reminders(db: Session) -> None:
    """R4: reminders of the old deadline are gone, those of the new one are planned."""
    batch = running(db).batch
    advance(db, batch.id, local("2023-03-13 09:00"))

    grant(db, batch, "2023-03-14 10:00")

    assert dues(db) == [LATER] * 3
    assert next_wake(db) == local("2023-03-20 09:00")
    told = [m for m in send_all(db, local("2023-03-14 10:00")) if m.kind == "extension"]
    assert [m.unit for m in told] == ["000001", "000002", "000003"]
    assert "已由 2023-03-20 周一 24:00 延至 2023-03-27 周一 24:00" in told[0].body
    assert "原因：材料较多" in told[0].body


def test_more_time_for_one_unit_leaves_the_others_as_they_are(db: Session) -> None:
    """S003-42, S000-56, F19: the others close at their date, this one later."""
    batch = running(db).batch
    advance(db, batch.id, local("2023-03-13 09:00"))
    unit = duty_of(db, batch, 2)

    grant(db, batch, "2023-03-14 10:00", unit_id=unit.unit_id)
    advance(db, batch.id, local("2023-03-22 10:00"))

    due = local("2023-03-21 00:00")
    assert dues(db) == [due, LATER, due]
    assert stage(db).closed_at == local("2023-03-21 00:05")
    late = file_answer(db, unit.id, ANSWER, received_at=local("2023-03-27 23:00"), actor=officer(db, 2))
    other = duty_of(db, batch, 1)
    refused = file_answer(db, other.id, ANSWER, received_at=local("2023-03-22 11:00"), actor=officer(db, 1))
    assert isinstance(late, Receipt) and not late.is_late
    assert isinstance(refused, NotFiled) and isinstance(refused.refusal, TooLate)


def test_an_extension_after_the_closing_opens_the_stage_again(db: Session) -> None:
    """F17: reopened by an explicit row; the closing mail that has not left is void."""
    batch = running(db).batch
    advance(db, batch.id, local("2023-03-21 00:05"))
    assert stage(db).closed_at is not None

    grant(db, batch, "2023-03-21 00:06")

    assert stage(db).closed_at is None
    kinds = [m.kind for m in send_all(db, local("2023-03-21 00:06"))]
    assert "stage_closes" not in kinds and "extension" in kinds
    advance(db, batch.id, local("2023-03-28 00:05"))
    assert stage(db).closed_at == local("2023-03-28 00:05")


@pytest.mark.parametrize("due_at", [local("2023-03-20 12:00"), local("2023-03-21 00:00")])
def test_an_extension_must_give_more_time(db: Session, due_at: datetime) -> None:
    batch = running(db).batch

    with pytest.raises(Invalid, match="新的截止时间须晚于现在的"):
        grant(db, batch, "2023-03-14 10:00", due_at)


def test_an_extension_needs_a_reason_and_the_right(db: Session) -> None:
    batch = running(db).batch
    more = MoreTime(stage="contacts", due_at=LATER, reason=" ")

    with pytest.raises(Invalid, match="请填写延期原因"):
        extend(db, batch.id, more, actor=COORDINATOR, now=local("2023-03-14 10:00"))
    with pytest.raises(NotAllowed):
        extend(db, batch.id, more, actor=officer(db, 1), now=local("2023-03-14 10:00"))


def test_a_late_answer_needs_a_permit_and_is_marked(db: Session) -> None:
    """补报: reason, approver, until a moment; the deadline itself does not move."""
    batch = running(db).batch
    now = local("2023-03-22 10:00")
    advance(db, batch.id, now)
    duty = duty_of(db, batch, 1)
    leave = LateLeave(
        stage="contacts", unit_id=duty.unit_id, until=now + timedelta(days=1), reason="来函说明", approver="张处长"
    )

    assert isinstance(file_answer(db, duty.id, ANSWER, received_at=now, actor=officer(db, 1)), NotFiled)
    accept_late(db, batch.id, leave, actor=COORDINATOR, now=now)
    filed = file_answer(db, duty.id, ANSWER, received_at=now + timedelta(hours=1), actor=officer(db, 1))

    assert isinstance(filed, Receipt) and filed.is_late
    assert (duty.is_late, duty.due_at) == (True, local("2023-03-21 00:00"))


def test_a_permit_ends_and_is_for_one_unit(db: Session) -> None:
    batch = running(db).batch
    now = local("2023-03-22 10:00")
    mine, other = duty_of(db, batch, 1), duty_of(db, batch, 2)
    leave = LateLeave(
        stage="contacts", unit_id=mine.unit_id, until=now + timedelta(days=1), reason="来函说明", approver="张处长"
    )
    accept_late(db, batch.id, leave, actor=COORDINATOR, now=now)

    after = file_answer(db, mine.id, ANSWER, received_at=now + timedelta(days=1), actor=officer(db, 1))
    elsewhere = file_answer(db, other.id, ANSWER, received_at=now, actor=officer(db, 2))

    assert isinstance(after, NotFiled) and isinstance(elsewhere, NotFiled)


def test_a_permit_is_refused_where_nothing_is_overdue(db: Session) -> None:
    batch = running(db).batch
    now = local("2023-03-14 10:00")
    unit_id = duty_of(db, batch, 1).unit_id
    leave = LateLeave(stage="contacts", unit_id=unit_id, until=now + timedelta(days=1), reason="因", approver="张")

    with pytest.raises(Conflict, match="没有逾期未报的事项"):
        accept_late(db, batch.id, leave, actor=COORDINATOR, now=now)


def test_who_works_in_one_branch_may_not_act_for_all_units(db: Session) -> None:
    """S003-69: a coordinator limited to a branch extends there, and not for the whole batch."""
    batch = running(db).batch
    mine, other = duty_of(db, batch, 1), duty_of(db, batch, 2)
    limited = Actor("分管", Role.COORDINATOR, 7, branch=mine.unit.path)
    now = local("2023-03-14 10:00")

    def more(unit_id: int | None) -> MoreTime:
        return MoreTime(stage="contacts", due_at=LATER, reason="材料较多", unit_id=unit_id)

    extend(db, batch.id, more(mine.unit_id), actor=limited, now=now)
    for unit_id in (other.unit_id, None):
        with pytest.raises(NotAllowed):
            extend(db, batch.id, more(unit_id), actor=limited, now=now)
    with pytest.raises(NotAllowed):
        set_paused(db, batch, is_paused=True, reason="试", actor=limited, now=now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_holds_a_batch_for_an_extension_keeps_no_answer_waiting(database: Database) -> None:
    """Else each would wait for the other: the answer has its duty, and the contact that it makes names the batch."""
    with database.write(Scope()) as session:
        batch = running(session).batch
        duty = duty_of(session, batch, 1)

    with database.write(Scope()) as extending:
        load(extending, batch.id, lock=True)
        with database.write(Scope()) as answering:
            answering.execute(text("SET LOCAL lock_timeout = '2s'"))
            actor, now = officer(answering, 1), local("2023-03-14 10:00")
            receipt = file_answer(answering, duty.id, ANSWER, received_at=now, actor=actor)
        grant(extending, batch, "2023-03-14 10:01")

    assert isinstance(receipt, Receipt)
    with database.read(Scope()) as session:
        assert dues(session) == [LATER] * 3
        assert session.get_one(Duty, duty.id).settled_as is Settlement.DONE
