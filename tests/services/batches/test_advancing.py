"""Advancing a batch: openings, reminders, escalations, closings, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Audience, Completion, Due, Opening, Stage, StageKind, Step, UnitEntry
from models import AppliedMoment, AuditEntry, BatchStage, Mail, PhoneDuty
from services.batches.advancing import advance, due_batches, next_wake
from services.batches.publishing import set_paused
from services.contacts import change_contact
from services.duties.answers import file_answer
from tests.support.batches import (
    ANSWER,
    contacts_stage,
    definition,
    duty_of,
    ladder,
    local,
    officer,
    running,
)
from tests.support.mailing import send_all


def addressed(session: Session, now: str) -> list[str | None]:
    return [left.unit for left in send_all(session, local(now))]


def stage(session: Session, key: str = "contacts") -> BatchStage:
    return session.scalars(select(BatchStage).where(BatchStage.key == key)).one()


def test_a_stage_opens_at_its_instant_and_writes_to_every_unit_once(db: Session) -> None:
    """S000-55: all are told when the batch opens, one mail each."""
    batch = running(db, definition(units=3)).batch

    assert due_batches(db, local("2023-03-06 08:59")) == []
    assert advance(db, batch.id, local("2023-03-06 09:00")) == 1
    assert advance(db, batch.id, local("2023-03-06 09:00")) == 0

    assert addressed(db, "2023-03-06 09:00") == ["000001", "000002", "000003"]
    assert addressed(db, "2023-03-06 09:01") == []
    assert next_wake(db) == local("2023-03-13 09:00")


def test_only_units_that_still_owe_are_reminded(db: Session) -> None:
    """S003-63, S000-47: each reminder goes to who has something open, and to nobody else."""
    batch = running(db, definition(units=3)).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    addressed(db, "2023-03-06 09:00")
    file_answer(db, duty_of(db, batch, 2).id, ANSWER, received_at=local("2023-03-08 10:00"), actor=officer(db, 2))

    advance(db, batch.id, local("2023-03-13 09:00"))

    assert addressed(db, "2023-03-13 09:00") == ["000001", "000003"]


def test_a_reminder_is_void_when_the_duty_is_settled_before_it_leaves(db: Session) -> None:
    """Design 2.6: person, text and open duty are checked again when the mail is claimed."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, local("2023-03-13 09:00"))
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=local("2023-03-13 09:00"), actor=officer(db, 1))

    assert addressed(db, "2023-03-13 09:00") == []
    because = db.scalars(select(Mail.because).order_by(Mail.id)).all()
    assert because[0] == "联系人已变更，改发现联系人"
    assert set(because[1:]) <= {because[0], "所提醒的事项已办结，无需发送"}


def test_two_open_duties_on_one_day_make_one_mail_that_lists_both(db: Session) -> None:
    """S003-63: on a day with two open duties a unit gets one mail listing both."""
    second = contacts_stage(key="zero", title="零报告", due=Due(on=date(2023, 3, 20)))
    batch = running(db, definition(units=1, stages=(contacts_stage(), second))).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    (opening,) = send_all(db, local("2023-03-06 09:00"))

    advance(db, batch.id, local("2023-03-13 09:00"))
    (digest,) = send_all(db, local("2023-03-13 09:00"))

    assert "反馈联系人" in opening.body and "零报告" in opening.body
    assert digest.kind == "digest"
    assert "1. 反馈联系人" in digest.body and "2. 零报告" in digest.body


def test_one_person_gets_one_digest_a_day_over_all_batches(db: Session) -> None:
    """A digest lists every open duty of the person, whichever batch it belongs to."""
    first = running(db, definition(units=1)).batch
    other = running(db, definition(units=1, code="other-2023", title="另一批次")).batch
    for batch in (first, other):
        advance(db, batch.id, local("2023-03-13 09:00"))

    left = [mail for mail in send_all(db, local("2023-03-13 09:00")) if mail.kind in {"reminder", "digest"}]

    assert [mail.kind for mail in left] == ["digest"]


def test_a_weekly_ceiling_holds_and_is_recorded(db: Session) -> None:
    steps = tuple(Step(key=f"d{n}", days=-n) for n in (5, 4, 3, 2))
    batch = running(db, definition(units=1, ladders=(ladder(steps=steps, ceiling_per_week=2),))).batch
    days = ["2023-03-13", "2023-03-14", "2023-03-15", "2023-03-16"]

    sent = []
    for day in days:
        advance(db, batch.id, local(f"{day} 09:00"))
        sent.append(len([m for m in send_all(db, local(f"{day} 09:00")) if m.kind == "reminder"]))

    assert sent == [1, 1, 0, 0]
    note = db.scalars(select(AppliedMoment.because).order_by(AppliedMoment.at.desc())).first()
    assert note == "1 个地址已达每周提醒上限 2 封，未再发送"


def test_who_has_a_number_and_no_address_waits_for_a_call(db: Session) -> None:
    """Design 9: a contact with a mobile and no e-mail is valid; its reminders become 待人工催办."""
    wanted = definition(units=1)
    entry = UnitEntry(code="000009", name="无邮箱单位", unit_class="province", mobile="13812345678")
    batch = running(db, replace(wanted, units=(*wanted.units, entry))).batch

    advance(db, batch.id, local("2023-03-13 09:00"))

    calls = db.execute(select(PhoneDuty.number, PhoneDuty.at).order_by(PhoneDuty.at)).all()
    assert [tuple(call) for call in calls] == [
        ("13812345678", local("2023-03-06 09:00")),
        ("13812345678", local("2023-03-13 09:00")),
    ]


def test_after_the_deadline_the_coordinator_learns_who_is_missing(db: Session) -> None:
    """S003-28, S003-56: the missing list after the cut-off, and the escalation on the next working day."""
    batch = running(db, definition(units=2)).batch
    advance(db, batch.id, local("2023-03-20 09:00"))
    send_all(db, local("2023-03-20 09:00"))
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=local("2023-03-20 20:00"), actor=officer(db, 1))

    advance(db, batch.id, local("2023-03-21 00:04"))
    assert stage(db).closed_at is None
    advance(db, batch.id, local("2023-03-21 00:05"))
    (closing,) = send_all(db, local("2023-03-21 00:05"))
    advance(db, batch.id, local("2023-03-21 09:00"))
    (escalation,) = send_all(db, local("2023-03-21 09:00"))

    assert stage(db).closed_at == local("2023-03-21 00:05")
    assert (closing.unit, closing.address, closing.kind) == (None, "office@ministry.example", "stage_closes")
    assert "应报 2 项，已办结 1 项" in closing.body and "1. 第2单位" in closing.body
    assert escalation.kind == "escalation" and "第2单位" in escalation.body and "第1单位" not in escalation.body


def test_an_escalation_goes_to_the_upper_unit_with_all_that_owe_below_it(db: Session) -> None:
    """S004-57: the city learns which counties have not forwarded."""
    wanted = definition(units=3, ladders=(ladder(steps=(Step(key="up", days=1, to=Audience.UPPER),)),))
    first, second, third = wanted.units
    tree = (first, replace(second, upper=first.code), replace(third, upper=first.code))
    batch = running(db, replace(wanted, units=tree)).batch

    advance(db, batch.id, local("2023-03-21 09:00"))

    left = [(m.address, m.body) for m in send_all(db, local("2023-03-21 09:00")) if m.kind == "escalation"]
    assert [address for address, _ in left] == ["u1@units.example", "office@ministry.example"]
    assert "第2单位" in left[0][1] and "第3单位" in left[0][1]
    assert "第1单位" in left[1][1]


def test_a_following_stage_opens_when_the_one_before_it_has_closed(db: Session) -> None:
    following = Stage(key="score", kind=StageKind.SCORE, title="专家评审", opens=Opening(after=("contacts",)))
    batch = running(db, definition(stages=(contacts_stage(), following))).batch

    advance(db, batch.id, local("2023-03-21 00:05"))

    assert stage(db, "score").opened_at == local("2023-03-21 00:05")


def test_a_stage_that_ends_with_its_last_answer_closes_at_once(db: Session) -> None:
    batch = running(db, definition(units=1, stages=(contacts_stage(completes=Completion.ALL_SETTLED),))).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    answered_at = local("2023-03-08 10:00")

    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=answered_at, actor=officer(db, 1))

    assert [due.id for due in due_batches(db, answered_at)] == [batch.id]
    advance(db, batch.id, answered_at)
    assert stage(db).closed_at == answered_at


def test_three_days_of_outage_across_a_deadline_end_as_if_nothing_had_stopped(db: Session) -> None:
    """F14, R3, R4: the stage is closed, late reminders are not sent, no flood."""
    batch = running(db, definition(units=3)).batch
    advance(db, batch.id, local("2023-03-13 09:00"))
    send_all(db, local("2023-03-13 09:00"))

    advance(db, batch.id, local("2023-03-22 10:00"))
    left = send_all(db, local("2023-03-22 10:00"))

    assert sorted(mail.kind for mail in left) == ["escalation", "stage_closes"]
    assert stage(db).closed_at == local("2023-03-21 00:05")
    missed = db.scalars(select(AppliedMoment).where(AppliedMoment.verdict == "missed")).all()
    assert [row.key for row in missed] == [
        "contacts:remind.d1:20230320T160000Z",
        "contacts:remind.d0:20230320T160000Z",
    ]


def test_the_most_urgent_of_several_missed_reminders_is_sent_late(db: Session) -> None:
    """R4: one, while the deadline is still ahead."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    send_all(db, local("2023-03-06 09:00"))

    advance(db, batch.id, local("2023-03-17 15:00"))

    assert [left.key for left in send_all(db, local("2023-03-17 15:00"))] == ["remind/2023-03-17/u1@units.example"]
    merged = db.scalars(select(AppliedMoment.because).where(AppliedMoment.verdict == "merged")).one()
    assert merged == "与 2023-03-17 周五 09:00 的提醒合并"


def test_a_paused_batch_does_nothing_and_its_mails_wait(db: Session) -> None:
    """F20: nothing leaves while a batch is paused, and nothing is lost."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    now = local("2023-03-06 09:01")

    set_paused(db, batch, is_paused=True, reason="核对名单", actor=SYSTEM, now=now)
    assert addressed(db, "2023-03-06 09:02") == []
    assert due_batches(db, local("2023-03-13 09:00")) == []
    set_paused(db, batch, is_paused=False, reason="核对完毕", actor=SYSTEM, now=now)

    assert addressed(db, "2023-03-06 09:03") == ["000001"]


def test_a_changed_contact_gets_the_waiting_mail_instead_of_the_old_one(db: Session) -> None:
    """S003-29, S003-30, F31: the fallback address first; after a change the old contact gets nothing more."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, local("2023-03-06 09:00"))
    assert [m.address for m in send_all(db, local("2023-03-06 09:00"))] == ["u1@units.example"]
    advance(db, batch.id, local("2023-03-13 09:00"))

    unit_id = duty_of(db, batch, 1).unit_id
    now = local("2023-03-13 09:00") + timedelta(seconds=1)
    new = {"name": "李四", "email": "lisi@units.example"}
    change_contact(db, unit_id, batch.id, new, actor=officer(db, 1), now=now)

    assert [m.address for m in send_all(db, now)] == ["lisi@units.example"]


def test_everything_the_engine_did_is_in_the_audit_log(db: Session) -> None:
    """I8: every change of state has an entry."""
    batch = running(db, definition(units=2)).batch
    advance(db, batch.id, local("2023-03-21 09:00"))

    done = db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "advance"))
    assert done == db.scalar(select(func.count()).select_from(AppliedMoment))
