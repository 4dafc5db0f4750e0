"""The backoffice for tests: an app with its shared parts and no other door, signed-in browsers, and filled tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin.install import install
from domain.access import SYSTEM, Role
from domain.definition import Category, Definition, MailKind, Programme, Quota
from models import (
    AuditEntry,
    Batch,
    Contact,
    FlowRun,
    Mail,
    MailAttempt,
    MailState,
    PhoneDuty,
    Title,
    TitleAlias,
    Unit,
)
from models import Programme as ProgrammeRow
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.identity import sessions
from tests.support.batches import definition, running
from tests.support.people import NOW, member, user
from web.guard import check_endpoints
from web.install import install_web
from web.site import Site

TOP = Path(__file__).resolve().parents[2]
OTHER = Programme(key="other", name="另一项目")
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


def with_quotas(base: Definition, **changes: Any) -> Definition:
    """Return a definition with one category and one quota."""
    return replace(
        base,
        categories=(Category(key="enterprise", name="示范企业"),),
        quotas=(Quota(key="enterprise", classes=("province",), category="enterprise", limit=10),),
        **changes,
    )


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
        person = user(session, account or f"{role.value}-{len(membership)}")
        chosen = member(session, person, role, **membership)
        token = sessions.start(session, chosen, now=datetime.now(UTC))
    return Browser(app, token)


@dataclass(frozen=True, slots=True)
class World:
    """Keys of what is in the filled tables. other: of the batch of another programme; draft: of one not published."""

    running: int
    other: int
    draft: int


def fill(database: Database, units: int = 3) -> World:
    """Fill every table that the backoffice shows, for two programmes."""
    with database.write(Scope()) as session:
        mine = running(session, with_quotas(definition(units))).batch
        foreign = with_quotas(definition(units), code="other-2023", title="另一批次", programme=OTHER)
        other = running(session, foreign).batch
        draft_definition = with_quotas(definition(units), code="draft-2024", title="下一年草稿")
        draft = store_draft(session, draft_definition, actor=SYSTEM, now=NOW)
        for batch in (mine, other):
            for unit in session.scalars(select(Unit).order_by(Unit.code)).all():
                fill_unit(session, batch, unit)
            session.add(
                FlowRun(batch_id=batch.id, started_at=NOW, now=NOW, is_orchestrated=False, because="编排不在")
            )
        return World(mine.id, other.id, draft.id)


def fill_unit(session: Session, batch: Batch, unit: Unit) -> None:
    """Give a unit in a batch a contact, a winner, a mail that is uncertain and a call to make."""
    name = f"{batch.title}{unit.code}"
    session.add(
        Contact(
            unit_id=unit.id, batch_id=batch.id, name=f"人{name}"[:80], email=f"{unit.code}@x.example", valid_from=NOW
        )
    )
    title = Title(
        unit_id=unit.id, programme_id=batch.programme_id, batch_no=1, category="enterprise", holder=f"企业{name}"
    )
    title.aliases.append(TitleAlias(name=f"旧{name}", until=date(2020, 1, 1)))
    session.add(title)
    place = {"batch_id": batch.id, "unit_id": unit.id, "stage_key": "contacts"}
    session.add(PhoneDuty(**place, key=f"tel/{name}", at=NOW, person=f"座机{name}"[:80], number="0371-65953693"))
    session.add(mail_of(batch, unit, MailState.UNCERTAIN))
    session.flush()


def mail_of(batch: Batch, unit: Unit, state: MailState, key: str = "") -> Mail:
    """Return a mail with one attempt."""
    return Mail(
        key=key or f"mail/{batch.code}/{unit.code}",
        batch_id=batch.id,
        unit_id=unit.id,
        stage_key="contacts",
        kind=MailKind.REMINDER,
        address=f"{batch.code}.{unit.code}@units.example",
        person=f"收件{batch.title}{unit.code}",
        at=NOW,
        not_before=NOW,
        state=state,
        because="答复丢失",
        subject=f"催办{batch.title}{unit.code}",
        body=f"请尽快报送{batch.title}",
        raw=b"Subject: x\r\n\r\nx",
        attempts=1,
        tries=[MailAttempt(tried_at=NOW, outcome="uncertain", code=None, reply="连接中断")],
    )


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
