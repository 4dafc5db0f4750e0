"""Signing in with a browser: cookies, tokens of forms, addresses to go on to, choosing a membership."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from domain.access import Role
from models import Membership, SignInFailure, WebSession
from models.scope import Scope
from models.session import Database
from services.identity.sign_in import WRONG
from tests.support.people import PASSWORD, member, unit, user
from tests.web.conftest import Browser, make_app

EVIL = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "\thttp://evil.example",
    "http:///evil.example",
    "/\t/evil.example",
    "@evil.example",
    "／／evil.example",
    "/／evil.example",
    "javascript:alert(1)",
    "/a//evil.example",
    "/ok\r\nSet-Cookie: x=y",
    "\\\\evil.example",
    "",
    "/" + "a" * 5000,
]


def set_cookies(response: TestResponse) -> dict[str, SimpleCookie]:
    headers = response.headers.getlist("Set-Cookie")
    parsed = [SimpleCookie(header) for header in headers]
    return {name: cookie for cookie in parsed for name in cookie}


def count(database: Database, what: type[SignInFailure] | type[WebSession]) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(func.count(what.id))).one()


def test_an_officer_signs_in_and_is_who_they_are(browser: Browser, officer: Membership) -> None:
    answer = browser.sign_in("zhang")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/work")
    assert browser.get("/mine").get_data(as_text=True).startswith("officer /410000/ ")
    assert browser.get("/sign-in").headers["Location"] == "/work"


def test_a_wrong_password_shows_the_page_again_with_the_name_and_counts(
    browser: Browser, officer: Membership, database: Database
) -> None:
    """S51 S52"""
    answer = browser.sign_in("zhang", "wrong")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 401
    assert WRONG in page and 'value="zhang"' in page and "wrong" not in page
    assert count(database, SignInFailure) == 3
    assert browser.get("/mine").status_code == 303


def test_the_sixth_wrong_try_must_wait_and_is_told_how_long(browser: Browser, officer: Membership) -> None:
    """S51"""
    for _ in range(5):
        assert browser.sign_in("zhang", "wrong").status_code == 401

    answer = browser.sign_in("zhang")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    assert "秒后再试" in answer.get_data(as_text=True)


def test_a_browser_that_signed_in_before_does_not_wait_for_others_failures(
    app: Flask, browser: Browser, officer: Membership
) -> None:
    """S51"""
    browser.sign_in("zhang")
    browser.post("/sign-out")
    stranger = Browser(app)
    for _ in range(6):
        stranger.sign_in("zhang", "wrong")

    assert stranger.sign_in("zhang").status_code == 429
    assert browser.sign_in("zhang").status_code == 303


def test_signing_out_ends_the_session_on_the_server(
    app: Flask, browser: Browser, officer: Membership, database: Database
) -> None:
    """S60"""
    browser.sign_in("zhang")
    token = browser.http.get_cookie("linxuan")
    assert token is not None

    assert browser.post("/sign-out").headers["Location"] == "/sign-in"

    thief = Browser(app)
    thief.http.set_cookie("linxuan", token.value)
    assert thief.get("/mine").status_code == 303
    assert browser.http.get_cookie("linxuan") is None


def test_the_token_is_new_after_each_sign_in_and_a_planted_one_is_worthless(
    browser: Browser, officer: Membership
) -> None:
    """S59"""
    browser.http.set_cookie("linxuan", "planted")
    tokens = []
    for _ in range(2):
        browser.sign_in("zhang")
        found = browser.http.get_cookie("linxuan")
        assert found is not None
        tokens.append(found.value)
        browser.post("/sign-out")

    assert len({"planted", *tokens}) == 3


def test_signing_in_again_ends_the_session_that_the_browser_had(
    app: Flask, browser: Browser, officer: Membership, coordinator: Membership
) -> None:
    """S59"""
    browser.sign_in("zhang")
    old = browser.http.get_cookie("linxuan")
    assert old is not None

    browser.post("/sign-in", {"name": "wang", "password": PASSWORD})

    assert browser.get("/mine").get_data(as_text=True).startswith("coordinator")
    thief = Browser(app)
    thief.http.set_cookie("linxuan", old.value)
    assert thief.get("/mine").status_code == 303


def test_over_tls_cookies_are_bound_to_the_host_and_never_leave_tls(database: Database, officer: Membership) -> None:
    """S15"""
    browser = Browser(make_app(database, "https://localhost"))
    browser.http.get("/sign-in", base_url="https://localhost")
    page = browser.get("/sign-in", base_url="https://localhost")
    answer = browser.post(
        "/sign-in",
        {"name": "zhang", "password": PASSWORD},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
    )

    cookies = set_cookies(page) | set_cookies(answer)
    assert set(cookies) == {"__Host-linxuan", "__Host-linxuan-device", "__Host-linxuan-form"}
    for name, cookie in cookies.items():
        flags = cookie[name]
        assert (flags["secure"], flags["httponly"], flags["samesite"], flags["path"]) == (True, True, "Lax", "/")
        assert not flags["domain"]


def test_over_plain_http_cookies_are_still_out_of_reach_for_scripts_and_other_sites(
    browser: Browser, officer: Membership
) -> None:
    """S15"""
    cookies = set_cookies(browser.get("/sign-in")) | set_cookies(browser.sign_in("zhang"))

    for name, cookie in cookies.items():
        assert (cookie[name]["secure"], cookie[name]["httponly"], cookie[name]["samesite"]) == ("", True, "Lax")


@pytest.mark.parametrize("wanted", EVIL)
def test_signing_in_leads_to_this_site_only(browser: Browser, officer: Membership, wanted: str) -> None:
    """S16"""
    browser.http.get("/sign-in", query_string={"next": wanted})
    answer = browser.sign_in("zhang", next=wanted)
    again = browser.http.get("/sign-in", query_string={"next": wanted})

    assert answer.headers["Location"] == again.headers["Location"] == "/work"


@pytest.mark.parametrize("wanted", ["/work", "/cases/7?tab=files&page=2", "/batches/fwxzz-2026#top", "/%09/x"])
def test_signing_in_leads_to_where_one_wanted_to_be(browser: Browser, officer: Membership, wanted: str) -> None:
    assert browser.sign_in("zhang", next=wanted).headers["Location"] == wanted


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80"])
def test_a_request_to_a_foreign_host_is_refused(browser: Browser, officer: Membership, host: str) -> None:
    """S17"""
    answer = browser.http.get("/sign-in", headers={"Host": host, "X-Forwarded-Host": "localhost"})

    assert (answer.status_code, "evil.example" in answer.get_data(as_text=True)) == (400, False)


def test_a_forwarded_host_is_not_believed(browser: Browser) -> None:
    """S17"""
    answer = browser.get("/mine", headers={"X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in answer.headers["Location"] + answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/write/first", "/sign-in", "/sign-out", "/membership"])
def test_a_form_without_the_token_of_its_session_changes_nothing(
    app: Flask, browser: Browser, officer: Membership, coordinator: Membership, path: str
) -> None:
    """S10"""
    other = Browser(app)
    other.sign_in("wang")
    browser.sign_in("zhang")

    for token in ("", "wrong", other.token):
        assert browser.http.post(path, data={"csrf_token": token}).status_code == 400
    text = browser.http.post(path, data=f"csrf_token={browser.token}", content_type="text/plain")

    assert text.status_code == 400
    assert browser.get("/mine").status_code == 200


def test_a_token_from_before_signing_in_is_of_no_use_afterwards(browser: Browser, officer: Membership) -> None:
    """S10 S59"""
    browser.get("/sign-in")
    before = browser.token
    browser.sign_in("zhang")

    assert browser.http.post("/write/first", data={"csrf_token": before}).status_code == 400


def two_posts(database: Database) -> tuple[int, int]:
    with database.write(Scope()) as session:
        person = user(session)
        first = member(session, person, Role.COORDINATOR)
        second = member(session, person, unit_id=unit(session, "410000").id)
        return first.id, second.id


def test_who_has_two_memberships_chooses_and_gets_a_new_token(browser: Browser, database: Database) -> None:
    """S59"""
    _, second = two_posts(database)
    answer = browser.sign_in("zhang", next="/mine")
    assert answer.headers["Location"] == "/membership?next=/mine"
    page = browser.get("/membership?next=/mine").get_data(as_text=True)
    old = browser.http.get_cookie("linxuan")
    assert "主办处室管理员" in page and "经办人 · 410000工信厅" in page and 'value="/mine"' in page

    answer = browser.post("/membership", {"membership": second, "next": "/mine"})

    new = browser.http.get_cookie("linxuan")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mine")
    assert old is not None and new is not None and old.value != new.value
    assert browser.get("/mine").get_data(as_text=True).startswith("officer /410000/")


@pytest.mark.parametrize("wanted", ["", "x", "-1", "99999999999999999999", "foreign"])
def test_nobody_chooses_what_is_not_theirs(
    browser: Browser, database: Database, coordinator: Membership, wanted: str
) -> None:
    """S02 S22"""
    two_posts(database)
    browser.sign_in("zhang")

    answer = browser.post("/membership", {"membership": str(coordinator.id) if wanted == "foreign" else wanted})

    assert answer.status_code == 404
    assert browser.get("/mine").status_code == 200


def test_a_stranger_sees_no_memberships(browser: Browser) -> None:
    browser.get("/sign-in")

    assert browser.get("/membership").status_code == 303
    assert browser.post("/membership", {"membership": "1"}).status_code == 401


def test_accounts_of_a_demo_are_shown_by_a_demo_alone(browser: Browser) -> None:
    """S56"""
    page = browser.get("/sign-in").get_data(as_text=True)

    assert "演示账号" not in page and "linxuan-demo" not in page
