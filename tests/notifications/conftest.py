"""Fixtures of the mail tests: a real mail host, and mailers that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from notifications.mailer import YagmailMailer, parse_smtp_url
from tests.support.letters import MakeMailer
from tests.support.smtp import SmtpSink


class MovableClock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def mailer_to(clock: MovableClock) -> Iterator[MakeMailer]:
    """Return a function that makes a mailer from the address of a mail host; all are closed at the end."""
    with ExitStack() as stack:

        def make(url: str) -> YagmailMailer:
            mailer = YagmailMailer(parse_smtp_url(url), clock=clock)
            stack.callback(mailer.close)
            return mailer

        yield make


@pytest.fixture
def mailer(smtp_sink: SmtpSink, mailer_to: MakeMailer) -> YagmailMailer:
    return mailer_to(smtp_sink.url)
