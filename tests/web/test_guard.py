"""Every address says who may call it, and the rest is refused."""

from __future__ import annotations

import pytest
from flask import Flask

from models import Membership
from models.session import Database
from tests.web.conftest import Browser, make_app
from web.guard import PUBLIC, check_endpoints, declare, endpoints, needs


def test_every_address_of_the_shared_parts_says_who_may_call_it(app: Flask) -> None:
    """S01"""
    check_endpoints(app)

    assert {endpoint for endpoint, policy in endpoints(app) if policy and not policy.signed_in} == {
        "health.healthz",
        "open_page",
        "refused",
        "sign_in.enter",
        "sign_in.form",
        "sign_in.sign_out",
        "static",
    }


def test_an_app_with_a_silent_address_does_not_start_and_does_not_answer(database: Database) -> None:
    """S01"""
    app = make_app(database)
    app.add_url_rule("/silent", "silent", lambda: "let in")

    with pytest.raises(RuntimeError, match="silent"):
        check_endpoints(app)
    assert Browser(app).get("/silent").status_code == 403


def test_a_view_of_a_library_is_declared_by_its_endpoint(database: Database) -> None:
    app = make_app(database)
    app.add_url_rule("/library", "library", lambda: "open")
    declare(app, "library", PUBLIC)

    check_endpoints(app)

    assert Browser(app).get("/library").get_data(as_text=True) == "open"


def test_needing_nothing_is_no_declaration() -> None:
    with pytest.raises(ValueError, match="name an action"):
        needs()


def test_a_stranger_is_sent_to_sign_in_and_back(browser: Browser, officer: Membership) -> None:
    """S01"""
    sent = browser.get("/mine?page=2")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/sign-in?next=/mine?page%3D2")

    browser.get(sent.headers["Location"])
    back = browser.post("/sign-in", {"name": "zhang", "password": "Xy-12345-z", "next": "/mine?page=2"})
    assert (back.status_code, back.headers["Location"]) == (303, "/mine?page=2")


def test_a_stranger_who_sends_something_is_told_to_sign_in(browser: Browser) -> None:
    """S01 S61: a redirect would lose what was typed."""
    browser.get("/sign-in")

    assert browser.post("/write/first").status_code == 401
    answer = browser.get("/mine", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(("path", "status"), [("/mine", 200), ("/write/a", 200), ("/coordinators", 403)])
def test_an_officer_may_what_one_of_the_named_rights_gives(
    browser: Browser, officer: Membership, path: str, status: int
) -> None:
    """S01"""
    browser.sign_in("zhang")

    assert browser.get(path).status_code == status


def test_a_foreign_thing_looks_exactly_like_none(browser: Browser, officer: Membership) -> None:
    """S02"""
    browser.sign_in("zhang")

    own, foreign, missing = (browser.get(f"/units/{code}/extend") for code in ("410000", "140000", "999999"))

    assert (own.status_code, foreign.status_code) == (200, 404)
    assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data)


def test_lacking_the_right_itself_is_said_openly(
    browser: Browser, officer: Membership, coordinator: Membership
) -> None:
    browser.sign_in("wang")

    refused = browser.get("/units/410000/extend")

    assert (refused.status_code, "没有此项权限" in refused.get_data(as_text=True)) == (403, True)


def test_head_and_unknown_methods_pass_the_same_check(browser: Browser) -> None:
    """S67"""
    assert browser.http.head("/mine").status_code in {303, 401}
    assert browser.http.delete("/write/first").status_code == 405
