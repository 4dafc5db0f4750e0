"""Letters and messages for the mail tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.mailer import Mailer, Reply, YagmailMailer
from notifications.message import Letter, stable_message_id, to_bytes

SENDER = "notice@linxuan.example"
TO = "zhang@unit.example"
AT_NINE = datetime(2023, 3, 13, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

MakeMailer = Callable[[str], YagmailMailer]


def a_letter(
    *,
    message_id: str = "<1@linxuan.example>",
    sender: str = f"遴选平台 <{SENDER}>",
    recipient: str = f"张三 <{TO}>",
    reply_to: str | None = None,
    subject: str = "请于3月20日前报送联系人",
    text: str = "您好：\n请尽快报送。\n",
    html: str | None = "<p>您好：</p>",
    date: datetime = AT_NINE,
    headers: Mapping[str, str] | None = None,
) -> Letter:
    return Letter(
        message_id=message_id,
        sender=sender,
        recipient=recipient,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
        date=date,
        headers=headers or {},
    )


def a_message(
    number: int = 1, *, text: str = "您好：\n请于3月20日24:00前报送。\n.\n..完\n", html: str | None = None
) -> bytes:
    message_id = stable_message_id(f"mail-{number}", domain="linxuan.example")
    return to_bytes(a_letter(message_id=message_id, subject="请报送联系人", text=text, html=html))


def send(mailer: Mailer, number: int = 1, *, to: str = TO) -> Reply:
    """Hand over message n in its own envelope."""
    return mailer.send(a_message(number), SENDER, to)
