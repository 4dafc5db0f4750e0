"""An app of the shared parts alone, with a few views of every kind, and browsers that sign in to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, flash, request
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from domain.access import Action, Role, Subject, require
from domain.errors import Conflict, Invalid, NotFound, Problem, RuleBroken, TooEarly, TooLate
from models import Lease, Membership, Unit
from models.scope import Scope
from models.session import Database
from services.identity.throttle import TryLater
from tests.support.people import NOW, PASSWORD, member, unit, user
from web import current
from web.guard import needs, public, require_signed_in
from web.install import install_web
from web.site import Site

TOP = Path(__file__).resolve().parents[2]

REFUSALS: dict[str, Callable[[], Exception]] = {
    "not_found": lambda: NotFound("没有这项待办。"),
    "too_early": lambda: TooEarly("3月6日 00:00 开始受理。"),
    "too_late": lambda: TooLate("已于 3月20日 24:00 截止。"),
    "conflict": lambda: Conflict("李敏刚刚改过这一项。"),
    "invalid": lambda: Invalid([Problem("name", "", "请填写姓名"), Problem("phone", "1", "电话格式不对")]),
    "try_later": lambda: TryLater("请 7 秒后再试。", 7),
    "rule": lambda: RuleBroken("这个批次已经暂停。"),
    "locked": lambda: OperationalError("SELECT secret", {}, Exception("database is locked")),
    "fault": lambda: RuntimeError("secret"),
}


def site_of(database: Database, base_url: str = "http://localhost") -> Site:
    return Site(database=database, base_url=base_url, zone=ZoneInfo("Asia/Shanghai"), language="zh_Hans_CN")


def make_app(database: Database, base_url: str = "http://localhost") -> Flask:
    """Return an app with views of every kind; a fault in one becomes a page, as it does for people."""
    app = Flask("trial", template_folder=str(TOP / "templates"), static_folder=str(TOP / "web" / "static"))
    app.secret_key = "k" * 32
    install_web(app, site_of(database, base_url))
    _add_views(app)
    return app


def _add_views(app: Flask) -> None:
    @app.get("/public")
    @public
    def open_page() -> str:
        visitor = current.visitor()
        return visitor.actor.name if visitor else "nobody"

    @app.get("/mine")
    @require_signed_in
    def mine() -> str:
        return f"{current.actor().role.value} {current.actor().branch} {current.now().isoformat()}"

    @app.get("/units")
    @require_signed_in
    def units() -> str:
        return " ".join(current.db().scalars(select(Unit.code).order_by(Unit.code)))

    @app.route("/write/<name>", methods=["GET", "POST"])
    @needs(Action.EXTEND, Action.ANSWER)
    def write(name: str) -> tuple[str, int]:
        if request.method == "POST" or "insist" in request.args:
            current.db().add(Lease(name=name, owner="x", until=NOW))
            current.db().flush()
        flash("已保存。")
        if request.args.get("then") in REFUSALS:
            raise REFUSALS[request.args["then"]]()
        return "written", int(request.args.get("status", 200))

    @app.post("/spoiled")
    @require_signed_in
    def spoiled() -> str:
        def refuse(_: Session) -> None:
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

        current.db().add(Lease(name="spoiled", owner="x", until=NOW))
        event.listen(current.db(), "before_commit", refuse)
        flash("已保存。")
        return "written"

    @app.get("/refused/<name>")
    @public
    def refused(name: str) -> str:
        raise REFUSALS[name]()

    @app.get("/units/<code>/extend")
    @require_signed_in
    def extend(code: str) -> str:
        with current_database(app).read(Scope()) as session:
            path = session.scalars(select(Unit.path).where(Unit.code == code)).one_or_none()
        if path is None:
            raise NotFound("没有这个单位。")
        require(current.actor(), Action.ANSWER, Subject(unit_path=path))
        return "may"

    @app.get("/coordinators")
    @needs(Action.PUBLISH_BATCH)
    def coordinators() -> str:
        return "may"


def current_database(app: Flask) -> Database:
    from web.site import site_of as site

    return site(app).database


@pytest.fixture
def app(database: Database) -> Flask:
    return make_app(database)


class Browser:
    """A browser: keeps cookies, and sends the token of the last form that it saw."""

    def __init__(self, app: Flask) -> None:
        self.http: FlaskClient = app.test_client()
        self.token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        response = self.http.get(path, **more)
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
        self.token = found[1] if found else self.token
        return response

    def post(self, path: str, form: dict[str, object] | None = None, **more: Any) -> TestResponse:
        fields = {"csrf_token": self.token, **(form or {})}
        return self.http.post(path, data=fields, **more)

    def sign_in(self, name: str, password: str = PASSWORD, **form: object) -> TestResponse:
        self.get("/sign-in")
        response = self.post("/sign-in", {"name": name, "password": password, **form})
        self.get("/membership")
        return response


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def officer(database: Database) -> Membership:
    """Return the membership of "zhang", an officer of 410000, which is not the only unit."""
    with database.write(Scope()) as session:
        unit(session, "140000")
        return member(session, user(session))


@pytest.fixture
def coordinator(database: Database) -> Membership:
    """Return the membership of "wang", a coordinator."""
    with database.write(Scope()) as session:
        return member(session, user(session, "wang"), Role.COORDINATOR)


def leases(database: Database) -> list[str]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Lease.name).order_by(Lease.name)))
