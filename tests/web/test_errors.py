"""Refusals in words, for people and for programs."""

from __future__ import annotations

import pytest
from flask import Flask

from models import Membership
from tests.web.conftest import Browser

STATUS = {
    "not_found": 404,
    "too_early": 409,
    "too_late": 409,
    "conflict": 409,
    "invalid": 422,
    "try_later": 429,
    "rule": 409,
    "locked": 503,
    "fault": 500,
}
SAID = {
    "too_early": ["尚未到办理时间", "3月6日 00:00 开始受理。"],
    "too_late": ["已过办理时间", "已于 3月20日 24:00 截止。"],
    "conflict": ["现在不能这样办理", "李敏刚刚改过这一项。"],
    "invalid": ["内容需要改正", "请填写姓名；电话格式不对"],
    "try_later": ["操作过于频繁", "请 7 秒后再试。"],
    "rule": ["不能这样办理", "这个批次已经暂停。"],
    "locked": ["系统此刻繁忙"],
    "fault": ["系统出错了", "编号"],
}


@pytest.mark.parametrize("name", STATUS)
def test_a_refusal_has_its_status_and_its_sentence_and_tells_no_secret(browser: Browser, name: str) -> None:
    answer = browser.get(f"/refused/{name}")
    page = answer.get_data(as_text=True)

    assert answer.status_code == STATUS[name]
    assert all(sentence in page for sentence in SAID.get(name, []))
    assert "secret" not in page and "Traceback" not in page


@pytest.mark.parametrize("name", STATUS)
def test_a_program_gets_json(browser: Browser, name: str) -> None:
    answer = browser.get(f"/refused/{name}", headers={"Accept": "application/json"})

    assert answer.status_code == STATUS[name]
    assert set(answer.get_json()) == {"code", "sentence", "problems", "reference"}
    assert "secret" not in answer.get_data(as_text=True)


def test_all_problems_of_a_form_reach_a_program_with_their_places(browser: Browser) -> None:
    problems = browser.get("/refused/invalid", headers={"Accept": "application/json"}).get_json()["problems"]

    assert [(problem["path"], problem["sentence"]) for problem in problems] == [
        ("name", "请填写姓名"),
        ("phone", "电话格式不对"),
    ]


@pytest.mark.parametrize(("name", "seconds"), [("try_later", "7"), ("locked", "5")])
def test_who_must_wait_is_told_how_long(browser: Browser, name: str, seconds: str) -> None:
    """F33 S51"""
    assert browser.get(f"/refused/{name}").headers["Retry-After"] == seconds


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/public", 405), ("GET", "/static/../secret", 404), ("POST", "/sign-in", 400)],
)
def test_what_nobody_asked_for_gets_a_page_of_ours(browser: Browser, method: str, path: str, status: int) -> None:
    answer = browser.http.open(path, method=method)

    assert answer.status_code == status
    assert f"错误 {status}" in answer.get_data(as_text=True)


def test_every_answer_has_the_security_headers_errors_included(browser: Browser) -> None:
    """S14 S19"""
    for path in ("/public", "/sign-in", "/nowhere", "/refused/fault", "/refused/locked", "/healthz", "/mine"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_an_error_page_shows_no_navigation_and_asks_nothing_of_the_database(
    app: Flask, browser: Browser, officer: Membership
) -> None:
    from web.nav import register_nav

    def fail(_: object) -> list[object]:
        raise AssertionError("asked on an error page")

    register_nav(app, fail)
    browser.http.get("/sign-in")
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": "zhang", "password": "Xy-12345-z"})

    assert browser.get("/refused/locked").status_code == 503


def test_a_body_that_is_too_large_is_refused_as_such(app: Flask, browser: Browser) -> None:
    """S44"""
    app.config["MAX_CONTENT_LENGTH"] = 1000
    browser.get("/sign-in")

    answer = browser.post("/sign-in", {"name": "x" * 2000})

    assert (answer.status_code, "文件太大" in answer.get_data(as_text=True)) == (413, True)
