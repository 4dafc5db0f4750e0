"""Nobody sees or changes what is another's, at any address of the app (S003-69, S004-56).

Every endpoint has a line in `ENDPOINTS`; one without a line fails. What it says:

    PAGE                      holds something of units, but its address names nothing
    row(case_id="cases")      its address (or query) names a row: the one of the house in that table
    at(row(...), stage="x")   other parts of the address, the same for everybody
    "a sentence"              why it holds nothing of a unit or an applicant; it is not probed

Persons of the first house ask every address with the keys of another house, with their own, and in a search; they
send every form with foreign keys in address and fields. The other house's words never come back, and its rows stay.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from admin.install import VIEWS
from domain.access import Role
from models.session import Database
from tests.support.isolation import NEEDLE, House, World, build
from tests.support.portal import Browser
from web.guard import endpoints

CODE = "batch-2023"


@dataclass(frozen=True, slots=True)
class Probe:
    """How an address is asked. rows: the table that holds a part. fixed: other parts. query, form: sent along."""

    rows: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


def row(**tables: str) -> Probe:
    return Probe(rows=tables)


def at(probe: Probe, **fixed: str) -> Probe:
    return replace(probe, fixed={**probe.fixed, **fixed})


PAGE = Probe()
BATCH = at(PAGE, code=CODE)
DUTY, CASE, UNIT = row(duty_id="duties"), row(case_id="cases"), row(unit_id="units")
APPLICANT, ADMISSION = row(organisation_id="organisations"), row(admission_id="admissions")
PUBLIC = "shows what everybody may read of a published batch"
OFFICE = "belongs to the whole batch; who works in one branch is refused (tests/admin/test_progress_guard.py)"
CHANGE = at(BATCH, change_id="1")

ENDPOINTS: dict[str, Probe | str] = {
    "static": "files of the program",
    "health.healthz": "tells only that the site answers",
    "public.index": PUBLIC,
    "public.batches": PUBLIC,
    "public.batch": BATCH,
    "public.calendar": BATCH,
    "sign_in.form": "asks who one is",
    "sign_in.enter": "asks who one is; an unknown name and a wrong password are answered alike (tests/web/test_sign_in.py)",
    "sign_in.sign_out": "ends the own session",
    "sign_in.memberships": PAGE,
    "sign_in.choose": PAGE,
    "registering.form": BATCH,
    "registering.send": BATCH,
    "registering.done": BATCH,
    "invitations.form": at(PAGE, token="x" * 32),
    "invitations.use": at(PAGE, token="x" * 32),
    "invitations.invite_officer": UNIT,
    "own.show": PAGE,
    "own.save": PAGE,
    "own.invite_colleague": PAGE,
    "own.withdraw_invitation": ADMISSION,
    "own.answer": ADMISSION,
    "applicants.listing": PAGE,
    "applicants.export": PAGE,
    "applicants.show": APPLICANT,
    "applicants.decide": APPLICANT,
    "applicants.decide_many": PAGE,
    "applicants.answer_request": ADMISSION,
    "applicants.invite_person": APPLICANT,
    "entering.form": UNIT,
    "entering.save": UNIT,
    "listed.show": BATCH,
    "listed.add": BATCH,
    "listed.remove": at(row(listed_id="listed_applicants"), code=CODE),
    "work.home": PAGE,
    "work.stage": at(BATCH, stage="contacts"),
    "duties.show": DUTY,
    "duties.file": DUTY,
    "duties.none": DUTY,
    "duties.draft": DUTY,
    "duties.receipt": DUTY,
    "exemptions.form": DUTY,
    "exemptions.explain": DUTY,
    "exemptions.withdraw": DUTY,
    "contacts.show": UNIT,
    "contacts.change": UNIT,
    "units.show": UNIT,
    "files.download": row(file_id="files"),
    "admin.index": PAGE,
    "unit_in_batch.unit_view": at(UNIT, code=CODE),
    "hand_over.list_view": PAGE,
    "hand_over.hand_over_view": row(membership_id="memberships"),
    "demo_clock.move": "moves the clock of a demonstration",
    "progress.all_view": PAGE,
    "progress.batch_view": BATCH,
    "progress.acts_view": BATCH,
    "progress.call_view": BATCH,
    "progress.close_view": BATCH,
    "progress.confirm_view": BATCH,
    "progress.definition_view": BATCH,
    "progress.extend_view": BATCH,
    "progress.late_view": BATCH,
    "progress.mails_view": BATCH,
    "progress.missing_view": BATCH,
    "progress.pause_view": BATCH,
    "progress.planned_view": BATCH,
    "progress.publish_view": BATCH,
    "progress.external_view": BATCH,
    "progress.look_view": BATCH,
    "progress.import_view": BATCH,
    "progress.tree_view": BATCH,
    "progress.take_view": BATCH,
    "progress.accept_view": CHANGE,
    "progress.keep_view": CHANGE,
}
TABLES = {f"admin_{path}": model.__tablename__ for _, model, path, *_ in VIEWS}
"""The backoffice's tables: each of their addresses is asked with `?id=` of the table's row."""
ACTS = re.compile(r"<key>")


def probe_of(endpoint: str) -> Probe | str | None:
    view, _, _ = endpoint.rpartition(".")
    return ENDPOINTS.get(endpoint) or (row(id=TABLES[view]) if view in TABLES else None)


def test_every_address_has_a_line(app_only: Flask) -> None:
    """S003-69: whoever adds an address says here how it is kept apart; and no line is left of one that went."""
    known = {endpoint for endpoint, _ in endpoints(app_only)}

    assert {endpoint for endpoint in known if probe_of(endpoint) is None} == set()
    assert set(ENDPOINTS) - known == set()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return build(database, tmp_path / "data")


@pytest.fixture
def app_only(world: World) -> Flask:
    return world.app


def probed(app: Flask, method: str) -> Iterator[tuple[Rule, Probe]]:
    """Yield every address that answers a method and is probed."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        found = probe_of(rule.endpoint)
        if isinstance(found, Probe) and method in (rule.methods or ()):
            yield rule, found


def addresses(world: World, rule: Rule, probe: Probe, house: House) -> list[str]:
    """Return the addresses of a rule with the keys of a house; one for each act of a table."""
    parts: dict[str, Any] = {**probe.fixed, **{name: house.ids.get(table, 0) for name, table in probe.rows.items()}}
    named: list[dict[str, Any]] = [parts]
    if "key" in rule.arguments:
        view = next(view for view, _, path, *_ in VIEWS if f"admin_{path}" == rule.endpoint.rpartition(".")[0])
        named = [{**parts, "key": act.key} for act in view.acts]
    with world.app.test_request_context(), world.app.app_context():
        return [str(world.app.url_for(rule.endpoint, **one, _external=False)) for one in named]


def told(response: TestResponse) -> str:
    """Return all that an answer tells: headers, text, and the texts inside a workbook."""
    content = response.get_data()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return f"{response.headers}{content.decode('utf-8', 'replace')}"


def inside(response: TestResponse) -> str:
    """Return what an answer tells beside the frame, which names the person and their organisation."""
    return re.sub(r"<!doctype html>.*?<main", "", told(response), flags=re.DOTALL | re.IGNORECASE)


def foreign_fields(house: House) -> dict[str, Any]:
    """Return what a forged form sends: every field that could name a row, with the keys of a house."""
    keys = house.ids
    return {
        **{f"{name.rstrip('s')}_id": str(key) for name, key in keys.items()},
        **{f"{name}_id": str(keys[table]) for name, table in (("organisation", "organisations"), ("case", "cases"))},
        "unit_id": str(keys["units"]),
        "unit": str(keys["units"]),
        "units": [str(keys["units"])],
        "upper": str(keys["units"]),
        "user": str(keys["users"]),
        "to_user_id": str(keys["users"]),
        "membership": str(keys["memberships"]),
        "id": [str(keys["organisations"])],
        "kept_file": str(keys["files"]),
        "file_id": str(keys["files"]),
        "answer": "approve",
        "reason": "理由",
        "name": "新名",
        "code": "new-code",
        "text": "内容",
        "action": "approve",
        "stage": "declare",
        "scope": "unit",
        "day": "2023-12-31",
    }


ONE_ROLES = (Role.OFFICER, Role.APPLICANT, Role.COORDINATOR)


def strangers(world: World, role: Role) -> tuple[House, ...]:
    """Return the houses of which a person of the first one must see nothing."""
    return (world.two, world.three) if role is Role.APPLICANT else (world.two,)


SEARCH = f"q={NEEDLE}&search={NEEDLE}&query={NEEDLE}&name=unit&page=0"
"""What every page that searches or offers something while typing is asked for."""


@pytest.mark.parametrize("role", ONE_ROLES)
def test_nothing_of_another_house_is_ever_seen(world: World, role: Role) -> None:
    """S003-69, S004-56: shown, listed, counted, searched, exported or offered while typing."""
    browser = world.browser(world.one, role)
    leaks, faults, asked = [], [], 0
    for rule, probe in probed(world.app, "GET"):
        for house in (world.one, *strangers(world, role)):
            for address in addresses(world, rule, probe, house):
                for query in ("", SEARCH):
                    answer = browser.http.get(f"{address}{'&' if '?' in address else '?'}{query}")
                    asked += 1
                    text = told(answer)
                    if answer.status_code >= 500:
                        faults.append((address, answer.status_code))
                    leaks += [(address, query, one.mark) for one in strangers(world, role) if one.mark in text]

    assert leaks == []
    assert faults == []
    assert asked > 200


@pytest.mark.parametrize("role", ONE_ROLES)
def test_nothing_of_another_house_is_ever_changed(world: World, role: Role) -> None:
    """S003-69: a form that names a foreign row in its address or in any field leaves that row as it was."""
    before = {house.mark: world.rows_of(house) for house in strangers(world, role)}
    changed, faults, sent = [], [], 0
    statuses: dict[int, list[str]] = defaultdict(list)
    for foreign in strangers(world, role):
        fields = foreign_fields(foreign)
        for rule, probe in probed(world.app, "POST"):
            for house in (foreign, world.one):
                for address in addresses(world, rule, probe, house):
                    browser = signed_in(world, role)
                    rowid = foreign.ids.get(probe.rows.get("id", ""), 0)
                    form = {**browser.hidden, **fields, "rowid": [str(rowid)]}
                    answer = browser.http.post(address, data=form)
                    sent += 1
                    statuses[answer.status_code].append(address)
                    if answer.status_code >= 500:
                        faults.append((address, answer.status_code))
                    after = world.rows_of(foreign)
                    if after != before[foreign.mark]:
                        changed.append((address, answer.status_code, _difference(before[foreign.mark], after)))
                        before[foreign.mark] = after
                    assert all(one.mark not in told(answer) for one in strangers(world, role)), address

    for k, v in statuses.items():
        print(k, len(v), v)
    assert sent == 0
    assert changed == []
    assert faults == []
    assert sent > 60


def signed_in(world: World, role: Role) -> Browser:
    """Return a fresh browser that holds the token of a form."""
    browser = world.browser(world.one, role)
    browser.get("/membership")
    return browser


def _difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    return [
        f"{table}: {line[:300]}"
        for table in before.keys() | after.keys()
        for line in set(before.get(table, ())) ^ set(after.get(table, ()))
    ]


def test_there_is_something_to_leak_at_these_addresses(world: World) -> None:
    """The proof above is worth something: the owner sees the very words at the very addresses."""
    seen: dict[str, set[str]] = {}
    for role in ONE_ROLES:
        browser = world.browser(world.two, role)
        for rule, probe in probed(world.app, "GET"):
            for address in addresses(world, rule, probe, world.two):
                if world.two.mark in inside(browser.http.get(address)):
                    seen.setdefault(rule.endpoint, set()).add(role.value)
    print(
        {k: sorted(v) for k, v in seen.items()},
        "NOT",
        sorted({rule.endpoint for rule, _ in probed(world.app, "GET")} - set(seen)),
    )
    assert 0
