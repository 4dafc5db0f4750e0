"""A real browser in front of a real server, with an office and two units inside."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Role
from domain.definition import Due, Opening
from linxuan.app import create_app
from models import Unit
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.identity.memberships import Grant, grant
from services.identity.users import NewUser, add_user
from tests.support.backoffice import make_app
from tests.support.batches import contacts_stage, definition, running
from tests.support.filled import World, fill
from tests.support.journeys import sign_in as enter
from tests.support.people import token_of
from tests.support.serving import REFUSED, installed, serving, visiting

OpenPage = Callable[..., Page]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "Chun-feng-2026"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium, the system's own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Site:
    """A served installation. due_day: the local day on which the contacts are due."""

    url: str
    due_day: datetime


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """Serve an installation whose batch opened two days ago and is due in ten."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    stage = contacts_stage(
        opens=Opening(on=today - timedelta(days=2)), due=Due(on=today + timedelta(days=10)), ladder=None
    )
    with installed(tmp_path / "data", migrated_sqlite) as (settings, database):
        with database.write(Scope()) as session:
            batch = running(
                session, replace(definition(units=3), year=today.year, stages=(stage,)), now - timedelta(days=3)
            )
            advance(session, batch.batch.id, now)
            _people(session, now)
        with serving(create_app(settings, database)) as url:
            yield Site(url, now + timedelta(days=10))


def _people(session: Session, now: datetime) -> None:
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    for account, role, unit in (("coordinator", Role.COORDINATOR, None), ("officer", Role.OFFICER, unit_id)):
        person = add_user(session, NewUser(account=account, name=account, password=PASSWORD), actor=SYSTEM, now=now)
        grant(session, Grant(user_id=person.id, role=role, unit_id=unit), actor=SYSTEM, now=now)


@pytest.fixture
def page_of(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Yield a function that signs somebody in, in a browser of their own, and fails on any complaint of it."""
    with visiting(chromium, forgives=REFUSED) as come:

        def sign_in(account: str, width: int = 1280) -> Page:
            page = come(site.url, width=width)
            enter(page, account, PASSWORD)
            return page

        yield sign_in


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Yield a database of one kind alone: what the browser does is the same on both."""
    with installed(tmp_path / "data", migrated_sqlite) as (_, database):
        yield database


@pytest.fixture
def world(sqlite: Database) -> World:
    """Fill every table that the backoffice shows."""
    return fill(sqlite)


@pytest.fixture
def open_page(chromium: Browser, sqlite: Database, world: World) -> Iterator[OpenPage]:
    """Yield a function that opens an address of the filled backoffice; each call is another coordinator's browser."""
    with serving(make_app(sqlite)) as url, visiting(chromium) as come:
        numbers = count()

        def open_at(path: str, width: int = 1280, **options: Any) -> Page:
            with sqlite.write(Scope()) as session:
                token = token_of(session, f"person{next(numbers)}", Role.COORDINATOR)
            page = come(url, token, width, **options)
            page.goto(path)
            page.wait_for_load_state()
            return page

        yield open_at
