"""One connection to the SMTP server for trials.

A bare protocol rather than a library: it must be faster than what is measured against it, and fail at any step.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import time
from typing import TYPE_CHECKING

from tests.support.smtp_parts import Taken

if TYPE_CHECKING:
    from tests.support.smtp import SmtpSink

ENDLESS_EVERY_SECONDS = 0.02
END_OF_DATA = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink: SmtpSink, number: int) -> None:
        self.sink = sink
        self.number = number
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.is_busy = False
        self.is_protected = sink.implicit_tls
        self.is_known = sink.login is None
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.is_in_data = False
        self.searched = 0
        self.taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.sink.welcome(transport)
        if not self.is_busy:
            self.answer("CONNECT", "220 sink.example ESMTP")

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            self.sink.farewell(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.pump()

    def pump(self) -> None:
        while not self.is_busy and (self.take_message() if self.is_in_data else self.take_command()):
            pass

    def take_command(self) -> bool:
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        verb, _, argument = line.decode("utf-8", "replace").partition(" ")
        handler = getattr(self, f"on_{verb.lower()}", None)
        if handler is None:
            self.answer(verb.upper(), "502 command not known")
        else:
            handler(argument)
        return True

    def take_message(self) -> bool:
        if self.sink.faults.drop_in_data and self.buffer:
            self.hang_up()
            return False
        if self.buffer.startswith(b".\r\n"):
            end, raw = 3, b""
        else:
            found = self.buffer.find(END_OF_DATA, max(0, self.searched - len(END_OF_DATA)))
            if found < 0:
                self.searched = len(self.buffer)
                return False
            end, raw = found + len(END_OF_DATA), bytes(self.buffer[: found + 2])
        del self.buffer[:end]
        self.is_in_data, self.searched = False, 0
        self.end_of_message(re.sub(rb"(?m)^\.", b"", raw) if b"\r\n." in raw or raw[:1] == b"." else raw)
        return True

    def end_of_message(self, raw: bytes) -> None:
        sender, recipients = self.sender or "", tuple(self.recipients)
        self.sender, self.recipients = None, []
        other = self.sink.faults.answers.get("END", "250")
        if not recipients:
            self.answer("END", "554 no valid recipients")
        elif other[0] != "2":
            self.answer("END", other)
        else:
            self.taken += 1
            self.sink.keep(Taken(time.time(), self.number, sender, recipients, raw))
            if self.sink.chance(self.sink.faults.drop_after_data):
                self.hang_up()
            else:
                self.answer("END", "250 queued")

    def on_ehlo(self, argument: str) -> None:
        offers = ["sink.example", "8BITMIME", "SIZE 33554432"]
        if self.sink.pipelining:
            offers.append("PIPELINING")
        can_protect = self.sink.tls is not None and not self.is_protected
        if can_protect and not self.sink.faults.starttls_stripped:
            offers.append("STARTTLS")
        if self.sink.login is not None:
            offers.append("AUTH PLAIN")
        marks = ["-"] * (len(offers) - 1) + [" "]
        self.answer("EHLO", "\r\n".join(f"250{mark}{offer}" for mark, offer in zip(marks, offers, strict=True)))

    def on_helo(self, argument: str) -> None:
        self.answer("HELO", "250 sink.example")

    def on_starttls(self, argument: str) -> None:
        faults = self.sink.faults
        text = faults.answers.get("STARTTLS", "220 go ahead")
        if self.sink.tls is None or faults.starttls_stripped or "STARTTLS" in {*faults.silent, *faults.endless}:
            self.answer("STARTTLS", "502 command not known")
            return
        self.say(text)
        if text.startswith("220"):
            self.is_busy = True
            self.buffer.clear()  # nothing said before TLS counts after it
            self.sink.run(self.protect(self.sink.tls))

    async def protect(self, context: ssl.SSLContext) -> None:
        assert self.transport is not None
        try:
            protected = await asyncio.get_running_loop().start_tls(self.transport, self, context, server_side=True)
        except (OSError, ConnectionError):
            return  # the client did not like what it saw
        assert protected is not None
        self.sink.welcome(protected)
        self.sink.farewell(self.transport)
        self.transport, self.is_protected, self.is_busy = protected, True, False
        self.pump()

    def on_auth(self, argument: str) -> None:
        mechanism, _, initial = argument.partition(" ")
        expected = "\0".join(("", *(self.sink.login or ("", ""))))
        self.is_known = mechanism == "PLAIN" and base64.b64decode(initial).decode() == expected
        self.answer("AUTH", "235 welcome" if self.is_known else "535 5.7.8 authentication failed")

    def on_mail(self, argument: str) -> None:
        limit = self.sink.faults.max_per_connection
        if not self.is_known:
            self.answer("MAIL", "530 5.7.0 authentication required")
        elif self.sender is not None:
            self.answer("MAIL", "503 nested MAIL")
        elif limit is not None and self.taken >= limit:
            self.answer("MAIL", "421 too many messages on this connection")
        elif self.answer("MAIL", "250 ok"):
            self.sender = _path(argument)

    def on_rcpt(self, argument: str) -> None:
        recipient = _path(argument)
        if self.sender is None:
            self.answer("RCPT", "503 MAIL first")
        elif recipient in self.sink.faults.refuse:
            self.answer("RCPT", "550 5.1.1 no such user")
        elif self.sink.chance(self.sink.faults.fail4):
            self.answer("RCPT", "451 4.3.0 try again later")
        elif self.answer("RCPT", "250 ok"):
            self.recipients.append(recipient)

    def on_data(self, argument: str) -> None:
        if self.sink.chance(self.sink.faults.drop_before_data):
            self.hang_up()
        elif not self.recipients and "DATA" not in self.sink.faults.answers:
            self.answer("DATA", "554 no valid recipients")
        else:
            self.answer("DATA", "354 go ahead")

    def on_rset(self, argument: str) -> None:
        self.sender, self.recipients = None, []
        self.answer("RSET", "250 ok")

    def on_noop(self, argument: str) -> None:
        self.answer("NOOP", "250 ok")

    def on_quit(self, argument: str) -> None:
        if self.answer("QUIT", "221 bye"):
            self.hang_up()

    def answer(self, step: str, usual: str) -> bool:
        """Answer a step, or do what goes wrong there; tell whether the answer is the usual one."""
        faults = self.sink.faults
        if step in faults.silent:
            self.is_busy = True
            return False
        if step in faults.endless:
            self.is_busy = True
            self.go_on(usual[:3])
            return False
        text = faults.answers.get(step, usual)
        if step == "DATA" and text.startswith("354"):
            self.is_in_data = True
        if faults.delay_ms:
            self.is_busy = True
            asyncio.get_running_loop().call_later(faults.delay_ms / 1000, self.say_later, text)
        else:
            self.say(text)
        return text is usual or text == usual

    def go_on(self, code: str) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(f"{code}-wait\r\n".encode())
            asyncio.get_running_loop().call_later(ENDLESS_EVERY_SECONDS, self.go_on, code)

    def say_later(self, text: str) -> None:
        self.is_busy = False
        self.say(text)
        self.pump()

    def say(self, text: str) -> None:
        assert self.transport is not None
        self.transport.write(text.encode() + b"\r\n")
        if text.startswith("421"):
            self.hang_up()

    def hang_up(self) -> None:
        self.is_busy = True
        if self.transport is not None:
            self.transport.close()


def _path(argument: str) -> str:
    found = re.search(r"<([^>]*)>", argument)
    return found[1] if found else ""
