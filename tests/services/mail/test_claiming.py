"""The life of a mail between the outbox and the host, one step at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Mail, MailAttempt, MailState, PhoneDuty
from models.scope import Scope
from models.session import Database
from services.batches.publishing import set_paused
from services.mail.claiming import (
    Claim,
    Handed,
    begin,
    claim,
    decide_uncertain,
    record,
    release_lapsed,
    store,
)
from services.mail.composing import compose
from tests.support.batches import COORDINATOR
from tests.support.mailing import SENDER, states
from tests.support.outgoing import LOST, NOW, OK, REFUSED, REST, RETRY, WALL, how, only, opened, started


def test_a_mail_is_claimed_once_and_the_oldest_first(db: Session) -> None:
    """F07: who comes second gets what is left."""
    opened(db, units=3)
    mails = db.scalars(select(Mail.id).order_by(Mail.id)).all()
    db.get_one(Mail, mails[2]).not_before = NOW - timedelta(hours=1)

    assert claim(db, how(), NOW, limit=2) == [mails[2], mails[0]]
    assert claim(db, how(owner="b"), NOW, limit=2) == [mails[1]]
    assert claim(db, how(owner="c"), NOW) == []
    assert states(db) == {"claimed": 3}


def test_senders_at_once_never_claim_the_same_mail(database: Database) -> None:
    """F07: two processes, each with its own session."""
    with database.write(Scope()) as session:
        opened(session, units=12)
    start = threading.Barrier(2)

    def take(owner: str) -> list[int]:
        start.wait(60)
        taken: list[int] = []
        for _ in range(6):
            with database.mark() as session:
                taken += claim(session, how(owner=owner), NOW, limit=2)
        return taken

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(take, ["a", "b"])

    assert sorted(first + second) == sorted({*first, *second})
    assert len(first + second) == 12


def test_a_mail_waits_for_its_time_and_for_its_batch(db: Session) -> None:
    """F20: mails of a paused batch wait."""
    batch_id = opened(db)
    assert claim(db, how(), NOW - timedelta(seconds=1)) == []

    context = set_paused(db, only(db).batch, is_paused=True, reason="核对", actor=COORDINATOR, now=NOW)
    assert claim(db, how(), NOW) == []

    set_paused(db, context.batch, is_paused=False, reason="继续", actor=COORDINATOR, now=NOW)
    assert (batch_id, len(claim(db, how(), NOW))) == (context.batch.id, 1)


def test_a_claim_that_lapses_before_the_hand_over_goes_back_unharmed(db: Session) -> None:
    """F02, I11: the host never heard of it, so it is sent like any other."""
    opened(db)
    (mail_id,) = claim(db, how(), NOW)
    composed = compose(db, [mail_id], NOW, SENDER)

    assert release_lapsed(db, how(1)) == 0
    assert states(db) == {"claimed": 1}
    assert release_lapsed(db, how(1.01)) == 0

    assert (states(db), only(db).is_resent, only(db).attempts) == ({"pending": 1}, False, 0)
    assert claim(db, how(1.01, owner="b"), NOW) == [mail_id]
    assert store(db, composed, "a") == []
    assert begin(db, mail_id, how(1.01)) is None
    assert only(db).claimed_by == "b"


@pytest.mark.parametrize("late", [how(1), how(2), how(0, owner="b")], ids=["at its end", "after it", "another's"])
def test_a_hand_over_does_not_begin_on_a_lost_lease(db: Session, late: Claim) -> None:
    """F08: a sender that was paused past its lease sends nothing."""
    opened(db)
    (mail_id,) = claim(db, how(), NOW)
    store(db, compose(db, [mail_id], NOW, SENDER), "a")

    assert begin(db, mail_id, late) is None
    assert (states(db), only(db).attempts) == ({"claimed": 1}, 0)


def test_a_hand_over_begins_once(db: Session) -> None:
    opened(db)
    started(db, how())

    assert begin(db, only(db).id, how()) is None
    assert (states(db), only(db).attempts) == ({"sending": 1}, 1)


def test_a_crash_during_the_hand_over_is_uncertain_and_tried_once_more_with_the_same_bytes(db: Session) -> None:
    """R5, F03: the same Message-ID, after the rest, at most once, and marked."""
    opened(db)
    raw = started(db, how())
    first = only(db)
    message_id = first.message_id
    assert release_lapsed(db, how(1.01)) == 1

    assert states(db) == {"uncertain": 1}
    assert only(db).because == "发送进程在交付邮件后中断，是否送达未知"
    assert claim(db, how(11), NOW) == []
    assert f"Message-ID: {message_id}".encode() in raw

    again = started(db, how(11.02, owner="b"))
    assert again == raw
    assert (only(db).message_id, only(db).is_resent, only(db).attempts) == (message_id, True, 2)


def test_bytes_of_a_second_try_are_kept_although_the_text_would_be_another_now(db: Session) -> None:
    """R5: a copy must be recognisable as one."""
    opened(db)
    raw = started(db, how())
    record(db, only(db).id, LOST, how(), NOW)
    only(db).unit.name = "改了名的单位"  # type: ignore[union-attr]  # an opening is to a unit

    assert started(db, how(10)) == raw


def test_a_second_uncertain_try_waits_for_a_person(db: Session) -> None:
    """R5, F27: one more try, then somebody decides."""
    opened(db)
    started(db, how())
    record(db, only(db).id, LOST, how(), NOW)
    assert only(db).retry_after == WALL + REST
    started(db, how(10))
    record(db, only(db).id, LOST, how(10), NOW)

    assert (states(db), only(db).retry_after) == ({"uncertain": 1}, None)
    assert claim(db, how(100_000), NOW) == []
    assert [attempt.outcome for attempt in only(db).tries] == ["uncertain", "uncertain"]


def test_by_a_setting_an_uncertain_mail_waits_for_a_person_at_once(db: Session) -> None:
    """R5: `LINXUAN_SEND_UNCERTAIN=hold`."""
    opened(db)
    started(db, how(holds=True))
    record(db, only(db).id, LOST, how(holds=True), NOW)

    assert (states(db), only(db).retry_after) == ({"uncertain": 1}, None)
    assert claim(db, how(100_000), NOW) == []


@pytest.mark.parametrize(("send_again", "tried"), [(True, 1), (False, 0)])
def test_a_person_lets_an_uncertain_mail_go_again_or_leaves_it(db: Session, send_again: bool, tried: int) -> None:
    """R5: what a person decides happens, once."""
    opened(db)
    raw = started(db, how())
    record(db, only(db).id, LOST, how(holds=True), NOW)

    decide_uncertain(db, only(db).id, send_again=send_again, wall_now=how(5).wall_now)

    assert len(claim(db, how(5), NOW)) == tried
    assert raw == db.scalar(select(Mail.raw))


@pytest.mark.parametrize("late", [RETRY, LOST, REFUSED])
def test_a_late_no_changes_nothing_once_another_sender_has_the_mail(db: Session, late: Handed) -> None:
    """F08: a sender woken up long after its lease must not send a delivered mail again."""
    opened(db)
    started(db, how())
    release_lapsed(db, how(2))
    started(db, how(12, owner="b"))

    record(db, only(db).id, late, how(13), NOW)
    assert (states(db), only(db).claimed_by) == ({"sending": 1}, "b")

    record(db, only(db).id, OK, how(12, owner="b"), NOW)
    record(db, only(db).id, late, how(14), NOW)
    assert states(db) == {"sent": 1}
    assert db.scalars(select(PhoneDuty)).all() == []
    assert len(db.scalars(select(MailAttempt)).all()) == 4


def test_a_late_yes_is_the_truth(db: Session) -> None:
    """R5: once it is known to have been delivered, it is not tried again."""
    opened(db)
    started(db, how())
    release_lapsed(db, how(2))

    record(db, only(db).id, OK, how(3), NOW)

    assert states(db) == {"sent": 1}
    assert claim(db, how(100_000), NOW) == []


def test_a_late_no_of_the_only_sender_is_the_truth_too(db: Session) -> None:
    """A definite answer ends the uncertainty."""
    opened(db)
    started(db, how())
    release_lapsed(db, how(2))

    record(db, only(db).id, RETRY, how(3), NOW)

    assert states(db) == {"pending": 1}
    assert only(db).state is MailState.PENDING
