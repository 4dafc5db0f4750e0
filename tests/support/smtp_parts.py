"""What the SMTP server for trials takes, and what it can be told to do wrong."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that the server took over, whether or not it said so."""

    at: float
    connection: int
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        found = re.search(rb"(?im)^message-id:\s*(\S+)", self.raw)
        return found[1].decode() if found else ""

    def as_line(self) -> str:
        shown = {
            "at": self.at,
            "connection": self.connection,
            "sender": self.sender,
            "recipients": list(self.recipients),
            "message_id": self.message_id,
            "raw": base64.b64encode(self.raw).decode(),
        }
        return json.dumps(shown, ensure_ascii=False) + "\n"


@dataclass
class Faults:
    """What goes wrong; may be changed while the server runs.

    Steps are CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, END (of the message), RSET, NOOP, QUIT.
    delay_ms: before every answer. fail4: share of RCPT answered 451. refuse: addresses answered 550 at RCPT.
    drop_after_data: share of messages taken, then hung up on without an answer.
    drop_before_data: share of DATA commands hung up on. drop_in_data: hang up when a piece of a message arrives.
    starttls_stripped: TLS is there, but not offered. max_per_connection: messages, then 421.
    answers: other answers, by step. silent: steps never answered. endless: steps answered without an end.
    """

    delay_ms: float = 0.0
    fail4: float = 0.0
    refuse: Collection[str] = ()
    drop_after_data: float = 0.0
    drop_before_data: float = 0.0
    drop_in_data: bool = False
    starttls_stripped: bool = False
    max_per_connection: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    silent: Collection[str] = ()
    endless: Collection[str] = ()
