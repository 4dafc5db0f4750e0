"""One message over an open connection, step by step, so that a failure is known by the step at which it came.

Until the last line of the message is handed over, the host cannot have taken it: a failure may be tried again. From
then until its answer arrives nobody can know (rule R5): that alone is UNCERTAIN.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notifications.address import is_plain_address

REPLY_LENGTH = 200
CLOSING = 421  # the host is about to hang up
NOT_A_REPLY = -1

# Codes that speak of our account or session, whatever the message: the next one would meet the same.
OF_OUR_SESSION = frozenset({500, 502, 503, 521, 530, 534, 535, 538})
TOO_LARGE = 552

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]+")


class Outcome(StrEnum):
    """What became of one try.

    OK: the host took the message. RETRY: it did not, and may later. REFUSED: it will not, for this address or this
    message. UNCERTAIN: the message was handed over whole, and no answer came.
    """

    OK = "ok"
    RETRY = "retry"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of one try.

    code: of the host's answer; None when there was none. text: one line, at most 200 characters.
    is_host_trouble: the next message to this host would most likely meet the same, so the host deserves a pause.
    """

    outcome: Outcome
    code: int | None
    text: str
    is_host_trouble: bool = False

    @classmethod
    def of(cls, outcome: Outcome, code: int | None, text: str | bytes, *, is_host_trouble: bool = False) -> Reply:
        """Return a reply whose text is fit to be stored and shown."""
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return cls(outcome, code, _UNSEEN.sub(" ", shown).strip()[:REPLY_LENGTH], is_host_trouble)


class Step(StrEnum):
    """The commands of one message, in their order."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "END"


def find_fault(raw: bytes, sender: str, recipient: str) -> str:
    """Return why a message may not be put on the wire, empty when it may.

    A bare line end lets a message end early at one host and late at the next; smtplib would pass it on, and would cut
    a second recipient off an address in silence.
    """
    if not is_plain_address(sender) or not is_plain_address(recipient):
        return "发件或收件地址不是一个规范的邮箱地址，未发送"
    line_ends = raw.count(b"\r\n")
    if raw.count(b"\n") != line_ends or raw.count(b"\r") != line_ends or not raw.endswith(b"\r\n"):
        return "邮件内容的换行不规范，未发送"
    return ""


def open_envelope(smtp: smtplib.SMTP, size: int, *, sender: str, recipient: str) -> Reply | None:
    """Say MAIL, RCPT and DATA; return None when the host now waits for the message, else why not.

    Commands go together where the host takes them so (RFC 2920).
    Raises SMTPServerDisconnected when the connection breaks before the host refused anything.
    """
    declared = f" SIZE={size}" if smtp.has_extn("size") else ""
    commands = (f"MAIL FROM:<{sender}>{declared}", f"RCPT TO:<{recipient}>", "DATA")
    failure: Reply | None = None
    try:
        for step, (code, text) in zip((Step.MAIL, Step.RCPT, Step.DATA), _answers(smtp, commands), strict=False):
            is_willing = code == 354 if step is Step.DATA else code // 100 == 2
            if failure is None and not is_willing:
                failure = judge(step, code, text)
                if not smtp.has_extn("pipelining"):
                    break
            elif failure is not None and code == 354:
                # A host that wants a message after refusing its recipient: a lone dot gives it nothing to deliver.
                smtp.docmd(".")
    except smtplib.SMTPServerDisconnected:
        if failure is None:
            raise
    return failure


def _answers(smtp: smtplib.SMTP, commands: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
    if not smtp.has_extn("pipelining"):
        for command in commands:
            yield smtp.docmd(command)
        return
    smtp.send("".join(f"{command}\r\n" for command in commands))
    for _ in commands:
        yield smtp.getreply()


def deliver(smtp: smtplib.SMTP, raw: bytes) -> Reply:
    """Hand over the message for which the host waits; return what became of it."""
    if b"\r\n." in raw or raw.startswith(b"."):
        raw = re.sub(rb"(?m)^\.", b"..", raw)
    try:
        smtp.send(raw + b".\r\n")
    except smtplib.SMTPServerDisconnected:
        # Not all of it left this machine, so the closing dot did not: the host has to forget what it got.
        return Reply.of(Outcome.RETRY, None, "邮件内容未传完，连接中断", is_host_trouble=True)
    try:
        code, text = smtp.getreply()
    except smtplib.SMTPServerDisconnected as error:
        return Reply.of(Outcome.UNCERTAIN, None, f"邮件已交出，未收到答复：{error}")
    if code // 100 == 2:
        return Reply.of(Outcome.OK, code, text)
    return judge(Step.END, code, text)


def judge(step: Step, code: int, text: bytes) -> Reply:
    """Return what an unwilling answer at a step means.

    A refusal at MAIL speaks of the sender, who is the same for every message, unless it speaks of the size.
    """
    said = text or step.value.encode()
    if code // 100 == 4:
        is_host_trouble = code == CLOSING or step is Step.MAIL
        return Reply.of(Outcome.RETRY, code, said, is_host_trouble=is_host_trouble)
    if code // 100 == 5:
        if code in OF_OUR_SESSION or (step is Step.MAIL and code != TOO_LARGE):
            return Reply.of(Outcome.RETRY, code, said, is_host_trouble=True)
        return Reply.of(Outcome.REFUSED, code, said)
    known = None if code == NOT_A_REPLY else code
    if step is Step.END:
        return Reply.of(Outcome.UNCERTAIN, known, said)
    return Reply.of(Outcome.RETRY, known, said, is_host_trouble=True)
