"""From the outbox to a real mail host, with everything that can go wrong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from domain.definition import Definition
from flows.advancing import Direct, Steps, advance
from flows.sending import Outgoing
from models import Mail, MailAttempt, MailState, PhoneDuty
from models.scope import Scope
from models.session import Database
from services.mail.claiming import Claim, Handed, begin, claim, record, store
from services.mail.composing import compose
from tests.flows.conftest import SENDER
from tests.support.batches import definition, local
from tests.support.outbox import mail_states, publish_batch
from tests.support.smtp import Faults, SmtpSink

OPENING = local("2023-03-06 09:00")


def now() -> datetime:
    return OPENING


@pytest.fixture
def opened(database: Database) -> Callable[[int], int]:
    """Return a function that opens a batch of so many units, each owed one mail."""

    def open_batch(units: int, wanted: Definition | None = None) -> int:
        batch_id = publish_batch(database, wanted or definition(units=units))
        steps = Steps(database)
        advance(steps, batch_id, OPENING, run=Direct(steps))
        return batch_id

    return open_batch


def let_all_try_again(database: Database) -> None:
    """Let the time of every back-off pass."""
    with database.write(Scope()) as session:
        session.execute(
            update(Mail).where(Mail.retry_after.is_not(None)).values(retry_after=datetime(2020, 1, 1, tzinfo=UTC))
        )


def deliveries(sink: SmtpSink) -> Counter[str]:
    """Count the messages by recipient."""
    return Counter(taken.recipients[0] for taken in sink.messages)


def test_every_mail_is_sent_once_in_the_words_that_are_kept(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    opened(30)

    done = outgoing.drain(now)

    assert (done.ok, done.retry, done.refused, done.uncertain, done.stopped) == (30, 0, 0, 0, 0)
    assert set(deliveries(smtp_sink).values()) == {1}
    assert mail_states(database) == Counter(sent=30)
    with database.read(Scope()) as session:
        kept = {mail.address: (mail.raw, mail.sent_at) for mail in session.scalars(select(Mail))}
    assert {taken.recipients[0]: (taken.raw, OPENING) for taken in smtp_sink.messages} == kept
    assert outgoing.drain(now).ok == 0


def test_mails_that_may_not_leave_yet_wait(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    opened(2)

    outgoing.drain(lambda: OPENING - timedelta(minutes=1))

    assert smtp_sink.messages == []
    assert mail_states(database) == Counter(pending=2)


def test_a_mail_host_that_is_away_costs_a_pause_and_no_mail(
    database: Database, outgoing_to: Callable[..., Outgoing], smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F23: after a few failures the host gets a pause, the claims go back, and later all mails arrive."""
    opened(40)
    away = outgoing_to("smtp://127.0.0.1:1")

    done = away.drain(now)

    assert done.ok == 0
    assert done.pause_seconds >= 50
    assert 5 <= done.retry <= 8
    assert away.drain(now).retry == 0
    assert mail_states(database) == Counter(pending=40)
    let_all_try_again(database)
    assert outgoing_to(smtp_sink.url).drain(now).ok == 40
    assert set(deliveries(smtp_sink).values()) == {1}


def test_only_recipients_that_were_put_off_are_tried_again(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F24: 451 on a third of the recipients."""
    opened(40)
    smtp_sink.faults = Faults(fail4=0.3)

    first = outgoing.drain(now)
    assert 0 < first.retry < 40
    assert first.ok == 40 - first.retry
    smtp_sink.faults = Faults()
    assert outgoing.drain(now).ok == 0  # each has its back-off
    let_all_try_again(database)
    second = outgoing.drain(now)

    assert second.ok == first.retry
    assert set(deliveries(smtp_sink).values()) == {1}
    assert mail_states(database) == Counter(sent=40)


def test_a_refused_address_is_not_tried_again_and_somebody_is_to_call(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F25: 550 at RCPT is the end for that address, visible, once."""
    opened(6)
    smtp_sink.faults = Faults(refuse={"u3@units.example"})

    done = outgoing.drain(now)
    let_all_try_again(database)
    again = outgoing.drain(now)

    assert (done.ok, done.refused, again.ok, again.refused) == (5, 1, 0, 0)
    assert mail_states(database) == Counter(sent=5, refused=1)
    with database.read(Scope()) as session:
        assert session.scalars(select(PhoneDuty.because)).all() == ["邮箱 u3@units.example 拒收"]


def test_a_rate_limit_of_the_host_slows_the_sender_down_and_loses_nothing(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F26: 421 in the middle of a session; the mails that were put off leave later."""
    opened(12)
    smtp_sink.faults = Faults(max_per_connection=3)

    outgoing.drain(now)
    let_all_try_again(database)
    smtp_sink.faults = Faults()
    outgoing.drain(now)

    assert mail_states(database) == Counter(sent=12)
    assert set(deliveries(smtp_sink).values()) == {1}


def test_mails_whose_answer_was_lost_are_sent_once_more_and_then_shown(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F27, R5: connection lost after DATA for every mail; two deliveries with one Message-ID at most."""
    opened(8)
    smtp_sink.faults = Faults(drop_after_data=1.0)

    done = [outgoing.drain(now).uncertain, outgoing.drain(now).uncertain]
    let_all_try_again(database)
    done.append(outgoing.drain(now).uncertain)

    assert sum(done) == 16
    assert set(deliveries(smtp_sink).values()) == {2}
    assert len({taken.raw for taken in smtp_sink.messages}) == 8
    with database.read(Scope()) as session:
        mails = session.scalars(select(Mail)).all()
    assert {(mail.state, mail.is_resent, mail.retry_after) for mail in mails} == {(MailState.UNCERTAIN, True, None)}


def test_uncertain_mails_can_be_held_for_a_person_at_once(
    database: Database, outgoing_to: Callable[..., Outgoing], smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """R5: the setting that holds them."""
    opened(3)
    smtp_sink.faults = Faults(drop_after_data=1.0)
    careful = outgoing_to(smtp_sink.url, holds_uncertain=True)

    careful.drain(now)
    careful.drain(now)

    assert set(deliveries(smtp_sink).values()) == {1}
    assert mail_states(database) == Counter(uncertain=3)


def test_a_mail_that_cannot_be_made_is_set_aside_and_the_others_leave(
    database: Database, outgoing: Outgoing, smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F29: one poison row in front of good ones."""
    opened(5)
    with database.write(Scope()) as session:
        first = session.scalars(select(Mail).order_by(Mail.id).limit(1)).one()
        first.stage_key = "no-such-stage"
        first.kind = first.kind.STAGE_CLOSES

    outgoing.drain(now)

    assert mail_states(database) == Counter(sent=4, held=1)


def test_a_slow_host_does_not_make_claims_lapse(
    database: Database, outgoing_to: Callable[..., Outgoing], smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """I2: the lease is kept while a hand-over takes longer than it; a second sender finds nothing to take back."""
    opened(1)
    smtp_sink.faults = Faults(delay_ms=600)
    slow, other = (outgoing_to(smtp_sink.url, lease=timedelta(seconds=2)) for _ in range(2))

    with ThreadPoolExecutor(1) as pool:
        slowly = pool.submit(slow.drain, now)
        done = [other.drain(now)]
        while not slowly.done():
            done.append(other.drain(now))
    done.append(slowly.result())

    assert (sum(one.ok for one in done), sum(one.lapsed for one in done), len(smtp_sink.messages)) == (1, 0, 1)
    with database.read(Scope()) as session:
        assert session.scalars(select(MailAttempt.outcome)).all() == ["ok"]


def test_a_late_answer_of_a_sender_that_lost_its_claim_does_not_undo_the_new_one(
    database: Database, opened: Callable[[int], int]
) -> None:
    """F08: the paused sender's "try later" is noted and changes nothing; its "taken" counts."""
    opened(1)
    wall = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    old = Claim("old", wall, timedelta(seconds=5), timedelta(0))
    new = replace(old, owner="new", wall_now=wall + timedelta(seconds=60))
    with database.write(Scope()) as session:
        [mail_id] = claim(session, old, OPENING)
        store(session, compose(session, [mail_id], OPENING, SENDER), "old")
        begin(session, mail_id, old)
        mail = session.get_one(Mail, mail_id)
        mail.claimed_by, mail.lease_until = "new", new.wall_now + new.lease

        record(session, mail_id, Handed("retry", 451, "later", timedelta(minutes=1)), old, OPENING)
        assert (mail.state, mail.claimed_by) == (MailState.SENDING, "new")
        record(session, mail_id, Handed("ok", 250, "queued", timedelta(0)), old, OPENING)
        assert mail.state is MailState.SENT


def test_a_rate_is_kept_and_the_draining_stops_in_time(
    database: Database, outgoing_to: Callable[..., Outgoing], smtp_sink: SmtpSink, opened: Callable[[int], int]
) -> None:
    """F26: under a rate of one a second, a drain of no time at all sends no more than the bucket holds."""
    opened(20)
    polite = outgoing_to(smtp_sink.url, per_minute=60)

    done = polite.drain(now, seconds=0.3)

    assert done.ok <= 2
    assert mail_states(database) == Counter(sent=done.ok, pending=20 - done.ok)
