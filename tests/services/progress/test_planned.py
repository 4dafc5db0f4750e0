"""What will be sent next."""

from __future__ import annotations

from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Audience
from domain.plan import MomentKind
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import load
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.contacts import change_contact
from services.duties.answers import file_answer
from services.progress.planned import NAMED_UNITS, planned
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
from tests.support.progress import counted, rich, small_and_large

OPENING = local("2023-03-06 09:00")
UNTIL = local("2023-04-01 00:00")


def test_every_moment_to_come_says_who_owes_now_and_where_they_are_reached(db: Session) -> None:
    """S003-63: only for what is open; who has answered is not counted."""
    batch = running(db).batch
    advance(db, batch.id, OPENING)
    at = local("2023-03-08 10:00")
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=at, actor=officer(db, 1))

    found = planned(db, load(db, batch.id), at, UNTIL)

    assert [(line.moment.at, line.moment.kind, line.to, line.units) for line in found] == [
        (local("2023-03-13 09:00"), MomentKind.REMIND, Audience.OWING, 2),
        (local("2023-03-17 09:00"), MomentKind.REMIND, Audience.OWING, 2),
        (local("2023-03-20 09:00"), MomentKind.REMIND, Audience.OWING, 2),
        (local("2023-03-21 00:00"), MomentKind.CLOSE, Audience.COORDINATOR, 2),
        (local("2023-03-21 09:00"), MomentKind.ESCALATE, Audience.COORDINATOR, 2),
    ]
    assert [(unit.name, unit.people[0].address) for unit in found[0].recipients] == [
        ("第2单位", "u2@units.example"),
        ("第3单位", "u3@units.example"),
    ]
    assert found[3].recipients == [] and found[0].due_at == local("2023-03-21 00:00")


def test_what_is_planned_is_what_is_sent(db: Session) -> None:
    """Design 2.5: the plan and the engine are one."""
    batch = running(db).batch
    coming = planned(db, load(db, batch.id), PUBLISHED, local("2023-03-13 09:00"))
    promised = {(line.moment.at, person.address) for line in coming for u in line.recipients for person in u.people}

    sent = set()
    for line in coming:
        advance(db, batch.id, line.moment.at)
        sent |= {(line.moment.at, mail.address) for mail in send_all(db, line.moment.at)}

    assert sent == promised and len(sent) == 6


def test_a_unit_with_more_time_is_planned_under_its_own_deadline(db: Session) -> None:
    """S003-42."""
    context = running(db)
    unit_id = duty_of(db, context.batch, 2).unit_id
    more = MoreTime(stage="contacts", due_at=local("2023-03-25 00:00"), reason="地震", unit_id=unit_id)
    now = local("2023-03-20 10:00")
    extend(db, context.batch.id, more, actor=COORDINATOR, now=now)

    found = planned(db, load(db, context.batch.id), now, UNTIL)
    units = {(line.moment.at, line.due_at): [unit.name for unit in line.recipients] for line in found}

    assert units[(local("2023-03-23 09:00"), local("2023-03-25 00:00"))] == ["第2单位"]
    own = {(line.due_at, line.units) for line in found}
    assert own == {(local("2023-03-21 00:00"), 2), (local("2023-03-25 00:00"), 1)}


def test_who_has_only_a_number_is_shown_as_one_to_call(db: Session) -> None:
    """Design 9: their mail becomes 待人工催办."""
    context = running(db, definition(1))
    unit_id = duty_of(db, context.batch, 1).unit_id
    values = {"name": "李四", "mobile": "13812345678"}
    change_contact(db, unit_id, context.batch.id, values, actor=COORDINATOR, now=PUBLISHED)

    person = planned(db, context, PUBLISHED, UNTIL)[0].recipients[0].people[0]

    assert (person.name, person.address, person.number) == ("李四", None, "13812345678")


def test_a_draft_shows_what_would_be_sent_if_it_ran(db: Session) -> None:
    batch = store_draft(db, definition(2), actor=SYSTEM, now=PUBLISHED)

    found = planned(db, load(db, batch.id), PUBLISHED, OPENING)

    assert [(line.moment.kind, line.units, len(line.recipients)) for line in found] == [(MomentKind.OPEN, 2, 2)]


def test_a_moment_that_writes_to_nobody_says_so(db: Session) -> None:
    context = rich(db, titles=0)

    found = {(line.moment.stage, line.moment.kind): line.to for line in planned(db, context, PUBLISHED, OPENING)}

    assert found == {
        ("contacts", MomentKind.OPEN): Audience.OWING,
        ("evaluation", MomentKind.OPEN): None,
        ("recommend", MomentKind.OPEN): None,
    }


def test_names_are_limited_and_queries_do_not_grow(database: Database) -> None:
    """G-G1: one query per batch, not per unit or moment."""
    costs, shown = [], []
    for batch_id in small_and_large(database):
        with database.read(Scope()) as session:
            context = load(session, batch_id)
            with counted(database.reader) as count:
                line = planned(session, context, PUBLISHED, UNTIL)[0]
        costs.append(count.queries)
        shown.append((line.units, len(line.recipients)))

    assert costs == [3, 3]
    assert shown == [(3, 3), (300, NAMED_UNITS)]


def test_a_reader_sees_the_units_of_their_branch_alone(database: Database) -> None:
    """S03: neither names nor counts."""
    with database.write(Scope()) as session:
        batch_id, branch = running(session).batch.id, officer(session, 2).branch

    with database.read(Scope(branch=branch)) as session:
        found = planned(session, load(session, batch_id), PUBLISHED, UNTIL)

    assert {line.units for line in found} == {1}
    assert {unit.name for line in found for unit in line.recipients} == {"第2单位"}
