"""The portal for tests: the whole app over a running batch at a chosen moment, and browsers that are signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from domain.access import Role
from linxuan.app import create_app
from linxuan.settings import Settings
from models import Batch, DemoClock, Duty, Title, Unit
from models.scope import Scope
from models.session import Database
from tests.support.batches import PUBLISHED, local
from tests.support.people import token_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
NOW = "2023-03-13 10:00"


def make_app(database: Database, folder: Path) -> Flask:
    """Return the app of an installation on an open database, with its files in the folder."""
    return create_app(Settings(_env_file=None, data_dir=folder, secret_key="k" * 32), database)


def set_time(database: Database, text: str) -> None:
    """Let business go by a Beijing time such as "2023-03-13 10:00" from here on; seconds pass as ever."""
    offset = (local(text) - datetime.now(UTC)).total_seconds()
    with database.write(Scope()) as session:
        session.execute(delete(DemoClock))
        session.add(DemoClock(id=1, offset_seconds=offset))


class Browser:
    """A browser of somebody who is signed in, or of nobody; it sends the hidden fields of the last form it saw."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.http: FlaskClient = app.test_client()
        self.hidden: dict[str, str] = {}
        if token is not None:
            self.http.set_cookie("linxuan", token)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._seen(self.http.get(path, **more))

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self._seen(self.http.post(path, data={**self.hidden, **(form or {})}, **more))

    def text(self, path: str) -> str:
        """Return what a page says, after checking that it is one."""
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return words(response)

    def _seen(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html":
            found = {name: unescape(value) for name, value in HIDDEN.findall(response.get_data(as_text=True))}
            self.hidden = {"csrf_token": self.hidden.get("csrf_token", ""), **found}
        return response


def words(response: TestResponse) -> str:
    """Return the words of a page, without tags, white space made one."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(unescape(body).split())


@dataclass(frozen=True, slots=True)
class Portal:
    """The app with its database, and ways to come in."""

    app: Flask
    database: Database
    files: Path

    def officer(self, number: int = 1, account: str = "") -> Browser:
        """Return the browser of an officer of the n-th unit."""
        return self.person(Role.OFFICER, account or f"officer{number}", code=f"{number:06d}")

    def person(self, role: Role, account: str, *, code: str | None = None) -> Browser:
        """Return the browser of a new person."""
        with self.database.write(Scope()) as session:
            unit_id = None
            if code is not None:
                unit_id = session.scalars(select(Unit.id).where(Unit.code == code)).one()
            token = token_of(session, account, role, unit_id=unit_id, valid_from=PUBLISHED)
        return Browser(self.app, token)

    def duty(self, number: int = 1, stage: str = "contacts", about: str | None = None) -> int:
        """Return the id of the n-th unit's duty in a stage, about a winner where there are several."""
        with self.database.read(Scope()) as session:
            found = (
                select(Duty.id)
                .join(Unit, Unit.id == Duty.unit_id)
                .outerjoin(Title, Title.id == Duty.title_id)
                .where(Unit.code == f"{number:06d}", Duty.stage_key == stage)
                .order_by(Duty.id)
            )
            return session.scalars(found.where(Title.holder == about) if about else found).first() or 0

    def unit(self, number: int = 1) -> int:
        """Return the id of the n-th unit."""
        with self.database.read(Scope()) as session:
            return session.scalars(select(Unit.id).where(Unit.code == f"{number:06d}")).one()

    def batch(self) -> int:
        """Return the id of the batch."""
        with self.database.read(Scope()) as session:
            return session.scalars(select(Batch.id)).one()
