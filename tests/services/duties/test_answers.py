"""Answering duties: drafts that are kept, filing that is timed, contacts that follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Collect, OwedBy
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, TooEarly, TooLate
from domain.facts import DutyKey
from models import Contact, Duty
from services.batches.advancing import advance
from services.batches.context import load
from services.contacts import change_contact
from services.duties.answers import NotFiled, Receipt, declare_none, file_answer, save_draft
from services.duties.rows import recompute
from tests.support.batches import ANSWER, COORDINATOR, contacts_stage, definition, duty_of, local, officer, running
from tests.support.mailing import send_all

NOW = local("2023-03-08 10:00")


def test_an_answer_settles_the_duty_with_a_receipt(db: Session) -> None:
    """F27, R7: server time and fingerprint prove what was received when."""
    duty = duty_of(db, running(db).batch, 1)

    receipt = file_answer(db, duty.id, ANSWER, received_at=NOW, actor=officer(db, 1))

    assert isinstance(receipt, Receipt)
    assert (receipt.received_at, len(receipt.fingerprint)) == (NOW, 64)
    assert (duty.settled_as, duty.settled_at) == (Settlement.DONE, NOW)


def test_the_five_fields_become_the_units_contact(db: Session) -> None:
    """S003-28: 姓名、职务、联系电话、传真、电子邮箱 are what later mail is sent to."""
    duty = duty_of(db, running(db).batch, 1)
    values = {**ANSWER, "post": "科长", "fax": "0371-65953694"}

    file_answer(db, duty.id, values, received_at=NOW, actor=officer(db, 1))

    contact = db.scalars(select(Contact)).one()
    assert (contact.name, contact.post, contact.phone, contact.fax, contact.email) == (
        "张三",
        "科长",
        "0371-65953693",
        "0371-65953694",
        "zhangsan@units.example",
    )


def test_an_answer_filed_again_ends_the_earlier_contact(db: Session) -> None:
    """S003-30: the old contact gets no more mail; the history is kept."""
    batch = running(db).batch
    duty = duty_of(db, batch, 1)
    file_answer(db, duty.id, ANSWER, received_at=NOW, actor=officer(db, 1))
    later = NOW + timedelta(days=1)

    file_answer(db, duty.id, {**ANSWER, "email": "new@units.example"}, received_at=later, actor=officer(db, 1))

    contacts = db.execute(select(Contact.email, Contact.valid_until).order_by(Contact.id)).all()
    assert [tuple(contact) for contact in contacts] == [
        ("zhangsan@units.example", later),
        ("new@units.example", None),
    ]


def test_a_contact_may_be_changed_after_the_cut_off(db: Session) -> None:
    """S003-30: contact may be changed later."""
    batch = running(db).batch
    duty = duty_of(db, batch, 1)
    file_answer(db, duty.id, ANSWER, received_at=NOW, actor=officer(db, 1))
    later = local("2023-04-10 10:00")

    change_contact(
        db, duty.unit_id, batch.id, {"name": "李四", "mobile": "13812345678"}, actor=officer(db, 1), now=later
    )

    current = db.scalars(select(Contact.name).where(Contact.valid_until.is_(None))).all()
    assert current == ["李四"]
    with pytest.raises(NotAllowed):
        change_contact(db, duty.unit_id, batch.id, {"name": "王"}, actor=officer(db, 2), now=later)


def test_after_the_cut_off_the_answer_is_refused_and_kept_as_a_draft(db: Session) -> None:
    """S003-28: date, time and whom to ask; what was typed is kept."""
    duty = duty_of(db, running(db).batch, 1)

    result = file_answer(db, duty.id, ANSWER, received_at=local("2023-03-21 00:00"), actor=officer(db, 1))

    assert isinstance(result, NotFiled) and isinstance(result.refusal, TooLate)
    assert "2023-03-20 周一 24:00" in result.refusal.sentence and "李敏 010-68205191" in result.refusal.sentence
    assert duty.settled_as is None
    assert duty.answer is not None and duty.answer.values == ANSWER


def test_the_deadline_holds_although_no_job_ran(db: Session) -> None:
    """Design 2.4: the moment of acting decides; the stage has never been opened by the clock here."""
    duty = duty_of(db, running(db).batch, 1)

    early = file_answer(db, duty.id, ANSWER, received_at=local("2023-03-06 08:59"), actor=officer(db, 1))
    in_time = file_answer(db, duty.id, ANSWER, received_at=local("2023-03-20 23:59"), actor=officer(db, 1))

    assert isinstance(early, NotFiled) and isinstance(early.refusal, TooEarly)
    assert isinstance(in_time, Receipt)


def test_wrong_values_are_refused_together_and_kept(db: Session) -> None:
    duty = duty_of(db, running(db).batch, 1)
    typed = {"name": "", "phone": "12", "email": "nobody"}

    result = file_answer(db, duty.id, typed, received_at=NOW, actor=officer(db, 1))

    assert isinstance(result, NotFiled) and isinstance(result.refusal, Invalid)
    assert [problem.path for problem in result.refusal.problems] == ["name", "phone", "email"]
    assert duty.answer is not None and duty.answer.values == typed


def test_a_draft_saved_by_two_people_is_not_overwritten(db: Session) -> None:
    """F34: the second writer is told and shown the first one's words."""
    duty = duty_of(db, running(db).batch, 1)
    first = save_draft(db, duty.id, {"name": "甲"}, revision=None, actor=officer(db, 1), now=NOW)
    save_draft(db, duty.id, {"name": "乙"}, revision=first.revision, actor=officer(db, 1), now=NOW)

    with pytest.raises(Conflict) as refused:
        save_draft(db, duty.id, {"name": "丙"}, revision=1, actor=officer(db, 1), now=NOW)

    assert refused.value.params["theirs"] == {"name": "乙"}


def test_another_unit_neither_sees_nor_answers_a_duty(db: Session) -> None:
    """S003-69, S02: acting on another unit's duty is refused."""
    duty = duty_of(db, running(db).batch, 1)

    with pytest.raises(NotAllowed):
        file_answer(db, duty.id, ANSWER, received_at=NOW, actor=officer(db, 2))
    with pytest.raises(NotFound):
        file_answer(db, 999_999, ANSWER, received_at=NOW, actor=officer(db, 2))
    with pytest.raises(NotAllowed):
        file_answer(db, duty.id, ANSWER, received_at=NOW, actor=COORDINATOR)


def test_none_closes_the_duty_where_it_is_allowed(db: Session) -> None:
    """S003-64, S001-61: a unit with nothing to report says so; no more reminders after that."""
    stage = contacts_stage(collect=Collect(owed_by=OwedBy.UNITS, form="contact", none_label="零报告"))
    batch = running(db, definition(stages=(stage,))).batch
    duty = duty_of(db, batch, 1)

    receipt = declare_none(db, duty.id, received_at=NOW, actor=officer(db, 1))
    advance(db, batch.id, local("2023-03-13 09:00"))

    assert isinstance(receipt, Receipt)
    reminded = [m.unit for m in send_all(db, local("2023-03-13 09:00")) if m.kind == "reminder"]
    assert reminded == ["000002", "000003"]


def test_none_is_refused_where_it_is_not_offered(db: Session) -> None:
    duty = duty_of(db, running(db).batch, 1)

    with pytest.raises(NotFound, match="不接受零报告"):
        declare_none(db, duty.id, received_at=NOW, actor=officer(db, 1))


def test_the_rows_of_duties_equal_what_the_facts_say(db: Session) -> None:
    """Design 2.4: recomputing the duties from the facts gives the same rows."""
    context = running(db)
    advance(db, context.batch.id, local("2023-03-21 00:05"))

    rows = {DutyKey(d.stage_key, d.unit_id, d.title_id): (d.opens_at, d.due_at) for d in db.scalars(select(Duty))}

    expected = recompute(db, load(db, context.batch.id))
    assert rows == {key: (window.opens_at, window.due_at) for key, window in expected.items()}
