"""What an act would set off, told beforehand; and that it then does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Completion, MailKind, Opening, Stage, StageKind
from models import Mail, PhoneDuty
from services.batches.advancing import advance
from services.batches.context import load
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.contacts import change_contact
from services.duties.answers import file_answer
from services.progress.consequences import Starting, Told, followers, starting, still_owing, told_of_extension
from tests.support.batches import (
    ANSWER,
    COORDINATOR,
    PUBLISHED,
    contacts_stage,
    definition,
    duty_of,
    local,
    officer,
    running,
)
from tests.support.progress import rich

OPENING = local("2023-03-06 09:00")
NOW = local("2023-03-08 10:00")
DUE = local("2023-03-21 00:00")
LATER = local("2023-03-25 00:00")


def test_who_would_be_told_of_more_time_is_who_is_told(db: Session) -> None:
    """One has answered, one has no mail address, one gets a mail."""
    batch = running(db).batch
    advance(db, batch.id, OPENING)
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=NOW, actor=officer(db, 1))
    values = {"name": "李四", "mobile": "13812345678"}
    change_contact(db, duty_of(db, batch, 2).unit_id, batch.id, values, actor=COORDINATOR, now=NOW)

    told = told_of_extension(db, load(db, batch.id), "contacts")
    calls = db.scalar(select(func.count(PhoneDuty.id)))
    extend(db, batch.id, MoreTime(stage="contacts", due_at=LATER, reason="x"), actor=COORDINATOR, now=NOW)

    assert told == Told(DUE, units=2, mails=1, calls=1)
    assert db.scalar(select(func.count(Mail.id)).where(Mail.kind == MailKind.EXTENSION)) == told.mails
    assert (db.scalar(select(func.count(PhoneDuty.id))) or 0) - (calls or 0) == told.calls


def test_the_deadline_that_holds_for_a_unit_is_its_own(db: Session) -> None:
    batch = rich(db).batch
    unit_id = duty_of(db, batch, 1).unit_id
    advance(db, batch.id, OPENING)
    more = MoreTime(stage="contacts", due_at=LATER, reason="x", unit_id=unit_id)
    extend(db, batch.id, more, actor=COORDINATOR, now=NOW)
    context = load(db, batch.id)

    assert told_of_extension(db, context, "contacts", unit_id) == Told(LATER, 1, 1, 0)
    assert told_of_extension(db, context, "contacts").due_at == DUE
    assert told_of_extension(db, context, "evaluation", unit_id, 1) == Told(local("2023-06-01 00:00"), 1, 1, 0)


def test_before_the_opening_nobody_is_told(db: Session) -> None:
    assert told_of_extension(db, running(db), "contacts") == Told(DUE, 3, 0, 0)


def test_who_still_owes_is_counted_by_units(db: Session) -> None:
    context = rich(db, units=3, titles=2)

    assert (still_owing(db, context, "evaluation"), still_owing(db, context, "recommend")) == (3, 0)


def test_the_stages_that_wait_for_one_to_end_are_named(db: Session) -> None:
    after = Stage(key="score", kind=StageKind.SCORE, title="专家评审", opens=Opening(after=("contacts",)))
    after = replace(after, completes=Completion.BY_HAND)
    context = running(db, definition(1, stages=(contacts_stage(), after)))

    assert (followers(context, "contacts"), followers(context, "score")) == (["专家评审"], [])


def test_a_draft_says_what_begins_at_once_when_it_is_published(db: Session) -> None:
    """Nobody is told of a stage whose deadline has passed already."""
    visit = Stage(key="visit", kind=StageKind.VISIT, title="现场", opens=Opening(on=date(2023, 3, 6)))
    wanted = definition(2, stages=(contacts_stage(), replace(visit, completes=Completion.BY_HAND)))
    batch = store_draft(db, wanted, actor=SYSTEM, now=PUBLISHED)
    context = load(db, batch.id)

    assert starting(db, context, PUBLISHED) == []
    assert starting(db, context, NOW) == [Starting("反馈联系人", 2, False), Starting("现场", 0, False)]
    assert starting(db, context, LATER)[0] == Starting("反馈联系人", 2, True)
