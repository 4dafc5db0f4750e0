"""Finished messages over one kept connection to a real mail host."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from notifications.mailer import (
    MAILS_PER_CONNECTION,
    Outcome,
    RecordingMailer,
    YagmailMailer,
)
from tests.notifications.conftest import MovableClock
from tests.support.letters import SENDER, TO, MakeMailer, a_message, send
from tests.support.smtp import Faults, SmtpSink


def test_a_mail_arrives_with_the_very_bytes_that_were_handed_over(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    reply = send(mailer)

    (taken,) = smtp_sink.messages
    assert (reply.outcome, reply.code, reply.is_host_trouble) == (Outcome.OK, 250, False)
    assert (taken.raw, taken.sender, taken.recipients) == (a_message(), SENDER, (TO,))
    assert taken.parsed["Subject"] == "请报送联系人"
    assert taken.parsed.get_content() == "您好：\r\n请于3月20日24:00前报送。\r\n.\r\n..完\r\n"


def test_lines_that_begin_with_a_dot_arrive_whole(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    raw = b".Subject: x\r\n\r\n.\r\n..\r\n.\r\nend\r\n"

    assert mailer.send(raw, SENDER, TO).outcome is Outcome.OK
    assert smtp_sink.messages[0].raw == raw


def test_mails_share_one_connection_and_keep_their_own_message_ids(
    smtp_sink: SmtpSink, mailer: YagmailMailer
) -> None:
    for number in range(5):
        send(mailer, number)

    assert smtp_sink.connections == 1
    assert len({taken.message_id for taken in smtp_sink.messages}) == 5
    assert {taken.parsed["Subject"] for taken in smtp_sink.messages} == {"请报送联系人"}


def test_a_connection_closed_by_the_host_meanwhile_is_replaced(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    send(mailer, 1)
    smtp_sink.hang_up_on_all()

    assert send(mailer, 2).outcome is Outcome.OK
    assert (smtp_sink.connections, len(smtp_sink.messages)) == (2, 2)


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_host_that_ends_the_session_gets_the_next_mail_on_a_new_one(
    pipelining: bool, mailer_to: MakeMailer
) -> None:
    """F26."""
    with SmtpSink(pipelining=pipelining, faults=Faults(max_per_connection=2)) as sink:
        mailer = mailer_to(sink.url)

        outcomes = [send(mailer, number).outcome for number in range(5)]

        assert outcomes == [Outcome.OK] * 5
        assert [taken.connection for taken in sink.messages] == [1, 1, 2, 2, 3]


def test_a_connection_is_renewed_after_a_number_of_mails(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    for number in range(MAILS_PER_CONNECTION + 1):
        send(mailer, number)

    assert [taken.connection for taken in smtp_sink.messages] == [1] * MAILS_PER_CONNECTION + [2]


def test_a_connection_is_renewed_after_five_minutes(
    smtp_sink: SmtpSink, mailer: YagmailMailer, clock: MovableClock
) -> None:
    for _ in range(11):
        send(mailer)
        clock.seconds += 29

    assert [taken.connection for taken in smtp_sink.messages] == [1] * 11
    send(mailer)
    assert smtp_sink.connections == 2


def test_an_idle_connection_is_asked_first(smtp_sink: SmtpSink, mailer: YagmailMailer, clock: MovableClock) -> None:
    send(mailer)
    clock.seconds += 31
    send(mailer)
    smtp_sink.faults.answers = {"NOOP": "451 asleep"}
    clock.seconds += 31
    send(mailer)

    assert [taken.connection for taken in smtp_sink.messages] == [1, 1, 2]


def test_a_closed_mailer_opens_again_when_asked(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    send(mailer)
    mailer.close()
    mailer.close()
    send(mailer)

    assert [taken.connection for taken in smtp_sink.messages] == [1, 2]


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [
        (SENDER, "a@x.cn, b@y.cn"),
        (SENDER, "a@x.cn> SIZE=1\r\nRCPT TO:<b@y.cn"),
        (SENDER, "a@x.cn>\nRCPT TO:<b@y.cn"),
        (SENDER, "<a@x.cn>"),
        (SENDER, "张三@x.cn"),
        (SENDER, ""),
        ("", TO),
        ("a@x.cn\r\nDATA", TO),
    ],
)
def test_an_envelope_takes_one_plain_address_each(
    sender: str, recipient: str, smtp_sink: SmtpSink, mailer: YagmailMailer
) -> None:
    """S30, S31: smtplib alone would cut an injected recipient off in silence."""
    reply = mailer.send(a_message(), sender, recipient)

    assert (reply.outcome, reply.code) == (Outcome.REFUSED, None)
    assert RecordingMailer().send(a_message(), sender, recipient) == reply
    assert smtp_sink.connections == 0


@pytest.mark.parametrize(
    "raw", [b"", b"Subject: x", b"a\n.\n\r\n", b"a\r.\r\r\n", b"a\r\n.\r\nMAIL FROM:<x@y.cn>\n\r\n"]
)
def test_a_message_with_bare_line_ends_is_refused(raw: bytes, smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    """F29: it would end early at one host and late at the next."""
    assert mailer.send(raw, SENDER, TO).outcome is Outcome.REFUSED
    assert smtp_sink.connections == 0


def test_poison_in_front_does_not_stop_the_queue(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    """F29."""
    outcomes = [mailer.send(b"poison\n", SENDER, TO).outcome, *(send(mailer, number).outcome for number in range(20))]

    assert outcomes == [Outcome.REFUSED] + [Outcome.OK] * 20
    assert len(smtp_sink.messages) == 20


def test_a_text_that_names_a_file_or_a_style_sheet_is_sent_as_text(
    smtp_sink: SmtpSink, mailer: YagmailMailer, tmp_path: Path
) -> None:
    """S32: no file is attached, no address is visited."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as style_host:
        style_host.setblocking(False)
        html = f'<link rel="stylesheet" href="http://127.0.0.1:{style_host.getsockname()[1]}/x.css">{secret}'

        mailer.send(a_message(text=str(secret), html=html), SENDER, TO)

        text, shown = smtp_sink.messages[0].parsed.iter_parts()
        assert (text.get_content(), shown.get_content()) == (str(secret), html)
        with pytest.raises(BlockingIOError):
            style_host.accept()


def test_a_rehearsal_records_and_sends_nothing() -> None:
    mailer = RecordingMailer()

    reply = send(mailer)
    mailer.close()

    assert (reply.outcome, reply.code) == (Outcome.OK, None)
    assert [(letter.raw, letter.sender, letter.recipient) for letter in mailer.letters] == [(a_message(), SENDER, TO)]
