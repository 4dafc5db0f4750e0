"""Handing mail to a host: what each way of sending reaches of what one smtplib connection can carry.

All ways take turns in one run, against a host in a process of its own; only the ratios mean something elsewhere.
`bare` is smtplib with finished bytes: the limit without taking commands together.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import yagmail

from notifications.mailer import Outcome, YagmailMailer, parse_smtp_url
from notifications.message import Letter, to_bytes

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
MAILS = 100
SENDER = "notice@linxuan.example"
AT_NINE = datetime(2023, 3, 13, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXT = "您好：请于2023年3月20日24:00前报送联系人信息，逾期未报的单位将列入未报送名单。\n" * 12
HTML = "<p>您好：请于2023年3月20日24:00前报送联系人信息，逾期未报的单位将列入未报送名单。</p>\n" * 12

Way = Callable[[int], None]


def letter(number: int) -> Letter:
    return Letter(
        message_id=f"<{number}@linxuan.example>",
        sender=f"遴选平台 <{SENDER}>",
        recipient=f"经办人 <officer{number}@unit.example>",
        subject="请于3月20日前报送联系人",
        text=TEXT,
        html=HTML,
        date=AT_NINE,
    )


@contextmanager
def host() -> Iterator[int]:
    """Run a mail host in its own process; yield its port."""
    command = [sys.executable, "-m", "tests.support.smtp", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().rpartition(":")[2])
        process.terminate()


def ways(port: int, closing: ExitStack) -> dict[str, Way]:
    """Return each way of sending mail n, by its name; connections are kept until `closing`."""
    finished = [to_bytes(letter(number)) for number in range(MAILS)]
    bare = closing.enter_context(smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example", timeout=15))
    bare.ehlo()
    mailer = YagmailMailer(parse_smtp_url(f"smtp://127.0.0.1:{port}"), clock=time.monotonic)
    closing.callback(mailer.close)
    usual = yagmail.SMTP(
        SENDER, host="127.0.0.1", port=port, smtp_ssl=False, smtp_starttls=False, smtp_skip_login=True, timeout=15
    )

    def by_smtplib(number: int) -> None:
        bare.sendmail(SENDER, [f"officer{number}@unit.example"], finished[number])

    def by_mailer(make: Callable[[int], bytes], number: int) -> None:
        assert mailer.send(make(number), SENDER, f"officer{number}@unit.example").outcome is Outcome.OK

    def by_yagmail(number: int) -> None:
        usual.send(f"officer{number}@unit.example", "请于3月20日前报送联系人", HTML)
        usual.smtp.close()  # it leaves each connection open for the next

    return {
        "smtplib, one connection, finished bytes (limit)": by_smtplib,
        "YagmailMailer, finished bytes": partial(by_mailer, finished.__getitem__),
        "YagmailMailer, to_bytes for each mail": partial(by_mailer, lambda number: to_bytes(letter(number))),
        "yagmail.send()": by_yagmail,
    }


def seconds_for(way: Way) -> float:
    started = time.perf_counter()
    for number in range(MAILS):
        way(number)
    return (time.perf_counter() - started) / MAILS


def main() -> None:
    """Print a line for each way: its mails per second, and its share of the limit as the median of all rounds."""
    with host() as port, ExitStack() as closing:
        contenders = ways(port, closing)
        rounds = [{name: seconds_for(way) for name, way in contenders.items()} for _ in range(ROUNDS)]
    limit = next(iter(contenders))
    for name in contenders:
        share = median(taken[limit] / taken[name] for taken in rounds)
        rate = 1 / median(taken[name] for taken in rounds)
        print(f"{share:5.2f} of limit  {rate:7.0f}/s  {name}")


if __name__ == "__main__":
    main()
