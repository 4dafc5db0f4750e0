"""A real browser in front of a real server, with an office and two units inside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from domain.access import SYSTEM, Role
from domain.definition import Due, Opening
from linxuan.app import create_app
from linxuan.database import open_database, prepare
from linxuan.settings import Settings
from models import Unit
from models.scope import Scope
from services.batches.advancing import advance
from services.identity.memberships import Grant, grant
from services.identity.users import NewUser, add_user
from tests.support.batches import contacts_stage, definition, running

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
    settings = Settings(data_dir=tmp_path / "data", demo=False)
    settings.data_dir.mkdir(parents=True)
    shutil.copy(migrated_sqlite, settings.data_dir / "linxuan.db")
    database = open_database(settings)
    prepare(database, settings)
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    stage = contacts_stage(
        opens=Opening(on=today - timedelta(days=2)), due=Due(on=today + timedelta(days=10)), ladder=None
    )
    with database.write(Scope()) as session:
        batch = running(
            session, replace(definition(units=3), year=today.year, stages=(stage,)), now - timedelta(days=3)
        )
        advance(session, batch.batch.id, now)
        _people(session, now)
    server = make_server("127.0.0.1", 0, create_app(settings, database), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", now + timedelta(days=10))
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


def _people(session: Session, now: datetime) -> None:
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    for account, role, unit in (("coordinator", Role.COORDINATOR, None), ("officer", Role.OFFICER, unit_id)):
        person = add_user(session, NewUser(account=account, name=account, password=PASSWORD), actor=SYSTEM, now=now)
        grant(session, Grant(user_id=person.id, role=role, unit_id=unit), actor=SYSTEM, now=now)


def _is_fault(message: ConsoleMessage) -> bool:
    """Tell whether a message is a fault: a refusal's status is none, a blocked script or style is."""
    return message.type == "error" and "status of 4" not in message.text


@pytest.fixture
def page_of(chromium: Browser, site: Site) -> Iterator[object]:
    """Yield a function that signs somebody in, in a browser of their own, and fails on any console error."""
    contexts = []
    complaints: list[str] = []

    def sign_in(account: str, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", base_url=site.url)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
        page.goto("/sign-in")
        page.get_by_label("账号").fill(account)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []
