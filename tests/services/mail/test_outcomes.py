"""What becomes of a mail by the host's answer, or because it must not leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Mail, PhoneDuty
from notifications.address import AllowList
from services.batches.advancing import advance
from services.contacts import change_contact
from services.mail.claiming import (
    MOST_TRIES,
    begin,
    claim,
    decide_uncertain,
    record,
    store,
)
from services.mail.composing import compose
from tests.support.batches import COORDINATOR, definition, duty_of, local, running
from tests.support.mailing import SENDER, states
from tests.support.outgoing import NOW, OK, REFUSED, RETRY, WALL, how, only, opened, started


def test_a_host_that_is_busy_is_asked_again_after_its_rest(db: Session) -> None:
    """F23, F24: the same Message-ID at every try."""
    opened(db)
    started(db, how())
    message_id = only(db).message_id
    record(db, only(db).id, RETRY, how(), NOW)

    assert (states(db), only(db).because) == ({"pending": 1}, "暂未送出：稍后再试")
    assert claim(db, how(4.99), NOW) == []
    started(db, how(5))
    assert (only(db).message_id, only(db).is_resent) == (message_id, False)
    record(db, only(db).id, OK, how(5), NOW)
    assert (states(db), only(db).because, only(db).sent_at) == ({"sent": 1}, "", NOW)
    assert [(attempt.outcome, attempt.code) for attempt in only(db).tries] == [("retry", 451), ("ok", 250)]


def test_after_many_tries_a_mail_waits_for_a_person(db: Session) -> None:
    """F23: nothing is tried for ever, and nothing is lost."""
    opened(db)
    for number in range(MOST_TRIES):
        started(db, how(number * 5))
        record(db, only(db).id, RETRY, how(number * 5), NOW)

    assert (states(db), only(db).because) == ({"held": 1}, f"已尝试 {MOST_TRIES} 次：稍后再试")
    decide_uncertain(db, only(db).id, send_again=True, wall_now=WALL)
    assert len(claim(db, how(1_000), NOW)) == 1


def test_a_refused_address_turns_the_contact_red_and_asks_for_a_call(db: Session) -> None:
    """F25: terminal for that address, visible, not tried again; the number is the person's own."""
    batch = running(db, definition(units=1)).batch
    unit_id = duty_of(db, batch, 1).unit_id
    values = {"name": "张三", "email": "zhang@units.example", "mobile": "13812345678"}
    change_contact(db, unit_id, None, values, actor=COORDINATOR, now=NOW - timedelta(days=1))
    advance(db, batch.id, NOW)
    started(db, how())

    record(db, only(db).id, REFUSED, how(), NOW)

    assert (states(db), only(db).because) == ({"refused": 1}, "邮件服务器拒收：550 no such user")
    contact = db.scalars(select(Contact)).one()
    assert (contact.refused_at, contact.refused_because) == (NOW, "邮件服务器拒收：550 no such user")
    call = db.scalars(select(PhoneDuty)).one()
    assert (call.person, call.number, call.because) == ("张三", "13812345678", "邮箱 zhang@units.example 拒收")
    assert claim(db, how(100_000), NOW) == []


def test_a_refused_mail_to_the_office_asks_nobody_to_call(db: Session) -> None:
    batch_id = opened(db)
    for mail in db.scalars(select(Mail)):
        db.delete(mail)
    advance(db, batch_id, local("2023-03-21 09:00"))
    closing = db.scalars(select(Mail.id).where(Mail.unit_id.is_(None), Mail.kind == "stage_closes")).one()
    claimed = claim(db, how(), local("2023-03-21 09:00"))
    store(db, compose(db, claimed, local("2023-03-21 09:00"), SENDER), "a")
    assert begin(db, closing, how()) is not None

    record(db, closing, REFUSED, how(), NOW)

    assert db.scalars(select(PhoneDuty)).all() == []


def test_an_address_that_is_not_allowed_is_held_before_anything_leaves(db: Session) -> None:
    """F53: an installation that was copied, or is being tried out, writes to nobody."""
    opened(db)
    claimed = claim(db, how(), NOW)
    sender = replace(SENDER, allow=AllowList.parse("*.elsewhere.example"))

    assert store(db, compose(db, claimed, NOW, sender), "a") == []

    assert (states(db), only(db).because) == ({"held": 1}, "u1@units.example 不在允许发送的地址范围内")
    assert db.scalar(select(Mail.raw)) is None
    assert begin(db, claimed[0], how()) is None
