"""yagmail's connection to a mail host, opened without its habits.

Left alone, yagmail appends "@gmail.com" to a login name, asks the terminal or a keyring for a missing password, and
starts TLS without verifying the certificate; smtplib below it waits for ever on a host that sends one byte at a time.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from functools import lru_cache

import yagmail

from notifications.account import Security, SmtpAccount

LONGEST_REPLY = 64 * 1024  # bytes


class _PunctualReplies(smtplib.SMTP):
    """smtplib with one limit for a whole reply; its own holds for each received piece only."""

    _unread = b""
    _unread_of: socket.socket | None = None

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of one reply; the code is -1 when it is not one.

        Raises SMTPServerDisconnected, its cause being a TimeoutError when the reply was not complete in time.
        """
        # What came before TLS was switched on was not said by the certified host, and is forgotten with its socket.
        if self._unread_of is not self.sock:
            self._unread, self._unread_of = b"", self.sock
        until = time.monotonic() + self.timeout
        texts: list[bytes] = []
        length = 0
        while length <= LONGEST_REPLY:
            line = self._line(until)
            length += len(line)
            texts.append(line[4:].strip())
            if not line[:3].isdigit():
                return -1, line.strip()
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)
        self.close()
        raise smtplib.SMTPServerDisconnected("Reply too long")

    def _line(self, until: float) -> bytes:
        while b"\n" not in self._unread:
            self._unread += self._received(until)
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _received(self, until: float) -> bytes:
        try:
            if self.sock is None or len(self._unread) > LONGEST_REPLY:
                raise ConnectionAbortedError("not connected, or a line without end")
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.sock.settimeout(left)
            piece = self.sock.recv(4096)
            self.sock.settimeout(self.timeout)
            if not piece:
                raise ConnectionResetError("closed by the host")
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"Connection lost: {error}") from error
        return piece


class _PunctualTls(_PunctualReplies, smtplib.SMTP_SSL):
    """The same inside TLS."""


class Connection(yagmail.SMTP):  # type: ignore[misc]  # yagmail publishes no types
    """One yagmail client for one account; `smtp` is its smtplib-compatible connection once `dial` returned it."""

    smtp: smtplib.SMTP

    def __init__(self, account: SmtpAccount) -> None:
        has_tls = account.security is Security.TLS
        starts_tls = account.security is Security.STARTTLS
        name = socket.gethostname()
        options: dict[str, object] = {
            "timeout": account.timeout_seconds,
            # Otherwise smtplib asks the name servers who this machine is, without any limit of time.
            "local_hostname": name if "." in name and name.isascii() else "[127.0.0.1]",
        }
        if has_tls:
            options["context"] = _verifying_context(account.ca_file)
        super().__init__(
            user={account.user: account.user},
            password=account.password,
            host=account.host,
            port=account.port,
            smtp_ssl=has_tls,
            smtp_starttls={"context": _verifying_context(account.ca_file)} if starts_tls else False,
            smtp_skip_login=not account.user,
            soft_email_validation=False,
            **options,
        )
        self.set_logging(None)

    @property
    def connection(self) -> type[smtplib.SMTP]:
        """Return the class that yagmail opens."""
        return _PunctualTls if self.ssl else _PunctualReplies

    def hang_up(self) -> None:
        """Close the socket without another word; safe at any time."""
        # A client that yagmail believes to be open would say goodbye when collected, wherever that happens.
        self.is_closed = True
        if self.smtp is not None:
            self.smtp.close()


def dial(account: SmtpAccount) -> Connection:
    """Return a connection that has been greeted, protected as asked for, and signed in.

    There is no way back to an unprotected connection.
    Raises smtplib.SMTPException or OSError (TLS and name errors among them); nothing stays open then.
    """
    connection = Connection(account)
    try:
        connection.login()
        connection.smtp.ehlo_or_helo_if_needed()
    except BaseException:
        connection.hang_up()
        raise
    return connection


@lru_cache(maxsize=4)
def _verifying_context(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)
