"""A request is one transaction, committed only when its answer is no refusal."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from domain.access import Role
from models import DemoClock, Membership, Unit, WebSession
from models.scope import Scope
from models.session import Database
from services.identity import sessions
from tests.support.people import member, programme, unit, user
from tests.web.conftest import REFUSALS, Browser, leases, make_app
from web import current
from web.clock import wall_now


def test_what_a_writing_request_did_is_there_when_its_answer_arrives(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """R7 I15"""
    browser.sign_in("zhang")

    assert browser.post("/write/first").status_code == 200
    assert leases(database) == ["first"]


@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_an_answer_that_refuses_undoes_what_was_done(
    browser: Browser, officer: Membership, database: Database, status: int
) -> None:
    """R7"""
    browser.sign_in("zhang")

    assert browser.post(f"/write/first?status={status}").status_code == status
    assert leases(database) == []


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_a_rule_or_a_fault_undoes_what_was_done_and_the_next_request_works(
    browser: Browser, officer: Membership, database: Database, name: str
) -> None:
    """R7 F58"""
    browser.sign_in("zhang")

    assert browser.post(f"/write/first?then={name}").status_code >= 400
    assert browser.post("/write/second").status_code == 200
    assert leases(database) == ["second"]


def test_a_message_about_what_was_undone_is_never_shown(browser: Browser, officer: Membership) -> None:
    browser.sign_in("zhang")

    browser.post("/write/first?then=conflict")
    assert "已保存" not in browser.get("/membership").get_data(as_text=True)
    browser.post("/write/second")
    assert "已保存" in browser.get("/membership").get_data(as_text=True)


def test_a_reading_request_writes_nothing(browser: Browser, officer: Membership, database: Database) -> None:
    browser.sign_in("zhang")

    # PostgreSQL refuses the write at once; SQLite forgets it.
    assert browser.get("/write/first?insist=1").status_code == (500 if "postgresql" in database.url else 200)
    assert leases(database) == []


def test_a_commit_that_fails_is_a_refusal_and_not_a_success(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """R7 F35: a 2xx is durable."""
    browser.sign_in("zhang")

    assert browser.post("/spoiled").status_code == 503
    assert leases(database) == []
    assert "已保存" not in browser.get("/membership").get_data(as_text=True)


def test_a_reader_sees_the_own_branch_and_programmes_only(app: Flask, database: Database) -> None:
    """S03"""
    with database.write(Scope()) as session:
        unit(session, "140000")
        member(session, user(session), unit_id=unit(session, "410000").id)
        member(session, user(session, "wang"), Role.COORDINATOR)
        programme(session)
    officer, coordinator = Browser(app), Browser(app)
    officer.sign_in("zhang")
    coordinator.sign_in("wang")

    assert officer.get("/units").get_data(as_text=True) == "410000"
    assert coordinator.get("/units").get_data(as_text=True) == "140000 410000"


def test_nobody_signed_in_is_nobody_on_a_public_page_and_sees_no_unit(
    app: Flask, browser: Browser, officer: Membership
) -> None:
    """S01"""
    assert browser.get("/public").get_data(as_text=True) == "nobody"
    with app.test_request_context("/public"):
        app.preprocess_request()
        assert (current.visitor(), current.scope()) == (None, None)
        assert current.db().get(Unit, officer.unit_id) is None


def test_the_demos_clock_moves_business_and_not_sessions(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """R6"""
    with database.write(Scope()) as session:
        session.add(DemoClock(offset_seconds=100 * 24 * 3600.0))
    before = wall_now()

    browser.sign_in("zhang")
    shown = browser.get("/mine").get_data(as_text=True).split()[-1]

    assert shown > (before + timedelta(days=100)).isoformat()
    with database.read(Scope()) as session:
        assert session.query(WebSession).one().seen_at >= before


def test_the_end_of_a_membership_is_the_end_of_its_rights(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """S09 S60"""
    browser.sign_in("zhang")
    assert browser.get("/mine").status_code == 200

    with database.write(Scope()) as session:
        found = session.get(Membership, officer.id)
        assert found is not None
        found.valid_until = wall_now()

    assert browser.get("/mine").status_code == 303
    assert browser.post("/write/first").status_code == 401


def test_a_person_switched_off_is_out_at_the_next_request(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """S09"""
    browser.sign_in("zhang")

    with database.write(Scope()) as session:
        found = session.get(Membership, officer.id)
        assert found is not None
        found.user.is_active = False

    assert browser.get("/mine").status_code == 303


def test_an_idle_session_asks_to_sign_in_again(browser: Browser, officer: Membership, database: Database) -> None:
    """S61"""
    browser.sign_in("zhang")
    with database.write(Scope()) as session:
        session.query(WebSession).update({WebSession.seen_at: wall_now() - sessions.IDLE})

    assert browser.get("/mine").status_code == 303


def test_use_keeps_a_session_alive(browser: Browser, officer: Membership, database: Database) -> None:
    """S61"""
    browser.sign_in("zhang")
    earlier = wall_now() - sessions.IDLE / 2
    with database.write(Scope()) as session:
        session.query(WebSession).update({WebSession.seen_at: earlier})

    browser.get("/mine")

    with database.read(Scope()) as session:
        assert session.query(WebSession).one().seen_at > earlier


@pytest.fixture
def locked(tmp_path: Path, migrated_sqlite: Path) -> Path:
    import shutil

    path = tmp_path / "locked.sqlite"
    shutil.copy(migrated_sqlite, path)
    return path


def test_a_database_held_by_somebody_else_is_busy_and_not_broken(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33"""
    monkeypatch.setattr("models.session.SQLITE_WAIT_MS", 50)
    database = Database(f"sqlite:///{locked}")
    with database.write(Scope()) as session:
        member(session, user(session))
    browser = Browser(make_app(database))
    browser.sign_in("zhang")
    holder = sqlite3.connect(locked, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    refused, read = browser.post("/write/first"), browser.get("/mine")
    holder.execute("ROLLBACK")
    holder.close()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert read.status_code == 200
    assert browser.post("/write/first").status_code == 200
    database.dispose()
