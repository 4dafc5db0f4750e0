"""Fixtures of the flows: a mail host, and senders towards it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from flows.clock import process_name
from flows.sending import Outgoing, Posting
from models.session import Database
from notifications.account import parse_smtp_url
from notifications.address import AllowList
from services.mail.composing import Sender
from tests.support.smtp import SmtpSink

SENDER = Sender(
    "遴选 <no-reply@linxuan.example>", "http://linxuan.example", "0123456789", AllowList.parse("*.example")
)


def posting(url: str, **changes: Any) -> Posting:
    """Return how to send to a mail host; an uncertain mail rests no time."""
    chosen: dict[str, Any] = {
        "account": parse_smtp_url(url),
        "sender": SENDER,
        "lease": timedelta(seconds=5),
        "uncertain_rest": timedelta(0),
        **changes,
    }
    return Posting(**chosen)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """Return a running mail host that takes everything; set `faults` to make it fail."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def outgoing_to(database: Database) -> Iterator[Callable[..., Outgoing]]:
    """Return a function that makes a sender from the address of a mail host; all are closed at the end."""
    with ExitStack() as stack:

        def make(url: str, **changes: Any) -> Outgoing:
            outgoing = Outgoing(database, posting(url, **changes), owner=process_name())
            stack.callback(outgoing.close)
            return outgoing

        yield make


@pytest.fixture
def outgoing(smtp_sink: SmtpSink, outgoing_to: Callable[..., Outgoing]) -> Outgoing:
    """Return a sender to the mail host of this test."""
    return outgoing_to(smtp_sink.url)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what reads Prefect's records go before what kills its server.

    Prefect keeps one sender of events a process; it stays with a dead server's address for minutes.
    """
    places = [place for place, item in enumerate(items) if "test_orchestrated" in item.nodeid]
    chosen = sorted((items[place] for place in places), key=lambda item: "is_a_flow_with" not in item.nodeid)
    for place, item in zip(places, chosen, strict=True):
        items[place] = item
