"""Letters as bytes, put together by hand.

`email.message.EmailMessage` takes some forty times as long for the same letter, and that, not the mail host,
would set the pace of a mailing to thousands. It stays the judge of these bytes in the tests. Bodies are always
base64, so no line of a text can end the message, be taken for a boundary or grow too long.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from notifications.address import BadAddress, Mailbox

LINE_LENGTH = 76  # RFC 2047: of header lines with encoded words; RFC 2045: of base64
HEADER_LENGTH = 900  # characters of one value; a longer one is a mistake, and no line may pass 998
NAME_LENGTH = 40
ENVELOPE_OF_WORD = len("=?utf-8?b?") + len("?=")

# Unpaired surrogates cannot be encoded; the others end a line in one reader or another.
_BREAKS_HEADER = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_FIELD = re.compile(rf"[A-Za-z][A-Za-z0-9-]{{0,{NAME_LENGTH - 1}}}")
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>", re.ASCII)
_RESERVED = frozenset(
    {
        *("from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id"),
        *("auto-submitted", "mime-version", "return-path", "received"),
    }
)

# No boundary can occur in base64, so one serves all letters and the same letter is always the same bytes.
_BOUNDARY = "=_linxuan_alternative_="
_TEXT_PART = "Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
_PLAIN_HEAD = _TEXT_PART.format("plain")
_FIRST_PART = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n--{_BOUNDARY}\r\n{_PLAIN_HEAD}'
_SECOND_PART = f"--{_BOUNDARY}\r\n" + _TEXT_PART.format("html")
_LAST_LINE = f"--{_BOUNDARY}--\r\n"


class BadLetter(ValueError):  # noqa: N818 - the name is the word of the trade
    """A letter that must not leave as it is; the message says which part and why, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person.

    sender, recipient, reply_to: `a@b.cn` or `name <a@b.cn>`. message_id: `<left@right>`.
    text, html: whole bodies, any kind of line end; html is None when the text says it all.
    date: aware, written in its own zone. headers: further ones, by name.
    """

    message_id: str
    sender: str
    recipient: str
    reply_to: str | None = None
    subject: str
    text: str
    html: str | None = None
    date: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


def stable_message_id(key: str, *, domain: str) -> str:
    """Return the Message-ID that belongs to an outbox key, the same at every try.

    domain: what tells this instance from others, a host name in ASCII.
    """
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def to_bytes(letter: Letter) -> bytes:
    """Return the letter as RFC 5322 bytes, CRLF at every line end and 7 bits throughout.

    The same letter gives the same bytes.
    Raises BadLetter for a value that could not stand in a header, an address that is not exactly one, a date without
    a zone, a text that is no Unicode.
    """
    lines = [
        _mailbox("From", letter.sender),
        _mailbox("To", letter.recipient),
        _header("Subject", letter.subject),
        f"Date: {_date(letter.date)}\r\n",
        f"Message-ID: {_message_id(letter.message_id)}\r\n",
        "Auto-Submitted: auto-generated\r\n",
    ]
    if letter.reply_to is not None:
        lines.append(_mailbox("Reply-To", letter.reply_to))
    lines.extend(_further(name, value) for name, value in letter.headers.items())
    lines.append("MIME-Version: 1.0\r\n")
    if letter.html is None:
        lines += (_PLAIN_HEAD, _body(letter.text))
    else:
        lines += (_FIRST_PART, _body(letter.text), _SECOND_PART, _body(letter.html), _LAST_LINE)
    return "".join(lines).encode("ascii")


def _checked(name: str, value: str) -> str:
    if len(value) > HEADER_LENGTH:
        raise BadLetter(f"邮件头 {name} 过长：{len(value)} 个字符，最多 {HEADER_LENGTH} 个。")
    if found := _BREAKS_HEADER.search(value):
        raise BadLetter(f"邮件头 {name} 含有换行或控制字符（U+{ord(found[0]):04X}）。")
    return value


def _header(name: str, value: str) -> str:
    """Return `name: value` with its line end: as it is, folded, or in encoded words."""
    _checked(name, value)
    # What looks like an encoded word would be decoded by the reader: "=?" is written encoded, to be read as typed.
    if value and (not _PLAIN.fullmatch(value) or "=?" in value):
        return f"{name}: {_encoded(value, len(name) + 2)}\r\n"
    if len(name) + 2 + len(value) <= LINE_LENGTH:
        return f"{name}: {value}\r\n"
    return "\r\n".join(_folded(f"{name}:", value.split(" "))) + "\r\n"


def _folded(line: str, words: list[str]) -> Iterator[str]:
    """Yield lines broken at spaces only, so that unfolding gives back every character."""
    for position, word in enumerate(words):
        if position and len(line) + 1 + len(word) > LINE_LENGTH:
            yield line
            line = ""
        line += f" {word}"
    yield line


def _encoded(value: str, column: int) -> str:
    """Return encoded words of whole characters, folded; `column` is where the first one starts."""
    left = value.encode()
    words: list[str] = []
    while left:
        end = (LINE_LENGTH - ENVELOPE_OF_WORD - column) // 4 * 3
        while len(left) > end and left[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?b?{b2a_base64(left[:end], newline=False).decode('ascii')}?=")
        left = left[end:]
        column = 1
    return "\r\n ".join(words)


@lru_cache(maxsize=256)
def _mailbox(name: str, text: str) -> str:
    try:
        mailbox = Mailbox.parse(_checked(name, text))
    except BadAddress as error:
        raise BadLetter(f"邮件头 {name}：{error}") from None
    shown, address = mailbox.name, mailbox.address
    if not shown:
        return f"{name}: {address}\r\n"
    if not _PLAIN.fullmatch(shown) or "=?" in shown or len(shown) > LINE_LENGTH // 2:
        shown = _encoded(shown, len(name) + 2)
    elif not _PHRASE.fullmatch(shown):
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    column = len(name) + 2 if "\r\n" not in shown else 0
    fits = column + len(shown.rpartition("\r\n")[2]) + len(address) + 3 <= LINE_LENGTH
    gap = " " if fits else "\r\n "
    return f"{name}: {shown}{gap}<{address}>\r\n"


def _further(name: str, value: str) -> str:
    if not _FIELD.fullmatch(name) or name.lower() in _RESERVED or name.lower().startswith(("content-", "resent-")):
        raise BadLetter(f"不允许另设的邮件头：{name[:NAME_LENGTH]!a}。")
    return _header(name, value)


def _date(date: datetime) -> str:
    if date.utcoffset() is None:
        raise BadLetter("邮件日期缺少时区。")
    return format_datetime(date)


def _message_id(text: str) -> str:
    if len(text) > LINE_LENGTH * 2 or not _MESSAGE_ID.fullmatch(_checked("Message-ID", text)) or not text.isascii():
        raise BadLetter("Message-ID 应形如 <left@right>，只含 ASCII 字符。")
    return text


def _body(text: str) -> str:
    if "\x00" in text:
        raise BadLetter("正文含有不能发送的字符（U+0000）。")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        content = text.replace("\n", "\r\n").encode()
    except UnicodeEncodeError as error:
        raise BadLetter(f"正文含有不能发送的字符（U+{ord(text[error.start]):04X}）。") from None
    coded = b2a_base64(content, newline=False).decode("ascii")
    return "".join([f"{coded[start : start + LINE_LENGTH]}\r\n" for start in range(0, len(coded), LINE_LENGTH)])
