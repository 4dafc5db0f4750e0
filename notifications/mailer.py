"""Who hands finished messages to a mail host: one kept connection, or a list that sends nothing.

yagmail holds the account and opens the connection; its `send()` is never called. That opens a connection for every
mail, repeats by itself what may have been delivered (three copies of one mail were seen), attaches a file whose path
equals the text, and fetches style sheets that the text names.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from notifications.account import SmtpAccount, parse_smtp_url
from notifications.connection import Connection, dial
from notifications.handover import CLOSING, Outcome, Reply, deliver, find_fault, open_envelope

__all__ = ["Mailer", "Outcome", "RecordingMailer", "Reply", "SmtpAccount", "YagmailMailer", "parse_smtp_url"]

MAILS_PER_CONNECTION = 100
CONNECTION_SECONDS = 300.0
IDLE_SECONDS = 30.0
GOODBYE_SECONDS = 2.0


class Mailer(Protocol):
    """Hands over one finished message at a time."""

    def send(self, raw: bytes, sender: str, recipient: str) -> Reply:
        """Hand over one message; return what became of it. Trouble with mail is a reply, never an exception.

        raw: RFC 5322 bytes with CRLF at every line end. sender, recipient: of the envelope, one plain address each.
        """
        ...

    def close(self) -> None:
        """End the connection, if there is one; sending again opens another."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message that was not sent."""

    raw: bytes
    sender: str
    recipient: str


class RecordingMailer:
    """Keeps what would have been sent, and sends nothing: for rehearsals."""

    def __init__(self) -> None:
        self.letters: list[Recorded] = []

    def send(self, raw: bytes, sender: str, recipient: str) -> Reply:
        """Keep one message; refuse what no connection would carry either."""
        if fault := find_fault(raw, sender, recipient):
            return Reply.of(Outcome.REFUSED, None, fault)
        self.letters.append(Recorded(raw, sender, recipient))
        return Reply.of(Outcome.OK, None, "模拟运行：只记录，未发送")

    def close(self) -> None:
        """Do nothing; there is no connection."""


class YagmailMailer:
    """One kept connection to the host of one account, for one thread at a time.

    clock: monotonic seconds; only differences count.
    """

    def __init__(self, account: SmtpAccount, *, clock: Callable[[], float]) -> None:
        self._account = account
        self._clock = clock
        self._connection: Connection | None = None
        self._opened_at = self._used_at = 0.0
        self._mails = 0

    def send(self, raw: bytes, sender: str, recipient: str) -> Reply:
        """Hand over one message; a connection found dead before the first byte of it is replaced, once.

        Blocks for a few times the account's timeout at most, the search for the host's address apart.
        """
        if fault := find_fault(raw, sender, recipient):
            return Reply.of(Outcome.REFUSED, None, fault)
        try:
            ready = self._ready_for(len(raw), sender=sender, recipient=recipient)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return _trouble(error)
        reply = ready if isinstance(ready, Reply) else deliver(ready.smtp, raw)
        self._settle(reply)
        return reply

    def close(self) -> None:
        """Say goodbye, waiting two seconds at most for the answer."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.smtp.timeout = GOODBYE_SECONDS
                self._connection.smtp.docmd("QUIT")
        self._hang_up()

    def _ready_for(self, size: int, *, sender: str, recipient: str) -> Connection | Reply:
        """Return a connection whose host waits for the message, or the reason why it does not want it."""
        if kept := self._kept():
            # Gone or going: hosts end a session after a while or a number of mails of their own choice.
            with suppress(smtplib.SMTPServerDisconnected):
                refusal = open_envelope(kept.smtp, size, sender=sender, recipient=recipient)
                if refusal is None or refusal.code != CLOSING:
                    return refusal or kept
            self._hang_up()
        fresh = self._connection = dial(self._account)
        self._opened_at = self._used_at = self._clock()
        self._mails = 0
        return open_envelope(fresh.smtp, size, sender=sender, recipient=recipient) or fresh

    def _kept(self) -> Connection | None:
        """Return the open connection if it is young, little used and awake."""
        if self._connection is None:
            return None
        now = self._clock()
        if self._mails >= MAILS_PER_CONNECTION or now - self._opened_at >= CONNECTION_SECONDS:
            self.close()
        elif now - self._used_at >= IDLE_SECONDS and not _agrees(self._connection, "NOOP"):
            self._hang_up()
        return self._connection

    def _settle(self, reply: Reply) -> None:
        """Make the connection ready for the next message, or give it up."""
        self._used_at = self._clock()
        if reply.outcome is Outcome.OK:
            self._mails += 1
            return
        is_over = reply.code in {None, CLOSING} or reply.outcome is Outcome.UNCERTAIN
        if is_over or (self._connection is not None and not _agrees(self._connection, "RSET")):
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.hang_up()
            self._connection = None


def _agrees(connection: Connection, command: str) -> bool:
    """Tell whether the host says yes to a command that concerns no message."""
    try:
        code, _ = connection.smtp.docmd(command)
    except smtplib.SMTPServerDisconnected:
        return False
    return code // 100 == 2


def _trouble(error: smtplib.SMTPException | OSError) -> Reply:
    """Return what a failure before any message means: whatever it is, the message can wait (F23, F28)."""
    code: int | None = None
    match error:
        case smtplib.SMTPResponseException():
            code = error.smtp_code if error.smtp_code > 0 else None
            said = error.smtp_error
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            text = "邮件主机不提供 STARTTLS；未改用明文，未发送"
        case smtplib.SMTPNotSupportedError():
            text = f"邮件主机不支持所需的功能：{error}"
        case ssl.SSLCertVerificationError():
            text = f"邮件主机的证书未通过验证，未发送：{error.verify_message}"
        case socket.gaierror():
            text = f"找不到邮件主机：{error}"
        case ConnectionRefusedError():
            text = "邮件主机拒绝连接"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__cause__=TimeoutError()):
            text = "邮件主机没有按时答复"
        case _:
            text = f"与邮件主机的连接中断：{error}"
    return Reply.of(Outcome.RETRY, code, text, is_host_trouble=True)
