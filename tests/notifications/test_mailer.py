"""What becomes of a mail, against a real mail host that fails at every step."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifications.mailer import (
    MAILS_PER_CONNECTION,
    Mailer,
    Outcome,
    RecordingMailer,
    Reply,
    YagmailMailer,
    parse_smtp_url,
)
from notifications.message import Letter, stable_message_id, to_bytes
from tests.notifications.conftest import MovableClock
from tests.support.certificates import expired_certificate, valid_certificate
from tests.support.smtp import Faults, SmtpSink

SENDER = "notice@linxuan.example"
TO = "zhang@unit.example"
MakeMailer = Callable[[str], YagmailMailer]


def a_message(
    number: int = 1, *, text: str = "您好：\n请于3月20日24:00前报送。\n.\n..完\n", html: str | None = None
) -> bytes:
    return to_bytes(
        Letter(
            message_id=stable_message_id(f"mail-{number}", domain="linxuan.example"),
            sender=f"遴选平台 <{SENDER}>",
            recipient=f"张三 <{TO}>",
            subject="请报送联系人",
            text=text,
            html=html,
            date=datetime(2023, 3, 13, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
        )
    )


def send(mailer: Mailer, number: int = 1, *, to: str = TO) -> Reply:
    return mailer.send(a_message(number), SENDER, to)


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


@pytest.mark.parametrize("implicit_tls", [True, False])
def test_a_protected_connection_carries_mail_and_password(
    implicit_tls: bool, tmp_path: Path, mailer_to: MakeMailer
) -> None:
    """The login name is used as given; yagmail alone would append a domain to it."""
    certificate = valid_certificate(tmp_path)
    with SmtpSink(tls=certificate.serving(), implicit_tls=implicit_tls, login=("notice", "p@ss/word")) as sink:
        scheme, option = ("smtps", "") if implicit_tls else ("smtp", "&starttls=1")
        mailer = mailer_to(f"{scheme}://notice:p%40ss%2Fword@127.0.0.1:{sink.port}?ca={certificate.pem}{option}")

        replies = [send(mailer, 1), send(mailer, 2)]

        assert [reply.outcome for reply in replies] == [Outcome.OK, Outcome.OK]
        assert [taken.connection for taken in sink.messages] == [1, 1]


def test_a_wrong_password_stops_nothing_but_the_queue(mailer_to: MakeMailer) -> None:
    with SmtpSink(login=("notice", "right")) as sink:
        reply = send(mailer_to(f"smtp://notice:wrong@127.0.0.1:{sink.port}"))

        assert (reply.outcome, reply.code, reply.is_host_trouble) == (Outcome.RETRY, 535, True)
        assert sink.messages == []


@pytest.mark.parametrize("fault", ["stripped", "refused", "expired", "unknown issuer", "wrong name"])
def test_no_mail_leaves_unprotected_when_protection_was_asked_for(
    fault: str, tmp_path: Path, mailer_to: MakeMailer
) -> None:
    """F28."""
    certificate = expired_certificate(tmp_path) if fault == "expired" else valid_certificate(tmp_path)
    faults = Faults(
        starttls_stripped=fault == "stripped",
        answers={"STARTTLS": "454 not now"} if fault == "refused" else {},
    )
    with SmtpSink(tls=certificate.serving(), faults=faults, login=("notice", "word")) as sink:
        trusted = "" if fault == "unknown issuer" else f"&ca={certificate.pem}"
        host = "localhost" if fault == "wrong name" else "127.0.0.1"

        reply = send(mailer_to(f"smtp://notice:word@{host}:{sink.port}?starttls=1{trusted}"))

        assert (reply.outcome, reply.is_host_trouble) == (Outcome.RETRY, True)
        said = {"stripped": "不提供 STARTTLS", "refused": "not now"}.get(fault, "证书未通过验证")
        assert said in reply.text
        assert sink.messages == []


def test_what_was_said_before_tls_is_forgotten(tmp_path: Path, mailer_to: MakeMailer) -> None:
    """F28: an answer smuggled in behind the go-ahead is not taken for the protected host's."""
    certificate = valid_certificate(tmp_path)
    smuggled = Faults(answers={"STARTTLS": "220 go ahead\r\n250 evil.example"})
    with SmtpSink(tls=certificate.serving(), faults=smuggled, login=("notice", "word")) as sink:
        reply = send(mailer_to(f"smtp://notice:word@127.0.0.1:{sink.port}?starttls=1&ca={certificate.pem}"))

        assert reply.outcome is Outcome.OK
        assert len(sink.messages) == 1


def test_a_host_without_tls_gets_no_mail_over_smtps(smtp_sink: SmtpSink, mailer_to: MakeMailer) -> None:
    """F28."""
    reply = send(mailer_to(f"smtps://127.0.0.1:{smtp_sink.port}?timeout=1"))

    assert (reply.outcome, reply.code) == (Outcome.RETRY, None)
    assert smtp_sink.messages == []


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


def test_what_the_host_says_is_one_short_visible_line(smtp_sink: SmtpSink, mailer: YagmailMailer) -> None:
    """S64: two hundred characters, no control or direction marks."""
    smtp_sink.faults.answers = {"RCPT": "550-\x1b[31m拒\u202e收\r\n550 " + "长" * 300}

    reply = send(mailer)

    assert reply.text.isprintable()
    assert reply.text.startswith("[31m拒 收 长长")
    assert len(reply.text) == 200


def test_a_rehearsal_records_and_sends_nothing() -> None:
    mailer = RecordingMailer()

    reply = send(mailer)
    mailer.close()

    assert (reply.outcome, reply.code) == (Outcome.OK, None)
    assert [(letter.raw, letter.sender, letter.recipient) for letter in mailer.letters] == [(a_message(), SENDER, TO)]


def test_the_password_is_not_shown_with_the_account() -> None:
    """S58."""
    account = parse_smtp_url("smtps://notice:geheim@mail.example")

    assert account.password == "geheim"
    assert "geheim" not in repr(account)
