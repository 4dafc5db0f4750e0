"""What tests do at the officer's pages: one form at a time, sent as a browser without scripts sends it."""

from __future__ import annotations

from models.scope import Scope
from tests.support.officer_portal import CITY, OfficerPortal
from tests.support.portal import Browser, words

YES = {"result.check.complete": "yes", "result.check.genuine": "yes"}
"""The check list of `officer_definition`, answered."""


def rows(portal: OfficerPortal, kind: type) -> list:
    with portal.database.read(Scope()) as session:
        return list(session.query(kind).order_by(kind.id))


def review(browser: Browser, case_id: int) -> str:
    return browser.text(f"/cases/{case_id}/review")


def act(browser: Browser, case_id: int, what: str, form: dict[str, object], status: int = 303) -> str:
    """Send one form of the screen, with no field of another; return the words of the answer."""
    browser.get(f"/cases/{case_id}/review")
    token = browser.hidden["csrf_token"]
    browser.hidden = {"csrf_token": token}
    answer = browser.post(f"/cases/{case_id}/review/{what}", form)
    assert answer.status_code == status, words(answer)
    return words(answer)


def returned(browser: Browser, case_id: int, form: dict[str, object], status: int = 303) -> str:
    browser.get(f"/cases/{case_id}/return")
    answer = browser.post(f"/cases/{case_id}/return", form)
    assert answer.status_code == status, words(answer)
    return words(answer) if status != 303 else browser.text(answer.headers["Location"])


def board_at(portal: OfficerPortal, code: str = CITY) -> str:
    return f"/batches/batch-2023/recommend/{portal.unit(code)}"


def send(browser: Browser, address: str, form: dict[str, object], status: int = 303) -> str:
    """Send one form, with no field of another; return the words of the answer."""
    browser.get(address.removesuffix(address.rsplit("/", 1)[1]).rstrip("/"))
    token = browser.hidden["csrf_token"]
    browser.hidden = {"csrf_token": token}
    answer = browser.post(address, form)
    assert answer.status_code == status, words(answer)
    return words(answer)
