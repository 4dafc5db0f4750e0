"""The mail host of the trials itself: as a process, and under several senders at once."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from notifications.mailer import Outcome, YagmailMailer, parse_smtp_url
from tests.support.letters import SENDER, TO, MakeMailer, a_message, send
from tests.support.smtp import Faults, SmtpSink


def test_as_a_process_it_writes_down_each_mail_before_it_answers(tmp_path: Path, mailer_to: MakeMailer) -> None:
    log = tmp_path / "mails.jsonl"
    command = [sys.executable, "-m", "tests.support.smtp", "--port", "0", "--log", str(log), "--refuse", "gone@x.cn"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        mailer = mailer_to(f"smtp://{address}")

        replies = [send(mailer, 1), send(mailer, 2, to="gone@x.cn"), send(mailer, 3)]
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        process.terminate()

    assert process.returncode == 0
    assert [reply.outcome for reply in replies] == [Outcome.OK, Outcome.REFUSED, Outcome.OK]
    assert [base64.b64decode(line["raw"]) for line in lines] == [a_message(1), a_message(3)]
    assert {key: lines[0][key] for key in ("connection", "sender", "recipients")} == {
        "connection": 1,
        "sender": SENDER,
        "recipients": [TO],
    }


def test_senders_side_by_side_lose_nothing_and_repeat_nothing() -> None:
    """F27, R5: every copy is explained by an answer that got lost."""
    faults = Faults(fail4=0.1, drop_after_data=0.1, drop_before_data=0.1, delay_ms=1, max_per_connection=7)
    with SmtpSink(faults=faults) as sink:
        account = parse_smtp_url(sink.url)

        def send_all(numbers: range) -> list[Outcome]:
            mailer = YagmailMailer(account, clock=time.monotonic)
            outcomes = [send(mailer, number).outcome for number in numbers]
            mailer.close()
            return outcomes

        with ThreadPoolExecutor(4) as pool:
            shares = [range(start, 200, 4) for start in range(4)]
            found = {
                number: outcome
                for numbers, outcomes in zip(shares, pool.map(send_all, shares), strict=True)
                for number, outcome in zip(numbers, outcomes, strict=True)
            }

        raws = [taken.raw for taken in sink.messages]
        expected = [a_message(n) for n, outcome in found.items() if outcome in {Outcome.OK, Outcome.UNCERTAIN}]
        assert sorted(raws) == sorted(expected)
        assert set(found.values()) == {Outcome.OK, Outcome.RETRY, Outcome.UNCERTAIN}
