"""Handing over a post from the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from domain.access import Role
from models import (
    Membership,
)
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, signed_in
from tests.support.people import member, user
from tests.support.progress_pages import SINCE, overdue_app, rows


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    return overdue_app(database, tmp_path)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_a_post_is_handed_over_from_the_page(coordinator: Browser, database: Database) -> None:
    """Design 9: a successor is named by account; the former officer's term ends at the instant."""
    with database.write(Scope()) as session:
        former = member(session, user(session, "zhang"), unit_id=1, valid_from=SINCE)
        user(session, "li")
        former_id, applicant = former.id, member(session, user(session, "he"), Role.APPLICANT, valid_from=SINCE).id

    found = coordinator.text("/admin/hand-over/", search="zhang")
    unknown = _hand_over(coordinator, former_id, to="nobody", reason="轮岗")
    missing = _hand_over(coordinator, former_id, to="li", reason="")
    done = _hand_over(coordinator, former_id, to="li", reason="轮岗")

    assert f"/admin/hand-over/{former_id}" in found and "he先生" not in found
    assert (unknown[0], missing[0], done[0]) == (422, 422, 303)
    assert "没有这个账号" in unknown[1] and "请填写原因" in missing[1]
    posts = {row.user_id: (row.valid_from, row.valid_until) for row in rows(database, Membership) if row.unit_id == 1}
    assert len(posts) == 2 and [until is None for _, until in posts.values()] == [False, True]
    assert coordinator.get(f"/admin/hand-over/{applicant}").status_code == 404


def test_posts_of_other_branches_and_programmes_are_not_offered(app: Flask, database: Database) -> None:
    """S03: neither in the list nor by number."""
    with database.write(Scope()) as session:
        own = member(session, user(session, "own"), unit_id=2, valid_from=SINCE, programmes=["fwxzz"]).id
        foreign = member(session, user(session, "foreign"), unit_id=1, valid_from=SINCE, programmes=["fwxzz"]).id
        wider = member(session, user(session, "wider"), unit_id=2, valid_from=SINCE).id
    browser = signed_in(app, database, Role.COORDINATOR, "limited", valid_from=SINCE, unit_id=2, programmes=["fwxzz"])

    found = browser.text("/admin/hand-over/")
    statuses = [browser.get(f"/admin/hand-over/{post}").status_code for post in (own, foreign, wider, 10**6)]

    assert "own先生" in found and "foreign先生" not in found and "wider先生" not in found
    assert statuses == [200, 404, 404, 404]


def _hand_over(browser: Browser, post: int, **form: str) -> tuple[int, str]:
    browser.get(f"/admin/hand-over/{post}")
    answer = browser.post(f"/admin/hand-over/{post}", form)
    return answer.status_code, answer.get_data(as_text=True)
