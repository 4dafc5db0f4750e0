"""The backoffice for tests: an app with its shared parts and no other door, signed-in browsers, and filled tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from admin.install import install
from domain.access import Role
from domain.definition import Definition
from models import AuditEntry, Batch, Unit
from models import Programme as ProgrammeRow
from models.scope import Scope
from models.session import Database
from services.batches.context import definition_of
from tests.support.people import token_of
from web.guard import check_endpoints
from web.install import install_web
from web.site import Site

TOP = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def make_app(database: Database, base_url: str = "http://localhost") -> Flask:
    """Return an app with the backoffice and no other door."""
    app = Flask("trial", template_folder=str(TOP / "templates"), static_folder=str(TOP / "web" / "static"))
    app.secret_key = "k" * 32
    site = Site(database=database, base_url=base_url, zone=ZoneInfo("Asia/Shanghai"), language="zh_Hans_CN")
    install_web(app, site)
    install(app)
    check_endpoints(app)
    return app


class Browser:
    """A browser of somebody who is signed in; it sends the token of the last form that it saw."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.http: FlaskClient = app.test_client()
        self.csrf = ""
        if token is not None:
            self.http.set_cookie("linxuan", token)

    def get(self, path: str, **query: object) -> TestResponse:
        response = self.http.get(f"{path}?{urlencode(query)}" if query else path)
        found = TOKEN.search(response.get_data(as_text=True))
        self.csrf = found[1] if found else self.csrf
        return response

    def post(self, path: str, form: dict[str, Any] | None = None, **query: object) -> TestResponse:
        if not self.csrf:
            self.get("/admin/")
        address = f"{path}?{urlencode(query)}" if query else path
        return self.http.post(address, data={"csrf_token": self.csrf, **(form or {})})

    def text(self, path: str, **query: object) -> str:
        """Return what a page says, after checking that it is one."""
        response = self.get(path, **query)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return unescape(response.get_data(as_text=True))


def signed_in(app: Flask, database: Database, role: Role, account: str = "", **membership: Any) -> Browser:
    """Return the browser of a new person in one membership."""
    with database.write(Scope()) as session:
        token = token_of(session, account or f"{role.value}-{len(membership)}", role, **membership)
    return Browser(app, token)


def said(response: TestResponse) -> str:
    """Return what an answer says."""
    return unescape(response.get_data(as_text=True))


def beside(sentence: str, response: TestResponse) -> bool:
    """Tell whether a page shows a sentence beside a field."""
    return re.search(rf'class="lx-error"[^>]*>.*{sentence}', said(response)) is not None


def unit_id(database: Database, code: str) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def programme_id(database: Database, key: str) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(ProgrammeRow.id).where(ProgrammeRow.key == key)).one()


def last_act(database: Database) -> AuditEntry:
    """Return the newest entry of the audit log."""
    with database.read(Scope()) as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield a list that fills with the statements sent to the database."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def draft_of(database: Database, batch_id: int) -> Definition:
    with database.read(Scope()) as session:
        return definition_of(session, session.get_one(Batch, batch_id))


def revision_of(database: Database, batch_id: int) -> int:
    with database.read(Scope()) as session:
        return session.get_one(Batch, batch_id).revision
