"""Presets served at their time, and browsers of people who come to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from domain.definition import Definition
from tests.support.journeys import House, served
from tests.support.serving import REFUSED, visiting

Serve = Callable[[Definition, datetime, datetime], House]
Visit = Callable[..., Page]


@pytest.fixture
def serve(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Serve]:
    """Yield a function that serves a batch: its definition, when it opened, the moment at which business stands."""
    with ExitStack() as stack:

        def start(definition: Definition, opens: datetime, now: datetime) -> House:
            return stack.enter_context(served(tmp_path / "data", migrated_sqlite, definition, opens, now))

        yield start


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Yield a function that opens a browser of somebody's own at a house; any complaint of it fails the test."""
    with visiting(chromium, forgives=REFUSED) as come:

        def visit_house(house: House, width: int = 1280, *, scripts: bool = True) -> Page:
            return come(house.url, width=width, java_script_enabled=scripts)

        yield visit_house
