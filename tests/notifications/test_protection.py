"""TLS and passwords: nothing leaves unprotected that was to be protected."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifications.mailer import (
    Outcome,
    parse_smtp_url,
)
from tests.support.certificates import expired_certificate, valid_certificate
from tests.support.letters import MakeMailer, send
from tests.support.smtp import Faults, SmtpSink


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


def test_the_password_is_not_shown_with_the_account() -> None:
    """S58."""
    account = parse_smtp_url("smtps://notice:geheim@mail.example")

    assert account.password == "geheim"
    assert "geheim" not in repr(account)
