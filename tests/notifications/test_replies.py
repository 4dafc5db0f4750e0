"""What becomes of a mail when the host refuses, hesitates, talks nonsense or falls silent, at every step."""

from __future__ import annotations

import socket

import pytest

from notifications.mailer import (
    Outcome,
    Reply,
    YagmailMailer,
)
from notifications.message import stable_message_id
from tests.support.letters import SENDER, TO, MakeMailer, a_message, send
from tests.support.smtp import Faults, SmtpSink


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refused_address_is_refused_and_the_next_mail_goes_out(pipelining: bool, mailer_to: MakeMailer) -> None:
    """F25: on the same connection, whether or not the host takes commands together."""
    with SmtpSink(pipelining=pipelining, faults=Faults(refuse={"gone@unit.example"})) as sink:
        mailer = mailer_to(sink.url)

        replies = [send(mailer, 1, to="gone@unit.example"), send(mailer, 2)]

        assert [(reply.outcome, reply.code) for reply in replies] == [(Outcome.REFUSED, 550), (Outcome.OK, 250)]
        assert replies[0].text == "5.1.1 no such user"
        assert not replies[0].is_host_trouble
        assert [taken.recipients for taken in sink.messages] == [(TO,)]
        assert sink.connections == 1


def test_a_host_that_wants_a_message_for_nobody_gets_none(mailer_to: MakeMailer) -> None:
    """F25: having taken three commands together, it refuses the recipient and still asks for the message."""
    with SmtpSink(faults=Faults(refuse={"gone@unit.example"}, answers={"DATA": "354 go ahead"})) as sink:
        mailer = mailer_to(sink.url)

        outcomes = [send(mailer, 1, to="gone@unit.example").outcome, send(mailer, 2).outcome]

        assert outcomes == [Outcome.REFUSED, Outcome.OK]
        assert [taken.raw for taken in sink.messages] == [a_message(2)]
        assert sink.connections == 1


@pytest.mark.parametrize("pipelining", [True, False])
def test_only_the_recipients_put_off_are_to_be_tried_again(pipelining: bool, mailer_to: MakeMailer) -> None:
    """F24."""
    with SmtpSink(pipelining=pipelining, faults=Faults(fail4=0.3)) as sink:
        mailer = mailer_to(sink.url)

        outcomes = [send(mailer, number).outcome for number in range(40)]

        assert set(outcomes) == {Outcome.OK, Outcome.RETRY}
        taken = {message.message_id for message in sink.messages}
        assert taken == {
            stable_message_id(f"mail-{number}", domain="linxuan.example")
            for number, outcome in enumerate(outcomes)
            if outcome is Outcome.OK
        }
        assert len(sink.messages) == len(taken)


ANSWERS = [
    ("CONNECT", "554 not for you", Outcome.RETRY, True),
    ("CONNECT", "421 busy", Outcome.RETRY, True),
    ("MAIL", "450 4.7.1 too fast", Outcome.RETRY, True),
    ("MAIL", "452 4.3.1 no room", Outcome.RETRY, True),
    ("MAIL", "553 5.7.1 sender not yours", Outcome.RETRY, True),
    ("MAIL", "552 5.3.4 too large", Outcome.REFUSED, False),
    ("RCPT", "450 4.2.0 greylisted", Outcome.RETRY, False),
    ("RCPT", "421 closing", Outcome.RETRY, True),
    ("RCPT", "530 5.7.0 log in first", Outcome.RETRY, True),
    ("RCPT", "554 5.7.1 relay denied", Outcome.REFUSED, False),
    ("DATA", "451 4.3.0 wait", Outcome.RETRY, False),
    ("DATA", "554 5.5.0 no", Outcome.REFUSED, False),
    ("END", "452 4.2.2 mailbox full", Outcome.RETRY, False),
    ("END", "554 5.7.1 looks like spam", Outcome.REFUSED, False),
]


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(("step", "answer", "outcome", "is_host_trouble"), ANSWERS)
def test_each_answer_is_judged_by_its_step(
    step: str, answer: str, outcome: Outcome, is_host_trouble: bool, pipelining: bool, mailer_to: MakeMailer
) -> None:
    """F24, F25, F26: and the same mailer sends once the host is willing."""
    with SmtpSink(pipelining=pipelining, faults=Faults(answers={step: answer})) as sink:
        mailer = mailer_to(sink.url)

        reply = send(mailer)
        sink.faults = Faults()

        assert (reply.outcome, reply.code, reply.text) == (outcome, int(answer[:3]), answer[4:])
        assert reply.is_host_trouble is is_host_trouble
        assert sink.messages == []
        assert send(mailer).outcome is Outcome.OK
        assert len(sink.messages) == 1


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("CONNECT", Outcome.RETRY),
        ("EHLO", Outcome.RETRY),
        ("MAIL", Outcome.RETRY),
        ("RCPT", Outcome.RETRY),
        ("DATA", Outcome.RETRY),
        ("END", Outcome.UNCERTAIN),
    ],
)
@pytest.mark.parametrize("fault", ["silent", "endless"])
def test_a_host_that_never_finishes_its_answer_is_left(
    fault: str, step: str, outcome: Outcome, pipelining: bool, mailer_to: MakeMailer
) -> None:
    """F23, F27: no thread hangs, even if a line arrives every moment; only after the last byte is it uncertain."""
    faults = Faults(silent={step}) if fault == "silent" else Faults(endless={step})
    with SmtpSink(pipelining=pipelining, faults=faults) as sink:
        mailer = mailer_to(f"{sink.url}?timeout=0.3")

        reply = send(mailer)

        assert (reply.outcome, reply.code) == (outcome, None)
        assert sink.connections == 1


@pytest.mark.parametrize("junk", ["hello", "25", "", "xyz-", "\u2028\x1b[31m"])
@pytest.mark.parametrize(("step", "outcome"), [("RCPT", Outcome.RETRY), ("END", Outcome.UNCERTAIN)])
def test_an_answer_that_is_none_leaves_the_connection(
    step: str, outcome: Outcome, junk: str, smtp_sink: SmtpSink, mailer: YagmailMailer
) -> None:
    smtp_sink.faults.answers = {step: junk or " "}

    reply = send(mailer)
    smtp_sink.faults = Faults()

    assert (reply.outcome, reply.code) == (outcome, None)
    assert reply.text.isprintable()
    assert send(mailer).outcome is Outcome.OK
    assert smtp_sink.connections == 2


def test_a_mail_whose_answer_is_lost_is_uncertain_and_delivered_once(
    smtp_sink: SmtpSink, mailer: YagmailMailer
) -> None:
    """F27, R5: yagmail's own `send` delivers three copies here and reports none."""
    smtp_sink.faults.drop_after_data = 1.0

    replies = [send(mailer, number) for number in range(3)]

    assert [(reply.outcome, reply.code) for reply in replies] == [(Outcome.UNCERTAIN, None)] * 3
    assert [taken.message_id for taken in smtp_sink.messages] == [
        stable_message_id(f"mail-{number}", domain="linxuan.example") for number in range(3)
    ]


def test_a_second_try_carries_the_first_message_id(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    """R5."""
    smtp_sink.faults.drop_after_data = 1.0
    first = send(mailer)
    smtp_sink.faults.drop_after_data = 0.0

    second = send(mailer)

    assert (first.outcome, second.outcome) == (Outcome.UNCERTAIN, Outcome.OK)
    assert len({taken.message_id for taken in smtp_sink.messages}) == 1


def test_a_new_connection_that_drops_before_the_message_is_a_matter_for_later(
    smtp_sink: SmtpSink, mailer: YagmailMailer
) -> None:
    """F23: no second attempt at once."""
    smtp_sink.faults.drop_before_data = 1.0

    reply = send(mailer)

    assert (reply.outcome, reply.code, reply.is_host_trouble) == (Outcome.RETRY, None, True)
    assert (smtp_sink.connections, smtp_sink.messages) == (1, [])


def test_a_message_cut_in_the_middle_may_be_tried_again(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    smtp_sink.faults.drop_in_data = True

    reply = mailer.send(a_message(text="长" * 5_000_000), SENDER, TO)

    assert (reply.outcome, reply.code) == (Outcome.RETRY, None)
    assert smtp_sink.messages == []


def test_nobody_at_the_address_is_a_matter_for_later(mailer_to: MakeMailer) -> None:
    """F23."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    reply = send(mailer_to(f"smtp://127.0.0.1:{port}"))

    assert reply == Reply(Outcome.RETRY, None, "邮件主机拒绝连接", is_host_trouble=True)


def test_an_unknown_host_is_a_matter_for_later(mailer_to: MakeMailer) -> None:
    """F23."""
    reply = send(mailer_to("smtp://no-such-host.invalid:25?timeout=2"))

    assert (reply.outcome, reply.code, reply.is_host_trouble) == (Outcome.RETRY, None, True)
    assert reply.text.startswith("找不到邮件主机")


def test_what_the_host_says_is_one_short_visible_line(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    """S64: two hundred characters, no control or direction marks."""
    smtp_sink.faults.answers = {"RCPT": "550-\x1b[31m拒\u202e收\r\n550 " + "长" * 300}

    reply = send(mailer)

    assert reply.text.isprintable()
    assert reply.text.startswith("[31m拒 收 长长")
    assert len(reply.text) == 200
