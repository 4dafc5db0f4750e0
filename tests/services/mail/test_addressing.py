"""Whom a mail goes to: the contact of the batch, the general one, the office; and whom somebody must call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Mail, PhoneDuty, Unit
from services.batches.advancing import advance
from services.contacts import change_contact, end_contact
from services.mail.addressing import Directory, Person, directory, units_reached_by
from services.mail.claiming import record
from tests.support.batches import COORDINATOR, definition, duty_of, local, running
from tests.support.mailing import send_all, states
from tests.support.outgoing import NOW, REFUSED, how, opened, started

BEFORE = NOW - timedelta(days=3)


def people(session: Session, batch_id: int) -> list[tuple[str, str | None]]:
    """Return name and address of whom the first unit is reached by."""
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    return [(person.name, person.address) for person in directory(session, [unit_id]).people(unit_id, batch_id)]


def contact(session: Session, batch_id: int | None, name: str, now: datetime = BEFORE, **values: str) -> Contact:
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    return change_contact(session, unit_id, batch_id, {"name": name, **values}, actor=COORDINATOR, now=now)


def test_before_a_contact_is_known_the_office_itself_is_written_to(db: Session) -> None:
    """S003-29: the fallback is used, and noted on the mail."""
    opened(db)

    (mail,) = db.scalars(select(Mail))
    assert (mail.address, mail.person, mail.facts) == ("u1@units.example", "第1单位", {"is_fallback": True})
    (left,) = send_all(db, NOW)
    assert left.address == "u1@units.example"


def test_the_contact_of_the_batch_comes_before_the_general_one(db: Session) -> None:
    """S003-28, S003-29: batch, then general, then the office."""
    batch_id = running(db, definition(units=1)).batch.id
    assert people(db, batch_id) == [("第1单位", "u1@units.example")]

    contact(db, None, "李四", email="li@units.example")
    assert people(db, batch_id) == [("李四", "li@units.example")]

    mine = contact(db, batch_id, "张三", email="zhang@units.example")
    assert people(db, batch_id) == [("张三", "zhang@units.example")]

    end_contact(db, mine.id, reason="调离", actor=COORDINATOR, now=BEFORE)
    assert people(db, batch_id) == [("李四", "li@units.example")]


def test_the_contact_of_another_batch_is_not_written_to(db: Session) -> None:
    batch_id = running(db, definition(units=1)).batch.id
    other = running(db, definition(units=1, code="other-2023")).batch.id

    contact(db, other, "张三", email="zhang@units.example")

    assert people(db, batch_id) == [("第1单位", "u1@units.example")]
    assert people(db, other) == [("张三", "zhang@units.example")]


def test_a_changed_contact_gets_no_more_mail_and_stays_in_the_history(db: Session) -> None:
    """S003-30, F31: the address is looked up once more when the mail leaves."""
    batch = running(db, definition(units=1)).batch
    contact(db, batch.id, "张三", email="zhang@units.example")
    advance(db, batch.id, NOW)
    contact(db, batch.id, "王五", now=NOW, email="wang@units.example")

    left = send_all(db, NOW)

    assert [mail.address for mail in left] == ["wang@units.example"]
    assert states(db) == {"void": 1, "sent": 1}
    history = db.execute(select(Contact.name, Contact.valid_until).order_by(Contact.id)).all()
    assert history == [("张三", NOW), ("王五", None)]


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"mobile": "13812345678", "phone": "010-68205191"}, "13812345678"),
        ({"phone": "010-68205191"}, "010-68205191"),
    ],
)
def test_a_contact_with_a_number_alone_is_called_and_not_written_past(
    db: Session, values: dict[str, str], number: str
) -> None:
    """Design 9: the unit named this person; the office's own address is not used behind their back."""
    batch = running(db, definition(units=1)).batch
    contact(db, batch.id, "张三", **values)

    advance(db, batch.id, NOW)

    assert db.scalars(select(Mail)).all() == []
    call = db.scalars(select(PhoneDuty)).one()
    assert (call.person, call.number, call.because) == ("张三", number, "没有可用的电子邮箱")


def test_a_contact_without_an_address_that_comes_before_the_mail_leaves_is_called(db: Session) -> None:
    """F31: the reader changed to one who has no address."""
    batch = running(db, definition(units=2)).batch
    advance(db, batch.id, local("2023-03-13 09:00"))
    for number in (1, 2):
        unit_id = duty_of(db, batch, number).unit_id
        values = {"name": f"联系人{number}", "mobile": "13812345678"}
        change_contact(db, unit_id, batch.id, values, actor=COORDINATOR, now=NOW)

    left = send_all(db, local("2023-03-13 09:00"))

    assert left == []
    reminders = select(PhoneDuty.person).where(PhoneDuty.key.like("remind/%")).order_by(PhoneDuty.id)
    assert db.scalars(reminders).all() == ["联系人1", "联系人2"]


def test_an_address_that_was_refused_is_passed_over(db: Session) -> None:
    """F25, S003-29: the next one in order is used, down to a call."""
    batch_id = running(db, definition(units=1)).batch.id
    general = contact(db, None, "李四", email="li@units.example", mobile="13812345678")
    mine = contact(db, batch_id, "张三", email="zhang@units.example", phone="010-68205191")

    mine.refused_at = NOW
    assert people(db, batch_id) == [("第1单位", "u1@units.example")]

    db.get_one(Unit, mine.unit_id).email = "zhang@units.example"
    assert people(db, batch_id) == [("张三", None)]

    end_contact(db, mine.id, reason="调离", actor=COORDINATOR, now=NOW)
    general.refused_at = NOW
    db.get_one(Unit, mine.unit_id).email = None
    assert people(db, batch_id) == [("李四", None)]


def test_the_next_mail_after_a_refusal_goes_to_the_next_address(db: Session) -> None:
    """F25: seen through the whole way of two mails."""
    batch = running(db, definition(units=1)).batch
    contact(db, batch.id, "张三", email="zhang@units.example")
    advance(db, batch.id, NOW)
    started(db, how())
    record(db, db.scalars(select(Mail.id)).one(), REFUSED, how(), NOW)

    advance(db, batch.id, local("2023-03-13 09:00"))
    left = send_all(db, local("2023-03-13 09:00"))

    assert [mail.address for mail in left] == ["u1@units.example"]


def test_a_unit_that_nobody_can_reach_is_still_shown_to_somebody(db: Session) -> None:
    """A reminder that has nowhere to go is never dropped silently."""
    batch = running(db, definition(units=1)).batch
    db.get_one(Unit, duty_of(db, batch, 1).unit_id).email = None

    advance(db, batch.id, NOW)

    call = db.scalars(select(PhoneDuty)).one()
    assert (call.person, call.number) == ("第1单位", "")


def test_two_contacts_with_one_address_are_one_reader(db: Session) -> None:
    unit = Unit(id=1, code="1", name="甲", path="/1/", email="u@units.example")
    found = Directory(units={1: unit})
    for name in ("张三", "李四"):
        found.contacts[1].append(Contact(unit_id=1, batch_id=7, name=name, email="same@units.example"))

    assert found.people(1, 7) == [Person("李四", "same@units.example")]
    assert found.people(1, 8) == [Person("甲", "u@units.example", is_fallback=True)]


def test_units_are_found_by_every_address_they_are_reached_at(db: Session) -> None:
    """A digest lists what a person owes for all their units."""
    batch = running(db, definition(units=3)).batch
    ids = [duty_of(db, batch, number).unit_id for number in (1, 2, 3)]
    contact(db, batch.id, "张三", email="u3@units.example")

    assert units_reached_by(db, ["u3@units.example"]) == {ids[0], ids[2]}
    assert units_reached_by(db, ["u1@units.example"]) == {ids[0]}
    assert units_reached_by(db, []) == set()


def test_long_names_and_addresses_break_nothing(db: Session) -> None:
    """F29: as long as forms allow; a key that does not fit would stop the batch for everybody."""
    name = "长" * 120
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example"
    batch = running(db, definition(units=2)).batch
    db.get_one(Unit, duty_of(db, batch, 2).unit_id).name = name
    contact(db, batch.id, "张" * 40, email=address)

    advance(db, batch.id, NOW)
    left = send_all(db, NOW)

    assert [mail.address for mail in left] == [address, "u2@units.example"]
    assert db.scalars(select(Mail.person).order_by(Mail.id)).all() == ["张" * 40, name]
