"""Users and memberships: rights are given by those who may, and end at once."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Membership, User, WebSession
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, last_act, said, signed_in, unit_id
from tests.support.filled import World
from tests.support.people import PASSWORD


def new_user(**changes: str) -> dict[str, str]:
    return {"account": "lisi", "name": "李四", "mobile": "", "email": "", "password": PASSWORD, **changes}


def test_a_user_is_made_without_any_right(database: Database, admin: Browser) -> None:
    """S06: what is not in the form is not taken."""
    response = admin.post("/admin/users/new/", new_user(is_admin="y", role="admin", is_active="", password_hash="x"))

    assert response.status_code == 302, said(response)
    with database.read(Scope()) as session:
        made = session.scalars(select(User).where(User.account == "lisi")).one()
        assert made.is_active
        assert made.password_hash.startswith("$argon2id$")
        assert session.scalars(select(Membership).where(Membership.user_id == made.id)).all() == []
    assert PASSWORD not in str(last_act(database).changes)


BAD_USERS = [
    ({"account": "Li Si"}, "账号格式不对"),
    ({"account": "admin-0"}, "这个账号已经有人使用"),
    ({"password": "short"}, "密码至少 8 个字符"),
    ({"password": ""}, "请填写初始密码"),
    ({"mobile": "123"}, "手机号应为 11 位"),
    ({"email": "a@x, b@x"}, ""),
]


def test_a_user_that_cannot_be_is_refused_beside_its_field(admin: Browser) -> None:
    """S54"""
    for changes, sentence in BAD_USERS:
        response = admin.post("/admin/users/new/", new_user(**changes))

        assert response.status_code == 422
        assert beside(sentence, response)
        assert PASSWORD not in said(response)


def person_id(database: Database, account: str) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(User.id).where(User.account == account)).one()


def test_a_new_password_ends_every_session_of_a_person(
    database: Database, world: World, admin: Browser, coordinator: Browser
) -> None:
    """S60"""
    key = person_id(database, "coordinator-0")
    assert coordinator.get("/admin/units/").status_code == 200

    response = admin.post("/admin/users/do/password/", {"password": "Neu-98765-x"}, id=key)

    assert response.status_code == 303, said(response)
    assert coordinator.get("/admin/units/").status_code == 303
    assert last_act(database).what == "更改密码：coordinator-0先生（coordinator-0）"


def test_an_account_is_switched_off_at_once(database: Database, admin: Browser, coordinator: Browser) -> None:
    """S09"""
    key = person_id(database, "coordinator-0")

    assert admin.post("/admin/users/do/deactivate/", id=key).status_code == 303
    assert coordinator.get("/admin/units/").status_code == 303
    assert "确定停用" not in admin.text("/admin/users/details/", id=key)


def test_nobody_switches_themselves_off(database: Database, admin: Browser) -> None:
    response = admin.post("/admin/users/do/deactivate/", id=person_id(database, "admin-0"))

    assert response.status_code == 409
    assert "不能停用自己的账号" in said(response)


def grant(database: Database, **changes: Any) -> dict[str, Any]:
    return {"user": person_id(database, "coordinator-0"), "role": "expert", "unit": "", "post": "A", **changes}


def test_a_membership_is_given_and_ended(
    database: Database, world: World, admin: Browser, coordinator: Browser
) -> None:
    unit = unit_id(database, "000001")
    form = grant(database, role="officer", unit=unit, programmes=["fwxzz"], valid_until="2099-01-01T00:00")

    response = admin.post("/admin/memberships/new/", form)

    assert response.status_code == 302, said(response)
    with database.read(Scope()) as session:
        given = session.scalars(select(Membership).where(Membership.role == Role.OFFICER)).one()
        assert (given.unit_id, given.programmes) == (unit, ["fwxzz"])
        assert given.valid_until is not None
        assert given.valid_until.isoformat() == "2098-12-31T16:00:00+00:00"
    assert "经办人 · 第1单位" in admin.text("/admin/users/details/", id=given.user_id)
    assert admin.post("/admin/memberships/do/end/", {"reason": "调离"}, id=given.id).status_code == 303
    assert last_act(database).reason == "调离"
    assert admin.get("/admin/memberships/do/end/", id=given.id).status_code == 404


BAD_MEMBERSHIPS = [
    ({"role": "officer"}, "经办人必须属于一个推荐单位"),
    ({"role": "system"}, "选"),
    ({"user": "99999"}, "选"),
    ({"programmes": ["nobody"]}, "nobody"),
    ({"valid_until": "2000-01-01T00:00"}, "结束时间应晚于开始时间"),
    ({"valid_until": "99999-01-01T00:00"}, "请填写日期和时间"),
    ({"valid_from": "2026-01-01T00:00+01:00"}, "请填写日期和时间"),
]


def test_a_membership_that_cannot_be_is_refused(database: Database, admin: Browser, coordinator: Browser) -> None:
    """S22, F12"""
    for changes, sentence in BAD_MEMBERSHIPS:
        response = admin.post("/admin/memberships/new/", grant(database, **changes))

        assert response.status_code == 422
        assert beside(sentence, response)


def test_nobody_is_administrator_and_auditor_at_once(
    database: Database, admin: Browser, coordinator: Browser
) -> None:
    """三员分立"""
    form = grant(database, user=person_id(database, "admin-0"), role="auditor")
    response = admin.post("/admin/memberships/new/", form)

    assert response.status_code == 409
    assert "不能同时是" in said(response)


def test_an_administrator_of_a_branch_sees_and_gives_nothing_beyond_it(
    app: Flask, database: Database, world: World, coordinator: Browser
) -> None:
    """S03, S05"""
    mine, theirs = unit_id(database, "000001"), unit_id(database, "000002")
    branch = signed_in(app, database, Role.ADMIN, "branch", unit_id=mine)
    signed_in(app, database, Role.OFFICER, "theirs", unit_id=theirs)
    signed_in(app, database, Role.OFFICER, "ours", unit_id=mine)

    people, held = branch.text("/admin/users/"), branch.text("/admin/memberships/")

    assert ("ours先生" in people, "theirs先生" in people, "coordinator-0先生" in people) == (True, False, False)
    assert ("第1单位" in held, "第2单位" in held) == (True, False)
    form = grant(database, user=person_id(database, "ours"), unit="")
    assert branch.post("/admin/memberships/new/", form).status_code in {403, 404}
    assert (
        branch.post("/admin/users/do/password/", {"password": PASSWORD}, id=person_id(database, "theirs")).status_code
        == 404
    )


def test_an_administrator_of_a_programme_sees_only_its_people(app: Flask, database: Database, world: World) -> None:
    """S03"""
    own = signed_in(app, database, Role.ADMIN, "own", programmes=["other"])
    signed_in(app, database, Role.COORDINATOR, "wide")
    signed_in(app, database, Role.COORDINATOR, "foreign", programmes=["fwxzz"])
    signed_in(app, database, Role.COORDINATOR, "near", programmes=["other"])

    people = own.text("/admin/users/")

    assert "near先生" in people
    assert "foreign先生" not in people
    assert "wide先生" not in people


def test_a_session_row_is_nowhere_to_be_read(app: Flask, database: Database, admin: Browser) -> None:
    """S58"""
    with database.read(Scope()) as session:
        rows = session.scalars(select(WebSession)).all()
        secrets = {row.token_hash for row in rows} | {row.csrf_secret for row in rows}
        hashes = set(session.scalars(select(User.password_hash)))
    shown = admin.text("/admin/users/") + admin.text("/admin/users/details/", id=person_id(database, "admin-0"))

    assert not [secret for secret in secrets | hashes if secret in shown]
