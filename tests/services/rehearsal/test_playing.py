"""Rehearsing definitions and stored batches: on a copy, from now on, and never for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Completion, Due, MailKind, MailText, Opening, Stage, StageKind, UnitEntry
from models import Base, Batch, BatchState, Mail, MailState
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.drafts import add_version, store_draft
from services.batches.extending import MoreTime, extend
from services.batches.publishing import set_paused
from services.duties.answers import file_answer
from services.mail.claiming import record
from services.rehearsal import Event, Period, rehearse_batch, rehearse_definition
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
from tests.support.mailing import send_all
from tests.support.outgoing import RETRY, how, started

EVER = Period()
OPENING, REMINDING = local("2023-03-06 09:00"), local("2023-03-13 09:00")


def shown(events: list[Event]) -> list[tuple[str, str, str | None]]:
    return [(f"{event.at:%m-%d %H:%M}", event.kind, event.unit) for event in events]


def test_a_definition_is_played_from_its_opening_to_its_end() -> None:
    """Design 2.5: every future event, in the order in which it happens."""
    found = rehearse_definition(definition(units=1), EVER)

    assert shown(found.events) == [
        ("03-06 09:00", "stage_opens", None),
        ("03-06 09:00", "stage_opens", "000001"),
        ("03-13 09:00", "reminder", "000001"),
        ("03-17 09:00", "reminder", "000001"),
        ("03-20 09:00", "reminder", "000001"),
        ("03-21 00:00", "stage_closes", None),
        ("03-21 00:00", "stage_closes", None),
        ("03-21 09:00", "escalation", None),
    ]
    assert found.warnings == []


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2023-03-13", "2023-03-13", ["03-13 09:00"]),
        ("2023-03-14", "2023-03-16", []),
        ("2023-03-20", "2023-03-20", ["03-20 09:00"]),
        ("2023-03-21", "2023-03-21", ["03-21 00:00", "03-21 00:00", "03-21 09:00"]),
    ],
)
def test_a_period_holds_its_beginning_and_not_its_end(since: str, until: str, expected: list[str]) -> None:
    """The command's `--until` day is inclusive: it asks for the midnight after it."""
    end = local(f"{until} 00:00") + timedelta(days=1)

    found = rehearse_definition(definition(units=1), Period(local(f"{since} 00:00"), end))

    assert [moment for moment, _, _ in shown(found.events)] == expected


def test_two_duties_on_one_day_are_one_digest() -> None:
    """S003-63: the rehearsal shows the mail that will be sent, not one for each stage."""
    second = contacts_stage(key="zero", title="零报告")

    found = rehearse_definition(definition(units=1, stages=(contacts_stage(), second)), EVER)

    digests = [event for event in found.events if event.kind == "digest"]
    assert [f"{event.at:%m-%d}" for event in digests] == ["03-13", "03-17", "03-20"]
    assert [event for event in found.events if event.kind == "reminder"] == []


def test_who_has_no_address_is_shown_as_a_call_to_make() -> None:
    units = (UnitEntry(code="000001", name="无邮箱单位", unit_class="province", mobile="13812345678"),)

    found = rehearse_definition(replace(definition(), units=units), EVER)

    calls = [event for event in found.events if event.unit == "000001"]
    assert {event.kind for event in calls} == {"reminder"}
    assert all(event.to == [] and "待人工催办" in event.subject and "13812345678" in event.subject for event in calls)


def test_stages_that_end_by_hand_end_the_rehearsal_there() -> None:
    """T8: stages without dates are allowed; nobody knows when they end."""
    later = Stage(
        key="score",
        kind=StageKind.SCORE,
        title="评审",
        opens=Opening(after=("contacts",)),
        completes=Completion.BY_HAND,
    )

    found = rehearse_definition(definition(units=1, stages=(contacts_stage(), later)), EVER)

    assert [event.milestone for event in found.events if event.at > local("2023-03-21 09:00")] in ([], ["score"])


def stored(session: Session) -> int:
    """Return the id of a batch that runs since a week: opened, one of two units answered."""
    batch = running(session, definition(units=2)).batch
    advance(session, batch.id, OPENING)
    send_all(session, OPENING)
    file_answer(
        session,
        duty_of(session, batch, 1).id,
        ANSWER,
        received_at=local("2023-03-08 10:00"),
        actor=officer(session, 1),
    )
    session.flush()
    return batch.id


def test_a_running_batch_is_played_from_now_on_and_lists_only_what_is_to_come(db: Session) -> None:
    """Design 6: what has happened is not repeated, who has answered is not reminded."""
    found = rehearse_batch(db, stored(db), local("2023-03-10 10:00"), EVER)

    assert shown(found.events) == [
        ("03-13 09:00", "reminder", "000002"),
        ("03-17 09:00", "reminder", "000002"),
        ("03-20 09:00", "reminder", "000002"),
        ("03-21 00:00", "stage_closes", None),
        ("03-21 00:00", "stage_closes", None),
        ("03-21 09:00", "escalation", None),
    ]


def test_a_rehearsal_leaves_the_batch_as_it_is(database: Database) -> None:
    """Design 2.5: played on a copy; not a row more, not a row changed."""
    with database.write(Scope()) as session:
        batch_id = stored(session)

    with database.read(Scope()) as session:
        before = contents(session)
        rehearse_batch(session, batch_id, local("2023-03-10 10:00"), EVER)
        assert not session.new and not session.dirty
        session.expire_all()
        after = contents(session)

    assert after == before
    assert sum(len(rows) for rows in before.values()) > 20


def contents(session: Session) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in session.execute(select(table).order_by(table.c.id))]
        for table in Base.metadata.sorted_tables
    }


def test_a_draft_is_rehearsed_as_if_it_were_published(db: Session) -> None:
    batch = store_draft(db, definition(units=1), actor=COORDINATOR, now=OPENING)

    found = rehearse_batch(db, batch.id, OPENING, EVER)

    assert len(found.events) == 8
    assert db.scalar(select(Batch.state)) is BatchState.DRAFT
    assert db.scalar(select(func.count(Mail.id))) == 0


def test_extensions_already_granted_are_part_of_what_is_to_come(db: Session) -> None:
    """S003-42: later for this unit alone."""
    batch_id = stored(db)
    unit_id = duty_of(db, db.get_one(Batch, batch_id), 2).unit_id
    more = MoreTime(stage="contacts", due_at=local("2023-03-25 00:00"), reason="材料较多", unit_id=unit_id)
    extend(db, batch_id, more, actor=COORDINATOR, now=local("2023-03-09 10:00"))
    send_all(db, local("2023-03-09 10:00"))

    found = rehearse_batch(db, batch_id, local("2023-03-10 10:00"), EVER)

    reminders = [f"{event.at:%m-%d}" for event in found.events if event.kind == "reminder"]
    assert reminders == ["03-17", "03-23", "03-24"]
    assert [f"{e.at:%m-%d}" for e in found.events if e.kind == "stage_closes" and not e.to] == ["03-21", "03-25"]


@pytest.mark.timeout(60)
def test_a_mail_that_waits_for_its_host_does_not_hold_up_a_rehearsal(db: Session) -> None:
    """F23: retries run on wall time, which a rehearsal does not have."""
    batch_id = running(db, definition(units=1)).batch.id
    advance(db, batch_id, OPENING)
    started(db, how())
    record(db, db.scalars(select(Mail.id)).one(), RETRY, how(), OPENING)
    db.flush()

    found = rehearse_batch(db, batch_id, local("2023-03-06 09:05"), EVER)

    assert [kind for _, kind, _ in shown(found.events)][:2] == ["stage_opens", "reminder"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("state", ["claimed", "sending", "uncertain"])
def test_a_mail_on_its_way_does_not_hold_up_a_rehearsal(db: Session, state: str) -> None:
    batch_id = running(db, definition(units=1)).batch.id
    advance(db, batch_id, OPENING)
    started(db, how())
    mail = db.scalars(select(Mail).execution_options(populate_existing=True)).one()
    mail.state = MailState(state)
    mail.lease_until = None if state == "uncertain" else mail.lease_until
    db.flush()

    found = rehearse_batch(db, batch_id, local("2023-03-06 09:05"), EVER)

    assert len(found.events) == 6


@pytest.mark.timeout(60)
def test_a_paused_batch_is_rehearsed_as_if_it_went_on_now(db: Session) -> None:
    """An office wants to know what resuming would do; the batch itself stays paused."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, OPENING)
    set_paused(db, batch, is_paused=True, reason="核对", actor=COORDINATOR, now=OPENING)

    found = rehearse_batch(db, batch.id, local("2023-03-14 10:00"), EVER)

    assert [f"{event.at:%m-%d}" for event in found.events if event.kind == "reminder"] == ["03-14", "03-17", "03-20"]
    assert found.warnings == ["批次已暂停；按现在恢复运行模拟"]
    assert db.scalar(select(Batch.state)) is BatchState.PAUSED


@pytest.mark.timeout(60)
def test_moments_missed_while_nothing_ran_are_caught_up_at_once(db: Session) -> None:
    """R4, F14: played at the real now, not at the instants that have passed."""
    batch_id = running(db, definition(units=1)).batch.id

    found = rehearse_batch(db, batch_id, local("2023-03-18 10:00"), EVER)

    assert shown(found.events)[:4] == [
        ("03-18 10:00", "stage_opens", None),
        ("03-18 10:00", "stage_opens", "000001"),
        ("03-20 09:00", "reminder", "000001"),
        ("03-21 00:00", "stage_closes", None),
    ]


def test_a_text_that_cannot_be_made_is_a_warning(db: Session) -> None:
    """F30: found by rehearsing, before anybody waits for the mail."""
    wrong = MailText(kind=MailKind.REMINDER, subject="提醒", body="{{ nonsense }}")

    batch = running(db, definition(units=2)).batch
    add_version(db, batch, definition(units=2, mails=(wrong,)), actor=COORDINATOR, now=PUBLISHED)

    found = rehearse_batch(db, batch.id, PUBLISHED, EVER)

    assert found.warnings == ["6 封邮件（reminder）不能发出：模板有误：第 1 行：没有“nonsense”可以取用"]


def test_a_batch_that_is_over_has_nothing_to_come(db: Session) -> None:
    batch_id = running(db, definition(units=1, stages=(contacts_stage(due=Due(on=date(2023, 3, 20))),))).batch.id
    advance(db, batch_id, local("2023-03-22 10:00"))
    send_all(db, local("2023-03-22 10:00"))

    assert rehearse_batch(db, batch_id, local("2023-04-01 10:00"), EVER).events == []
