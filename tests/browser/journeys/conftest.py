"""Presets served at their time, and browsers of people who come to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from domain.definition import Definition
from tests.support.journeys import House, served

Serve = Callable[[Definition, datetime, datetime], House]
Visit = Callable[..., Page]


@pytest.fixture
def serve(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Serve]:
    """Yield a function that serves a batch: its definition, when it opened, the moment at which business stands."""
    with ExitStack() as stack:

        def start(definition: Definition, opens: datetime, now: datetime) -> House:
            return stack.enter_context(served(tmp_path / "data", migrated_sqlite, definition, opens, now))

        yield start


def _is_fault(message: ConsoleMessage) -> bool:
    """Tell whether a message is a fault: a refusal's status is none, a blocked script or style is."""
    return message.type == "error" and "status of 4" not in message.text


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Yield a function that opens a browser of somebody's own at a house; any console error fails the test."""
    contexts = []
    complaints: list[str] = []

    def come(house: House, width: int = 1280, *, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", base_url=house.url, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield come
    for context in contexts:
        context.close()
    assert complaints == []
