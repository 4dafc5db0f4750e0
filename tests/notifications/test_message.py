"""Letters as bytes; the standard library's parser is the judge."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications.address import Mailbox
from notifications.message import BadLetter, Letter, stable_message_id, to_bytes
from tests.support.letters import AT_NINE, a_letter


def read(letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(to_bytes(letter), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(letter: Letter, kind: str) -> str:
    part = read(letter).get_body((kind,))
    assert isinstance(part, EmailMessage)
    content = part.get_content()
    assert isinstance(content, str)
    return content


def the_address(parsed: EmailMessage, header: str) -> Address:
    (address,) = parsed[header].addresses
    assert isinstance(address, Address)
    return address


def the_name(raw: bytes, header: str) -> str:
    """Return a display name by the older parser: the newer one keeps the space between two encoded words."""
    name, _ = parseaddr("".join(message_from_bytes(raw)[header].splitlines()))
    return str(make_header(decode_header(name)))


def with_crlf(text: str) -> str:
    return re.sub("\r\n|\r|\n", "\r\n", text)


ENCODED = "=?utf-8?b?5rWL6K+V?="
unhurried = settings(deadline=None)
CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
ASCII_SIGNS = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
ANY_SIGN = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
SUBJECTS = st.one_of(
    st.text(CHINESE, max_size=80),
    st.text(st.one_of(CHINESE, ASCII_SIGNS), max_size=120),
    st.text(ASCII_SIGNS, max_size=200),
    st.text(ANY_SIGN, max_size=120),
)
NAMES = st.text(st.one_of(CHINESE, ASCII_SIGNS), max_size=60).map(str.strip)
BODIES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=400)


@unhurried
@given(subject=SUBJECTS)
@example(subject=ENCODED)
@example(subject=f"请看 {ENCODED}")
def test_any_subject_is_read_back_as_it_was_written(subject: str) -> None:
    """S30: what looks like an encoded word is shown as typed, too."""
    raw = to_bytes(a_letter(subject=subject))

    assert read(a_letter(subject=subject))["Subject"] == subject
    assert max(map(len, raw.split(b"\r\n"))) <= 200


@unhurried
@given(name=NAMES)
@example(name=ENCODED)
def test_any_name_is_read_back_with_its_address_alone(name: str) -> None:
    """S30, S31."""
    mailbox = str(Mailbox(name, "zhang@unit.example"))

    letter = a_letter(sender=mailbox, recipient=mailbox, reply_to=mailbox)

    for header in ("From", "To", "Reply-To"):
        address = the_address(read(letter), header)
        assert address.addr_spec == "zhang@unit.example"
        assert address.display_name.replace(" ", "") == name.replace(" ", "")
        assert the_name(to_bytes(letter), header) == name


@unhurried
@given(text=BODIES, html=st.none() | BODIES)
def test_any_body_is_read_back_with_network_line_ends(text: str, html: str | None) -> None:
    letter = a_letter(text=text, html=html)

    assert body(letter, "plain") == with_crlf(text)
    assert html is None or body(letter, "html") == with_crlf(html)


@unhurried
@given(subject=SUBJECTS, name=NAMES, text=BODIES)
def test_every_letter_is_seven_bits_with_clean_line_ends(subject: str, name: str, text: str) -> None:
    raw = to_bytes(a_letter(subject=subject, recipient=str(Mailbox(name, "a@b.cn")), text=text))

    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert b"\r\n." not in raw
    assert all(len(line) <= 76 for line in raw.split(b"\r\n") if b"=?utf-8?" in line)


def test_a_letter_with_html_offers_text_first() -> None:
    parsed = read(a_letter())

    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed.defects == []


def test_a_letter_without_html_is_one_text() -> None:
    parsed = read(a_letter(html=None))

    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content() == "您好：\r\n请尽快报送。\r\n"


def test_the_fixed_headers_are_as_given() -> None:
    parsed = read(a_letter(reply_to="李敏 <limin@miit.example>", headers={"X-Linxuan-Batch": "miit-2023"}))

    assert parsed["Message-ID"] == "<1@linxuan.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Linxuan-Batch"] == "miit-2023"
    assert the_address(parsed, "Reply-To").addr_spec == "limin@miit.example"


def test_the_date_stands_in_the_zone_it_was_given_in() -> None:
    """F11, I14: the same instant in two zones is written in each."""
    assert b"\r\nDate: Mon, 13 Mar 2023 09:00:00 +0800\r\n" in to_bytes(a_letter())
    assert b"\r\nDate: Mon, 13 Mar 2023 01:00:00 +0000\r\n" in to_bytes(a_letter(date=AT_NINE.astimezone(UTC)))


@unhurried
@given(seconds=st.integers(0, 10**10), hours=st.integers(-12, 14))
def test_any_date_is_read_back(seconds: int, hours: int) -> None:
    date = datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours)))

    assert read(a_letter(date=date))["Date"].datetime == date


def test_the_same_letter_gives_the_same_bytes() -> None:
    """R5: a second try is the same message."""
    assert to_bytes(a_letter()) == to_bytes(a_letter())


def test_letters_of_one_subject_have_message_ids_of_their_own() -> None:
    """Receivers hide a second mail with the Message-ID of the first."""
    first, second = (stable_message_id(key, domain="linxuan.example") for key in ("m1/unit-1", "m1/unit-2"))

    letters = [a_letter(message_id=message_id) for message_id in (first, second)]

    assert first == stable_message_id("m1/unit-1", domain="linxuan.example")
    assert [read(letter)["Message-ID"] for letter in letters] == [first, second]
    assert first != second


def test_a_body_that_names_a_file_is_only_text(tmp_path: Path) -> None:
    """S32: no file is attached."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")

    letter = a_letter(text=str(secret), html=str(secret))

    assert body(letter, "plain") == str(secret)
    assert body(letter, "html") == str(secret)
    assert list(read(letter).iter_attachments()) == []


def test_links_to_styles_and_files_stay_untouched_text() -> None:
    """S32: nothing is fetched or inlined while a letter is made."""
    html = '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><img src="file:///etc/hostname">'

    assert body(a_letter(html=html), "html") == html


def test_a_long_plain_header_is_folded_at_spaces() -> None:
    value = " ".join(["<https://linxuan.example/stop/0123456789>"] * 4)

    raw = to_bytes(a_letter(headers={"List-Unsubscribe": value}))

    folded = raw[raw.index(b"List-Unsubscribe") :].split(b"\r\nMIME-Version")[0]
    assert folded.replace(b"\r\n", b"").decode() == f"List-Unsubscribe: {value}"
    assert max(map(len, folded.split(b"\r\n"))) <= 76


BREAKS = ["\r\nBcc: evil@evil.example", "\n", "\r", "\x00", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\ud800"]


@pytest.mark.parametrize("sign", BREAKS, ids=ascii)
@pytest.mark.parametrize("part", ["subject", "sender", "recipient", "reply_to", "message_id", "headers"])
def test_what_could_break_a_header_is_refused_everywhere(part: str, sign: str) -> None:
    """S30, F29."""
    letters = {
        "subject": lambda: a_letter(subject=f"请报送{sign}"),
        "sender": lambda: a_letter(sender=f"平台{sign} <a@b.cn>"),
        "recipient": lambda: a_letter(recipient=f"张{sign}三 <a@b.cn>"),
        "reply_to": lambda: a_letter(reply_to=f"a@b.cn{sign}"),
        "message_id": lambda: a_letter(message_id=f"<1{sign}@b.cn>"),
        "headers": lambda: a_letter(headers={"X-Unit": f"某局{sign}"}),
    }

    with pytest.raises(BadLetter, match="邮件头"):
        to_bytes(letters[part]())


@pytest.mark.parametrize(
    "recipient",
    [
        "a@x.cn, b@y.cn",
        "a@x.cn;b@y.cn",
        "a@x.cn b@y.cn",
        "张三, b@y.cn <a@x.cn>",
        "<a@x.cn> <b@y.cn>",
        "<a>",
        "a@",
        "@x.cn",
        "a",
        "",
        '"a b"@x.cn',
        "a..b@x.cn",
        ".a@x.cn",
        "a@x..cn",
        "a@-x.cn",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "张三@x.cn",
        "a@示例.cn",
        "group: a@x.cn;",
        "a@x.cn (某处)",
        f"{'a' * 65}@x.cn",
        f"a@{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.cn",
    ],
)
def test_what_is_not_exactly_one_plain_address_is_refused(recipient: str) -> None:
    """S31, F29."""
    with pytest.raises(BadLetter, match="To"):
        to_bytes(a_letter(recipient=recipient))


@pytest.mark.parametrize(
    "name", ["From", "to", "Bcc", "Subject", "Content-Type", "Resent-To", "X Y", "X:", "X\r\nY", "", "名", "X" * 41]
)
def test_a_further_header_cannot_replace_a_fixed_one(name: str) -> None:
    """S30."""
    with pytest.raises(BadLetter, match="不允许另设"):
        to_bytes(a_letter(headers={name: "1"}))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_a_text_that_is_no_text_is_refused(text: str) -> None:
    """F29, S23."""
    for letter in (a_letter(text=text), a_letter(html=text)):
        with pytest.raises(BadLetter, match="正文"):
            to_bytes(letter)


def test_a_subject_of_a_megabyte_is_refused() -> None:
    """F29."""
    with pytest.raises(BadLetter, match="过长"):
        to_bytes(a_letter(subject="长" * 1_000_000))


def test_a_date_without_a_zone_is_refused() -> None:
    """I14."""
    with pytest.raises(BadLetter, match="时区"):
        to_bytes(a_letter(date=AT_NINE.replace(tzinfo=None)))
