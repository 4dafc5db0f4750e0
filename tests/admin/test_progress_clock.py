"""The demo's clock on the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from admin.install import install
from domain.access import Role
from models import DemoClock, Instance
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.clock import effective
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import definition, local, running
from tests.support.mailing import send_all
from tests.support.progress import set_clock
from web.clock import wall_now
from web.install import install_web
from web.site import DemoAccount, Site

TOP = Path(__file__).resolve().parents[2]
SINCE = local("2023-01-01 00:00")
START = local("2023-03-01 09:00")
NEAR = timedelta(minutes=2)


def make_app(database: Database, *, is_demo: bool) -> Flask:
    """Return the backoffice of a demo, or of a real installation, on 1 March 2023."""
    with database.write(Scope()) as session:
        session.add(Instance(id=1, instance_id="x", is_demo=is_demo))
    set_clock(database, START)
    app = Flask("trial", template_folder=str(TOP / "templates"), static_folder=str(TOP / "web" / "static"))
    app.secret_key = "k" * 32
    accounts = (DemoAccount("coordinator", "主办处室"),) if is_demo else ()
    zone = ZoneInfo("Asia/Shanghai")
    site = Site(
        database=database, base_url="http://localhost", zone=zone, language="zh_Hans_CN", demo_accounts=accounts
    )
    install_web(app, site)
    install(app)
    return app


def now(database: Database) -> datetime:
    with database.read(Scope()) as session:
        return effective(session, wall_now())


def browser(app: Flask, database: Database, role: Role = Role.COORDINATOR, **more: object) -> Browser:
    return signed_in(app, database, role, valid_from=SINCE, **more)


def test_the_banner_names_the_next_event_and_steps_to_it(database: Database) -> None:
    """Design 6: a banner shows the movable clock with buttons to step to the next event."""
    with database.write(Scope()) as session:
        batch_id = running(session, definition(2)).batch.id
    coordinator = browser(make_app(database, is_demo=True), database)
    before = coordinator.text("/admin/")

    answer = coordinator.post("/admin/clock", {"step": "next"})

    assert "演示时间" in before and "反馈联系人开放（2023-03-06 周一 09:00）" in before
    assert answer.status_code == 303
    assert local("2023-03-06 09:00") <= now(database) < local("2023-03-06 09:00") + NEAR
    assert "正在处理" in coordinator.text("/admin/")
    coordinator.post("/admin/clock", {"step": "next"})
    assert "上一事件正在处理" in coordinator.text("/admin/")
    with database.write(Scope()) as session:
        advance(session, batch_id, local("2023-03-06 09:00"))
        send_all(session, local("2023-03-06 09:00"))
    coordinator.post("/admin/clock", {"step": "next"})
    assert local("2023-03-13 09:00") <= now(database) < local("2023-03-13 09:00") + NEAR


@pytest.mark.parametrize(("step", "delta"), [("day", timedelta(days=1)), ("hour", timedelta(hours=1))])
def test_the_clock_goes_on_by_a_day_or_an_hour(database: Database, step: str, delta: timedelta) -> None:
    coordinator = browser(make_app(database, is_demo=True), database)
    coordinator.get("/admin/hand-over/", search="x")

    coordinator.http.environ_base["HTTP_REFERER"] = "http://localhost/admin/hand-over/?search=x"
    answer = coordinator.post("/admin/clock", {"step": step})

    assert answer.headers["Location"] == "/admin/hand-over/?search=x"
    assert START + delta <= now(database) < START + delta + NEAR


def test_the_step_sees_every_programme(database: Database) -> None:
    """A visitor of one programme must not jump over another's event."""
    with database.write(Scope()) as session:
        running(session, definition(1))
    coordinator = browser(make_app(database, is_demo=True), database, programmes=["nothing"])

    coordinator.post("/admin/clock", {"step": "next"})

    assert local("2023-03-06 09:00") <= now(database) < local("2023-03-06 09:00") + NEAR


def test_a_real_installation_has_no_banner_and_moves_no_clock(database: Database) -> None:
    """Design 6: only a demo instance may have the movable clock."""
    coordinator = browser(make_app(database, is_demo=False), database)
    assert "演示时间" not in coordinator.text("/admin/")

    coordinator.post("/admin/clock", {"step": "day"})

    assert START <= now(database) < START + NEAR
    assert "只有演示环境的时钟可以拨动" in coordinator.text("/admin/")


def test_who_may_not_move_the_clock_sees_it_without_buttons(database: Database) -> None:
    """S01, S10: nor does a request without its token move it."""
    app = make_app(database, is_demo=True)
    auditor, coordinator = browser(app, database, Role.AUDITOR), browser(app, database)

    page = auditor.text("/admin/")

    assert "演示时间" in page and 'name="step"' not in page
    assert auditor.post("/admin/clock", {"step": "day"}).status_code == 403
    assert coordinator.post("/admin/clock", {"step": "day", "csrf_token": ""}).status_code == 400
    with database.read(Scope()) as session:
        assert session.scalars(select(DemoClock)).one()
    assert START <= now(database) < START + NEAR
