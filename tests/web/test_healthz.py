"""The address that load balancers ask."""

from __future__ import annotations

from models import Lease
from models.scope import Scope
from models.session import Database
from tests.web.conftest import Browser, make_app
from web.clock import wall_now


def test_health_tells_the_status_and_nothing_else(browser: Browser, database: Database) -> None:
    degraded = browser.get("/healthz")
    with database.write(Scope()) as session:
        session.add(Lease(name="clock", owner="secret-host", until=wall_now().replace(year=2100)))

    assert (degraded.status_code, degraded.get_json()) == (200, {"status": "degraded"})
    assert browser.get("/healthz").get_json() == {"status": "ok"}


def test_a_database_that_is_away_makes_it_unavailable() -> None:
    """F36"""
    browser = Browser(make_app(Database("sqlite:////nowhere/at/all.db")))

    answer = browser.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (503, {"status": "down"})
    assert browser.get("/public").status_code == 503


def test_a_database_that_was_never_set_up_is_down() -> None:
    answer = Browser(make_app(Database("sqlite://"))).get("/healthz")

    assert (answer.status_code, answer.get_json()) == (503, {"status": "down"})
