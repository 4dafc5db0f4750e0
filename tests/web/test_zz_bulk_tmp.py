"""Nobody sees or changes what is another's, at any address of the app (S003-69, S004-56).

Every endpoint has a line in `ENDPOINTS` (tests/support/endpoints.py); one without a line fails.

Persons of the first house ask every address with the keys of another house, with their own, and in a search; they
send every form with foreign keys in address and fields. The other house's words never come back, and its rows stay.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from domain.access import Role
from models import Case, Organisation
from models.scope import Scope
from models.session import Database
from tests.support.endpoints import CASE, ENDPOINTS
from tests.support.isolation import World, build
from tests.support.portal import Browser
from tests.support.probes import (
    SEARCHES,
    addresses,
    forged,
    inside,
    probe_of,
    probed,
    strangers,
    told,
)
from web.guard import endpoints, public

ROLES = (Role.OFFICER, Role.APPLICANT, Role.ADMIN)
"""An officer of the unit, a person of the applicant, and an administrator of the unit's branch alone."""
TRIED = [*(("sqlite", role) for role in ROLES), ("postgresql", Role.OFFICER)]
"""The whole on SQLite; on PostgreSQL the officer's part, since the filter is the same statement."""
on = pytest.mark.parametrize(("database_url", "role"), TRIED, indirect=["database_url"])
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return build(database, tmp_path / "data")


@on_sqlite
def test_every_address_has_a_line(world: World) -> None:
    """S003-69: whoever adds an address says here how it is kept apart; and no line is left of one that went."""
    known = {endpoint for endpoint, _ in endpoints(world.app)}

    assert {endpoint for endpoint in known if probe_of(ENDPOINTS, endpoint) is None} == set()
    assert set(ENDPOINTS) - known == set()


@on
def test_nothing_of_another_house_is_ever_seen(world: World, role: Role) -> None:
    """S003-69, S004-56: shown, listed, counted, searched, exported or offered while typing."""
    browser = world.browser(world.one, role)
    leaks, faults, asked = [], [], 0
    for rule, probe in probed(world.app, ENDPOINTS, "GET"):
        for house in (world.one, *strangers(world, role)):
            for address in addresses(world, rule, probe, house):
                for query in ("", *SEARCHES):
                    answer = browser.http.get(f"{address}{'&' if '?' in address else '?'}{query}")
                    text, asked = told(answer), asked + 1
                    leaks += [(address, query, one.mark) for one in strangers(world, role) if one.mark in text]
                    faults += [(address, query)] if answer.status_code >= 500 else []

    assert (leaks, faults) == ([], [])
    assert asked > 10


@on
def test_nothing_of_another_house_is_ever_changed(world: World, role: Role) -> None:
    """S003-69: a form that names a foreign row in its address or in any field leaves that row as it was."""
    changed, leaks, faults, granted, unread = [], [], [], 0, []
    for foreign in strangers(world, role):
        before = world.rows_of(foreign)
        for rule, probe in probed(world.app, ENDPOINTS, "POST"):
            for house in (foreign, world.one):
                for address in addresses(world, rule, probe, house):
                    browser = with_token(world, role)
                    answer = browser.http.post(address, data={**browser.hidden, **forged(foreign, probe)})
                    after = world.rows_of(foreign)
                    if after != before:
                        changed.append((address, answer.status_code, difference(before, after)))
                        before = after
                    leaks += [address for one in strangers(world, role) if one.mark in told(answer)]
                    faults += [address] if answer.status_code >= 500 else []
                    unread += [address] if "安全标记已失效" in told(answer) else []
                    granted += answer.status_code in {200, 302, 303}

    assert (changed, leaks, faults) == ([], [], [])
    assert unread == [], "a form without its token proves nothing"
    pass


def with_token(world: World, role: Role) -> Browser:
    """Return a fresh browser that holds the token of a form."""
    browser = world.browser(world.one, role)
    browser.get("/membership")
    assert browser.hidden["csrf_token"]
    return browser


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    return [
        f"{table}: {line[:300]}"
        for table in before.keys() | after.keys()
        for line in set(before.get(table, ())) ^ set(after.get(table, ()))
    ]


@on_sqlite
def test_there_is_something_to_leak_at_each_of_these_addresses(world: World) -> None:
    """The proof above is worth something: the owner reads the very words at the very addresses."""
    seen = set()
    for role in ROLES:
        browser = world.browser(world.two, role)
        for rule, probe in probed(world.app, ENDPOINTS, "GET"):
            for address in addresses(world, rule, probe, world.two):
                if rule.endpoint not in seen and world.two.mark in inside(browser.http.get(address)):
                    seen.add(rule.endpoint)

    loud = {rule.endpoint for rule, probe in probed(world.app, ENDPOINTS, "GET") if not probe.is_quiet}
    assert loud - seen == set(), "no page shows a row there; plant one, or say quiet(...)"
    assert len(seen) > 30


@on_sqlite
def test_an_address_that_leaks_or_writes_is_found(world: World) -> None:
    """The probes can fail: a view that forgets its scope is found, and one that writes by a key from the address."""

    @public
    def careless(case_id: int) -> str:
        with world.database.write(Scope()) as session:
            session.get_one(Case, case_id).title = "改写"
            return " ".join(session.scalars(select(Organisation.name)))

    world.app.add_url_rule("/careless/<int:case_id>", "careless", careless, methods=["GET", "POST"])
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == "careless")
    before = world.rows_of(world.two)
    browser = with_token(world, Role.OFFICER)

    said = [told(browser.http.get(address)) for address in addresses(world, rule, CASE, world.two)]

    assert world.two.mark in said[0]
    assert difference(before, world.rows_of(world.two)) != []
