"""What was sent to whom and when."""

from __future__ import annotations

from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import MailState
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import load
from services.progress.mails import WantedMails, counts, mails
from tests.support.batches import definition, duty_of, local, officer, running
from tests.support.mailing import send_all
from tests.support.progress import counted, rich, small_and_large

OPENING = local("2023-03-06 09:00")
AFTER = local("2023-03-21 09:30")


def test_each_mail_says_to_whom_why_when_and_with_which_tries(db: Session) -> None:
    """Design 7: what was sent is shown with the host's answers."""
    context = running(db, definition(2))
    advance(db, context.batch.id, OPENING)
    send_all(db, OPENING)

    found = mails(db, context)

    assert [(line.unit, line.mail.kind, line.stage, line.mail.address) for line in found.mails] == [
        ("第2单位", MailKind.STAGE_OPENS, "反馈联系人", "u2@units.example"),
        ("第1单位", MailKind.STAGE_OPENS, "反馈联系人", "u1@units.example"),
    ]
    assert [line.mail.sent_at for line in found.mails] == [OPENING, OPENING]
    assert [(attempt.outcome, attempt.code) for attempt in found.mails[0].tries] == [("ok", 250)]
    assert found.older is None


def test_mails_are_found_by_unit_state_and_stage(db: Session) -> None:
    context = rich(db, units=2)
    advance(db, context.batch.id, OPENING)
    send_all(db, OPENING)
    advance(db, context.batch.id, AFTER)
    unit_id = duty_of(db, context.batch, 2).unit_id

    def found(**wanted: object) -> set[tuple[str, MailKind]]:
        lines = mails(db, context, WantedMails(**wanted)).mails  # type: ignore[arg-type]  # the keys are those of WantedMails
        return {(line.unit, line.mail.kind) for line in lines}

    assert found(state=MailState.SENT) == {("第1单位", MailKind.STAGE_OPENS), ("第2单位", MailKind.STAGE_OPENS)}
    assert found(state=MailState.PENDING, stage="contacts") == {
        ("", MailKind.STAGE_CLOSES),
        ("", MailKind.ESCALATION),
    }
    assert {unit for unit, _ in found(unit_id=unit_id)} == {"第2单位"}
    assert found(state=MailState.HELD) == set()


def test_reading_on_misses_nothing(db: Session) -> None:
    """S63: keyset paging."""
    context = running(db, definition(5))
    advance(db, context.batch.id, OPENING)
    whole = [line.mail.id for line in mails(db, context).mails]

    first = mails(db, context, limit=2)
    second = mails(db, context, WantedMails(before=first.older), limit=2)
    third = mails(db, context, WantedMails(before=second.older), limit=2)

    assert [line.mail.id for part in (first, second, third) for line in part.mails] == whole
    assert third.older is None and len(whole) == 5


def test_the_number_of_queries_does_not_grow_with_units(database: Database) -> None:
    """G-G1."""
    costs = []
    for batch_id in small_and_large(database):
        with database.write(Scope()) as session:
            advance(session, batch_id, OPENING)
        with database.read(Scope()) as session:
            context = load(session, batch_id)
            with counted(database.reader) as count:
                mails(session, context)
        costs.append(count.queries)

    assert costs == [2, 2]


def test_a_reader_sees_mail_to_their_branch_alone(database: Database) -> None:
    """S03: neither other units' mails nor those to the office, which name many units, nor their number."""
    with database.write(Scope()) as session:
        batch_id = running(session).batch.id
        advance(session, batch_id, OPENING)
        advance(session, batch_id, AFTER)
        branch = officer(session, 2).branch

    with database.read(Scope()) as session:
        assert "" in {line.unit for line in mails(session, load(session, batch_id)).mails}
    with database.read(Scope(branch=branch)) as session:
        found = mails(session, load(session, batch_id)).mails
        assert {line.unit for line in found} == {"第2单位"}
        assert sum(counts(session, [batch_id])[batch_id].values()) == len(found)
    with database.read(Scope(programmes=frozenset({10_000}))) as session:
        assert counts(session, [batch_id])[batch_id] == {}
