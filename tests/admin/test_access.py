"""Who may call what: nobody by default, and no address without a declared policy."""

from __future__ import annotations

import re

from flask import Flask

from admin.install import VIEWS
from domain.access import ALLOWED, Action, Role
from models.session import Database
from tests.support.backoffice import Browser, signed_in
from tests.support.filled import World
from web.guard import endpoints

OFFICES = {Role.ADMIN, Role.COORDINATOR, Role.AUDITOR}
SEEN_BY = {
    "/admin/programmes/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/batches/": OFFICES,
    "/admin/stages/": OFFICES,
    "/admin/quotas/": OFFICES,
    "/admin/units/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/contacts/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/organisations/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/fields/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/titles/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/users/": {Role.ADMIN},
    "/admin/memberships/": {Role.ADMIN},
    "/admin/outbox/": OFFICES,
    "/admin/phone_duties/": {Role.ADMIN, Role.COORDINATOR},
    "/admin/audit/": {Role.AUDITOR},
    "/admin/flow_runs/": OFFICES,
    "/admin/": OFFICES,
}


def test_every_address_of_the_backoffice_has_a_declared_policy(app: Flask) -> None:
    """S01"""
    ours = {name: policy for name, policy in endpoints(app) if name.startswith("admin")}

    assert len(ours) > len(VIEWS)
    assert [name for name, policy in ours.items() if policy is None or not policy.actions] == []


def test_nobody_below_an_office_has_an_action_that_any_address_asks_for(app: Flask) -> None:
    """S01"""
    below = ALLOWED[Role.OFFICER] | ALLOWED[Role.APPLICANT] | ALLOWED[Role.EXPERT]
    open_ones = [name for name, policy in endpoints(app) if name.startswith("admin") and policy.actions & below]

    assert open_ones == []


def test_a_list_is_seen_by_exactly_those_it_is_declared_for(app: Flask, database: Database, world: World) -> None:
    """S01"""
    people = {role: signed_in(app, database, role) for role in Role if role is not Role.SYSTEM}

    for path, wanted in SEEN_BY.items():
        answers = {role: browser.get(path).status_code for role, browser in people.items()}

        assert answers == {role: 200 if role in wanted else 403 for role in people}, path


def test_every_view_is_in_the_table_above() -> None:
    assert {f"/admin/{path}/" for _, _, path, *_ in VIEWS} | {"/admin/"} == set(SEEN_BY)


def test_a_reader_who_is_not_signed_in_is_sent_to_sign_in_from_every_address(app: Flask, anonymous: Browser) -> None:
    """S01, F1"""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin") and "GET" in rule.methods]
    answers = {rule.rule: anonymous.get(rule.rule.replace("<key>", "end")) for rule in rules}

    assert {answer.status_code for answer in answers.values()} == {303}
    assert all(answer.headers["Location"].startswith("/sign-in?next=") for answer in answers.values())


def test_an_officer_is_refused_at_every_address(app: Flask, world: World, officer: Browser) -> None:
    """S01"""
    officer.get("/membership")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin")]
    answers = {
        rule.rule: (officer.get if "GET" in rule.methods else officer.post)(rule.rule.replace("<key>", "end"))
        for rule in rules
    }

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 403} == {}


def test_a_write_without_its_token_is_refused(app: Flask, world: World, coordinator: Browser) -> None:
    """S10, F2, F3"""
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin") and "POST" in rule.methods
    ]
    answers = {
        rule.rule: coordinator.http.post(rule.rule.replace("<key>", "end"), data={"id": "1", "name": "x"})
        for rule in rules
        if not any(part in rule.rule for part in ("/users/", "/memberships/", "/audit/"))
    }

    assert len(answers) > 10
    assert {answer.status_code for answer in answers.values()} == {400}


def test_a_token_of_another_session_is_refused(
    app: Flask, world: World, coordinator: Browser, admin: Browser
) -> None:
    """S10"""
    admin.get("/admin/")
    coordinator.csrf = admin.csrf

    assert coordinator.post("/admin/programmes/new/", {"key": "abc", "name": "x"}).status_code == 400


def test_nothing_is_deleted_or_changed_by_reading(app: Flask) -> None:
    """S10: an address that writes does not answer to GET, unless it shows the form first."""
    writing = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin")} & {
        "/admin/batches/delete/",
        "/admin/outbox/action/",
    }

    assert len(writing) == 2
    assert all("GET" not in rule.methods for rule in app.url_map.iter_rules() if rule.rule in writing)


def test_what_flask_admin_offers_beside_is_not_there(app: Flask) -> None:
    """F5: no export of raw cells, no writes past the services, none of its own scripts."""
    paths = " ".join(rule.rule for rule in app.url_map.iter_rules())

    assert not re.search(r"/admin/\S*(export|update|static)", paths)


def test_the_menu_shows_only_what_the_visitor_may_see(world: World, auditor: Browser, coordinator: Browser) -> None:
    assert "审计记录" in auditor.text("/admin/")
    assert "推荐单位" not in auditor.text("/admin/")
    assert "审计记录" not in coordinator.text("/admin/")
    assert "推荐单位" in coordinator.text("/admin/")


def test_an_auditor_reads_batches_and_changes_nothing(world: World, auditor: Browser) -> None:
    assert "/admin/batches/new/" not in auditor.text("/admin/batches/")
    assert auditor.get("/admin/batches/edit/", id=world.draft).status_code == 403
    assert auditor.post("/admin/batches/delete/", {"id": world.draft}).status_code == 403
    assert auditor.post("/admin/outbox/action/", {"action": "leave", "rowid": "1"}).status_code == 403


def test_an_administrator_does_not_read_the_audit_log(world: World, admin: Browser) -> None:
    """三员分立"""
    assert Action.VIEW_AUDIT not in ALLOWED[Role.ADMIN]
    assert admin.get("/admin/audit/").status_code == 403


ELSEWHERE = ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]


def test_no_address_leads_to_another_site(world: World, coordinator: Browser) -> None:
    """S16"""
    for target in ELSEWHERE:
        assert coordinator.get("/admin/units/details/", id=1, url=target).status_code == 400
        assert coordinator.post("/admin/programmes/new/", {"key": "abc", "name": "x"}, url=target).status_code == 400
