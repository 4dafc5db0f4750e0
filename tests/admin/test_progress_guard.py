"""Who may not act, and what must not be reached, on the coordinator's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from domain.access import Role
from models import (
    AuditEntry,
)
from models.session import Database
from tests.support.backoffice import Browser, signed_in
from tests.support.progress_pages import BASE, SINCE, do, overdue_app, rows, unit_id


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    return overdue_app(database, tmp_path)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


ACTS = {
    "extend": {"on": "2023-03-24", "at": "24:00", "reason": "x"},
    "late": {"on": "2023-03-24", "at": "24:00", "reason": "x", "approver": "y"},
    "call": {"channel": "phone", "person": "x", "called_at": "2023-03-21T09:00", "result": "y"},
    "close": {"reason": "x"},
    "pause": {"reason": "x"},
}


@pytest.mark.parametrize("act", ACTS)
def test_who_may_only_look_can_do_nothing(app: Flask, database: Database, act: str) -> None:
    """S01, S07: auditors and officers are refused, whatever they send, and nothing is changed."""
    before = len(rows(database, AuditEntry))
    query = {"stage": "contacts", "unit": unit_id(database)}

    for role in (Role.AUDITOR, Role.OFFICER):
        browser = signed_in(app, database, role, valid_from=SINCE, **({"unit_id": 1} if role is Role.OFFICER else {}))
        browser.get("/membership")
        assert browser.get(f"{BASE}/{act}", **query).status_code == 403
        assert browser.post(f"{BASE}/{act}", ACTS[act], **query).status_code == 403

    assert len(rows(database, AuditEntry)) == before


@pytest.mark.parametrize("act", [*ACTS, "confirm", "publish"])
def test_a_form_without_its_token_does_nothing(coordinator: Browser, database: Database, act: str) -> None:
    """S10."""
    before = len(rows(database, AuditEntry))
    query = {"stage": "contacts", "unit": unit_id(database)}
    coordinator.get(f"{BASE}/extend", **query)

    answer = coordinator.post(f"{BASE}/{act}", {**ACTS.get(act, {}), "csrf_token": ""}, **query)

    assert answer.status_code == 400
    assert len(rows(database, AuditEntry)) == before


@pytest.mark.parametrize("act", ["extend", "late", "call"])
def test_a_unit_out_of_reach_is_not_found(app: Flask, database: Database, act: str) -> None:
    """S02, S05: a coordinator of one branch cannot act on another's unit, nor learn that it is there."""
    own, foreign = unit_id(database, 2), unit_id(database, 1)
    browser = signed_in(app, database, Role.COORDINATOR, "branch", valid_from=SINCE, unit_id=own)

    statuses = [do(browser, act, ACTS[act], stage="contacts", unit=unit)[0] for unit in (foreign, 10**6, own)]

    assert statuses == [404, 404, 303]


@pytest.mark.parametrize("query", [{}, {"stage": "nothing"}, {"stage": "contacts", "unit": "x"}])
def test_an_act_on_nothing_is_not_found(coordinator: Browser, query: dict[str, str]) -> None:
    """S22."""
    assert coordinator.get(f"{BASE}/late", **query).status_code == 404


def test_after_an_act_one_is_never_led_away_from_the_site(coordinator: Browser, database: Database) -> None:
    """S16."""
    form = {**ACTS["call"], "url": "https://evil.example/"}

    assert do(coordinator, "call", form, stage="contacts", unit=unit_id(database))[1].startswith(f"{BASE}/missing")
