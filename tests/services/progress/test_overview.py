"""The coordinator's home."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Audience, Programme
from models import Batch, BatchState, MailState
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from services.contacts import change_contact
from services.duties.answers import file_answer
from services.progress.overview import BATCH_ROWS, overview
from tests.support.batches import (
    ANSWER,
    COORDINATOR,
    PUBLISHED,
    definition,
    duty_of,
    local,
    officer,
    running,
)
from tests.support.mailing import send_all
from tests.support.progress import counted, rich_definition, small_and_large

OPENING = local("2023-03-06 09:00")


def test_each_batch_says_what_comes_next_and_what_is_owed(db: Session) -> None:
    """Design 7: the first screen answers what must be done next, by when."""
    batch = running(db).batch
    at = local("2023-03-08 10:00")
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=at, actor=officer(db, 1))

    before, line = (overview(db, now).batches[0] for now in (PUBLISHED, local("2023-03-10 10:00")))

    assert before.next is not None and line.next is not None
    assert (before.next.stage, before.next.at, before.next.is_opening) == ("反馈联系人", OPENING, True)
    assert (line.next.at, line.next.is_opening) == (local("2023-03-21 00:00"), False)
    assert (line.duties.total, line.duties.done, line.duties.owed, line.overdue_units) == (3, 1, 2, 0)
    after = overview(db, local("2023-03-21 00:00")).batches[0]
    assert (after.next, after.duties.overdue, after.overdue_units) == (None, 2, 2)


def test_the_home_shows_the_mails_of_the_next_seven_days(db: Session) -> None:
    """Design 7: planned mails of the week."""
    batch = running(db).batch
    advance(db, batch.id, OPENING)

    found = overview(db, local("2023-03-13 10:00")).coming

    assert [(line.planned.moment.at, line.planned.to, line.planned.units) for line in found] == [
        (local("2023-03-17 09:00"), Audience.OWING, 3),
        (local("2023-03-20 09:00"), Audience.OWING, 3),
    ]
    assert found[0].batch.id == batch.id


def test_calls_and_doubtful_mails_wait_for_a_person(db: Session) -> None:
    """Design 9, R5: what no mail reaches, and what may or may not have arrived."""
    batch = running(db).batch
    unit_id = duty_of(db, batch, 1).unit_id
    values = {"name": "李四", "mobile": "13812345678"}
    change_contact(db, unit_id, batch.id, values, actor=COORDINATOR, now=PUBLISHED)
    advance(db, batch.id, OPENING)
    send_all(db, OPENING, outcome="uncertain")

    found = overview(db, local("2023-03-06 10:00"))

    waiting = [(line.call.unit.name, line.call.person, line.call.number, line.code) for line in found.calls]
    assert waiting == [("第1单位", "李四", "13812345678", "batch-2023")]
    assert (found.calls_total, found.batches[0].calls) == (1, 1)
    assert found.batches[0].mails == {MailState.UNCERTAIN: 2}
    assert found.batches[0].troubled_mails == 2


def test_running_batches_come_first_and_the_list_has_pages(db: Session) -> None:
    for number in range(BATCH_ROWS):
        store_draft(db, definition(1, code=f"draft-{number:02d}"), actor=SYSTEM, now=PUBLISHED)
    running(db, definition(1, code="live"))

    first, second = overview(db, PUBLISHED), overview(db, PUBLISHED, page=2)

    assert [line.batch.code for line in first.batches][:2] == ["live", "draft-09"]
    assert first.batches[0].batch.state is BatchState.RUNNING
    assert (len(first.batches), len(second.batches), second.page.pages) == (10, 1, 2)


def test_the_number_of_queries_does_not_grow_with_units(database: Database) -> None:
    """G-G1: the home costs the same for a batch of three units and one of three hundred."""
    costs = []
    for batch_id in small_and_large(database):
        with database.write(Scope()) as session:
            for batch in session.scalars(select(Batch)):
                batch.state = BatchState.RUNNING if batch.id == batch_id else BatchState.FINISHED
        with database.read(Scope()) as session, counted(database.reader) as count:
            overview(session, PUBLISHED)
        costs.append(count.queries)

    assert costs == [12, 12]


def test_a_coordinator_of_another_programme_sees_nothing(database: Database) -> None:
    """S03: no batch, no call, no mail to come."""
    with database.write(Scope()) as session:
        running(session)
        other = running(session, rich_definition(1, code="other", programme=Programme(key="other", name="另一项目")))

    with database.read(Scope(programmes=frozenset({other.batch.programme_id}))) as session:
        found = overview(session, local("2023-03-03 10:00"))

    assert [line.batch.code for line in found.batches] == ["other"]
    assert found.page.total == 1
    assert {line.batch.code for line in found.coming} == {"other"}
