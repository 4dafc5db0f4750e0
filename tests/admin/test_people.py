"""Units, contacts, titles, users and memberships: each write goes through its service and leaves a trace."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from domain.access import Role
from models import Contact, Membership, Title, Unit, User, WebSession
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, last_act, signed_in
from tests.support.filled import World
from tests.support.people import PASSWORD


def said(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def beside(sentence: str, response: TestResponse) -> bool:
    """Tell whether a page shows a sentence beside a field."""
    return re.search(rf'class="lx-error"[^>]*>.*{sentence}', said(response)) is not None


def unit_id(database: Database, code: str) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def paths(database: Database) -> dict[str, str]:
    with database.read(Scope()) as session:
        return {row.code: row.path for row in session.execute(select(Unit.code, Unit.path))}


# ---------- units


def test_a_unit_is_added_below_another(database: Database, world: World, coordinator: Browser) -> None:
    form = {"code": "410100", "name": "郑州市工信局", "upper": unit_id(database, "000001"), "email": "zz@X.example"}
    response = coordinator.post("/admin/units/new/", form)

    assert response.status_code == 302, said(response)
    assert paths(database)["410100"] == "/000001/410100/"
    assert last_act(database).what == "单位“郑州市工信局”（410100）"
    assert last_act(database).changes["after"]["email"] == "zz@x.example"
    assert "　郑州市工信局" in coordinator.text("/admin/units/")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"code": "000001", "name": "新"}, "这个代码已属于另一个单位"),
        ({"code": "9", "name": "第1单位"}, "这个名称已属于另一个单位"),
        ({"code": "a/b", "name": "新"}, "单位代码不合规则"),
        ({"code": "9", "name": ""}, "请填写名称"),
        ({"code": "9", "name": "新", "email": "a@x, b@x"}, "只填一个"),
        ({"code": "9", "name": "新", "mobile": "1234"}, "手机号应为 11 位"),
        ({"code": "9", "name": "新\u202e"}, "不可见的控制字符"),
        ({"code": "9", "name": "新\x0b单位"}, "不可见的控制字符"),
    ],
    ids=["code", "name", "bad code", "no name", "two addresses", "mobile", "bidi", "control"],
)
def test_a_unit_that_cannot_be_is_refused_beside_its_field(
    world: World, coordinator: Browser, form: dict[str, str], sentence: str
) -> None:
    """S23, S31, S68, S70"""
    response = coordinator.post("/admin/units/new/", form)

    assert response.status_code == 422
    assert beside(sentence, response)


def test_a_units_addresses_are_changed_and_its_code_is_not(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S06"""
    key = unit_id(database, "000001")
    form = {"name": "第1单位", "email": "new@units.example", "code": "changed", "path": "/x/", "is_active": ""}
    response = coordinator.post("/admin/units/edit/", form, id=key)

    assert response.status_code == 302
    with database.read(Scope()) as session:
        unit = session.get_one(Unit, key)
        assert (unit.code, unit.path, unit.email, unit.is_active) == ("000001", "/000001/", "new@units.example", True)
    assert last_act(database).changes == {
        "before": {"email": "u1@units.example"},
        "after": {"email": "new@units.example"},
    }


def move(
    browser: Browser, database: Database, code: str, upper: str | None, reason: str = "机构改革"
) -> TestResponse:
    form = {"upper": unit_id(database, upper) if upper else "", "reason": reason}
    return browser.post("/admin/units/do/move/", form, id=unit_id(database, code))


def test_a_unit_moves_with_its_whole_branch(database: Database, world: World, coordinator: Browser) -> None:
    move(coordinator, database, "000003", "000002")

    response = move(coordinator, database, "000002", "000001")

    assert response.status_code == 303
    assert paths(database) == {"000001": "/000001/", "000002": "/000001/000002/", "000003": "/000001/000002/000003/"}
    act = last_act(database)
    assert (act.reason, act.changes["after"]) == ("机构改革", {"path": "/000001/000002/"})


def test_a_unit_never_moves_into_its_own_branch(database: Database, world: World, coordinator: Browser) -> None:
    move(coordinator, database, "000002", "000001")

    for upper in ("000002", "000001"):
        response = move(coordinator, database, "000001", upper)
        assert response.status_code == 422
        assert beside("不能移到本单位或其下级单位之下", response)


def test_a_move_needs_a_reason_and_another_place(database: Database, world: World, coordinator: Browser) -> None:
    assert beside("请填写调整原因", move(coordinator, database, "000001", "000002", reason=" "))
    assert beside("请填写调整原因", move(coordinator, database, "000001", "000002", reason=""))
    assert beside("该单位已经在这里", move(coordinator, database, "000001", None))


def test_a_path_has_an_end(database: Database, world: World, coordinator: Browser) -> None:
    chain = [f"{number}" + "x" * 39 for number in range(9)]
    for upper, code in zip(["000001", *chain], chain, strict=False):
        form = {"code": code, "name": code, "upper": unit_id(database, upper)}
        assert coordinator.post("/admin/units/new/", form).status_code == 302

    form = {"code": "y" * 40, "name": "末", "upper": unit_id(database, chain[-1])}
    move(coordinator, database, "000003", "000002")

    assert beside("层级过深", coordinator.post("/admin/units/new/", form))
    assert max(map(len, paths(database).values())) == 377
    assert move(coordinator, database, "000001", "000003").status_code == 303
    coordinator.post("/admin/units/new/", {"code": "z" * 20, "name": "再上一级"})
    assert beside("层级过深", move(coordinator, database, "000002", "z" * 20))


def test_a_coordinator_of_a_branch_moves_nothing_out_of_it(app: Flask, database: Database, world: World) -> None:
    """S05: neither below a foreign unit nor to the top, and nothing that is somebody else's."""
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    branch.post("/admin/units/new/", {"code": "1", "name": "下级", "upper": unit_id(database, "000001")})

    assert move(branch, database, "1", "000002").status_code == 422
    assert move(branch, database, "1", None).status_code == 403
    assert move(branch, database, "000002", "000001").status_code == 404
    assert branch.post("/admin/units/new/", {"code": "2", "name": "顶层"}).status_code == 403
    assert paths(database)["1"] == "/000001/1/"


def test_a_code_or_name_beyond_ones_branch_is_refused_all_the_same(
    app: Flask, database: Database, world: World
) -> None:
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    upper = unit_id(database, "000001")

    taken_code = branch.post("/admin/units/new/", {"code": "000002", "name": "新", "upper": upper})
    taken_name = branch.post("/admin/units/edit/", {"name": "第2单位"}, id=upper)

    assert (taken_code.status_code, taken_name.status_code) == (422, 422)
    assert beside("已属于另一个单位", taken_code)
    assert beside("已属于另一个单位", taken_name)


def test_a_unit_that_still_owes_something_is_not_switched_off(
    database: Database, world: World, coordinator: Browser
) -> None:
    key = unit_id(database, "000001")
    response = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)

    assert response.status_code == 409
    assert "还有 2 项待办" in said(response)


def test_a_unit_is_switched_off_and_on_again(database: Database, world: World, coordinator: Browser) -> None:
    coordinator.post("/admin/units/new/", {"code": "9", "name": "闲置单位"})
    key = unit_id(database, "9")

    off = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)
    again = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)
    on = coordinator.post("/admin/units/do/activate/", {"reason": "恢复"}, id=key)

    assert (off.status_code, again.status_code, on.status_code) == (303, 404, 303)
    assert last_act(database).changes["after"] == {"is_active": True}


# ---------- contacts


def contacts(database: Database, unit: int) -> list[tuple[str, bool]]:
    """Return name and whether still in office, of the contacts of a unit for every batch."""
    with database.read(Scope()) as session:
        found = select(Contact).where(Contact.unit_id == unit, Contact.batch_id.is_(None)).order_by(Contact.id)
        return [(contact.name, contact.valid_until is None) for contact in session.scalars(found)]


def test_a_new_contact_takes_the_place_of_the_old_one(database: Database, world: World, coordinator: Browser) -> None:
    """S003-30"""
    unit = unit_id(database, "000001")
    coordinator.post("/admin/contacts/new/", {"unit": unit, "batch": "", "name": "张三", "phone": "0371-65953693"})
    with database.read(Scope()) as session:
        key = session.scalars(select(Contact.id).where(Contact.name == "张三")).one()

    form = {"name": "李四", "email": "li@units.example", "unit": "2", "valid_until": "2020-01-01"}
    response = coordinator.post("/admin/contacts/edit/", form, id=key)

    assert response.status_code == 302, said(response)
    assert contacts(database, unit) == [("张三", False), ("李四", True)]
    assert (last_act(database).action, last_act(database).what) == ("manage_contacts", "第1单位联系人 李四")
    assert coordinator.get("/admin/contacts/edit/", id=key).status_code == 409


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "张三"}, "请至少填写一项"),
        ({"name": "", "phone": "0371-65953693"}, "请填写姓名"),
        ({"name": "张三", "email": "a@x.example,b@x.example"}, "电子邮箱格式不对"),
        ({"name": "张三", "phone": "12345"}, "电话格式不对"),
        ({"name": "张三\0", "phone": "0371-65953693"}, "不可见的控制字符"),
    ],
    ids=["no way to reach", "no name", "two addresses", "phone", "nul"],
)
def test_a_bad_contact_is_refused_with_its_sentence(
    database: Database, world: World, coordinator: Browser, changes: dict[str, str], sentence: str
) -> None:
    """S23, S31, S70"""
    unit = unit_id(database, "000001")
    response = coordinator.post("/admin/contacts/new/", {"unit": unit, "batch": "", **changes})

    assert response.status_code == 422
    assert beside(sentence, response)
    assert contacts(database, unit) == []


def test_a_contact_is_not_named_for_a_unit_or_batch_that_is_not_there(
    app: Flask, database: Database, world: World, coordinator: Browser, stranger: Browser
) -> None:
    """S05"""
    person = {"name": "张三", "phone": "0371-65953693"}
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    mine, theirs = unit_id(database, "000001"), unit_id(database, "000002")

    for unit in ("99999", "x", "", "1,2"):
        assert coordinator.post("/admin/contacts/new/", {"unit": unit, "batch": "", **person}).status_code == 422
    assert branch.post("/admin/contacts/new/", {"unit": theirs, "batch": "", **person}).status_code == 422
    assert stranger.post("/admin/contacts/new/", {"unit": mine, "batch": world.running, **person}).status_code == 422
    assert coordinator.post("/admin/contacts/new/", {"unit": mine, "batch": "99", **person}).status_code == 422


def test_a_contact_is_ended_with_a_reason(database: Database, world: World, coordinator: Browser) -> None:
    with database.read(Scope()) as session:
        key = session.scalars(select(Contact.id).where(Contact.batch_id == world.running)).first()

    assert beside("请填写原因", coordinator.post("/admin/contacts/do/end/", {"reason": ""}, id=key))
    assert coordinator.post("/admin/contacts/do/end/", {"reason": "退休"}, id=key).status_code == 303
    assert last_act(database).reason == "退休"
    assert coordinator.post("/admin/contacts/do/end/", {"reason": "退休"}, id=key).status_code == 404


def test_numbers_and_addresses_are_masked_in_lists(database: Database, world: World, coordinator: Browser) -> None:
    with database.write(Scope()) as session:
        contact = session.scalars(select(Contact).limit(1)).one()
        contact.mobile, contact.email, key = "13812345678", "zhangsan@units.example", contact.id

    listed = coordinator.text("/admin/contacts/")
    shown = coordinator.text("/admin/contacts/details/", id=key)

    assert "138****5678" in listed
    assert "zh***@units.example" in listed
    assert "13812345678" not in listed
    assert "13812345678" in shown


XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def test_what_people_typed_is_shown_as_text(database: Database, world: World, coordinator: Browser) -> None:
    """S11, S27, F4"""
    unit = unit_id(database, "000001")
    name, post = "<b>x</b>{{7*7}}", XSS[:40]
    form = {"unit": unit, "batch": "", "name": name, "post": post, "email": "a@x.example"}
    assert coordinator.post("/admin/contacts/new/", form).status_code == 302
    with database.read(Scope()) as session:
        key = session.scalars(select(Contact.id).where(Contact.name == name)).one()

    pages = [
        coordinator.get("/admin/contacts/"),
        coordinator.get("/admin/contacts/details/", id=key),
        coordinator.get("/admin/contacts/edit/", id=key),
        coordinator.get("/admin/contacts/do/end/", id=key),
        coordinator.get("/admin/contacts/", search="<script>"),
    ]

    for page in pages:
        raw = page.get_data(as_text=True)
        assert "<script>alert" not in raw
        assert "<b>x</b>" not in raw
    assert "&lt;b&gt;x&lt;/b&gt;{{7*7}}" in pages[0].get_data(as_text=True)


# ---------- titles


def test_a_title_is_added_once(database: Database, world: World, coordinator: Browser) -> None:
    form = {
        "programme": "fwxzz",
        "batch_no": "2",
        "category": "enterprise",
        "holder": "甲公司",
        "unit": unit_id(database, "000001"),
        "credit_code": "91350100M000100Y43",
    }

    first, second = coordinator.post("/admin/titles/new/", form), coordinator.post("/admin/titles/new/", form)

    assert first.status_code == 302, said(first)
    assert second.status_code == 422
    assert beside("名单库中已有这一条", second)
    wrong = coordinator.post("/admin/titles/new/", {**form, "holder": "乙公司", "credit_code": "91350100M000100Y44"})
    assert re.search(r'id="credit_code-error"', said(wrong))


def title_id(database: Database, code: str, batch: str = "示范遴选 2023") -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Title.id).where(Title.holder == f"企业{batch}{code}")).one()


def test_a_title_is_renamed_moved_and_withdrawn(database: Database, world: World, coordinator: Browser) -> None:
    """S003-57, S003-58, S003-60"""
    key = title_id(database, "000001")
    why = {"on": "2023-03-01", "reason": "工商变更"}

    renamed = coordinator.post("/admin/titles/do/rename/", {**why, "holder": "新名公司"}, id=key)
    moved = coordinator.post("/admin/titles/do/move/", {**why, "to_unit": unit_id(database, "000002")}, id=key)
    shown = coordinator.text("/admin/titles/details/", id=key)
    withdrawn = coordinator.post("/admin/titles/do/withdraw/", why, id=key)

    assert (renamed.status_code, moved.status_code, withdrawn.status_code) == (303, 303, 303)
    assert "新名公司" in shown
    assert "企业示范遴选 2023000001" in shown
    assert "第2单位" in shown
    assert coordinator.get("/admin/titles/do/rename/", id=key).status_code == 404


def test_a_change_of_a_title_needs_its_day_and_its_reason(
    database: Database, world: World, coordinator: Browser
) -> None:
    key = title_id(database, "000001")

    assert beside("请填写自何日起", coordinator.post("/admin/titles/do/withdraw/", {"reason": "x"}, id=key))
    assert beside("请填写依据", coordinator.post("/admin/titles/do/withdraw/", {"on": "2023-03-01"}, id=key))
    late = coordinator.post("/admin/titles/do/withdraw/", {"on": "2999-01-01", "reason": "x"}, id=key)
    assert beside("变更日期尚未到", late)


# ---------- users


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


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"account": "Li Si"}, "账号格式不对"),
        ({"account": "admin-0"}, "这个账号已经有人使用"),
        ({"password": "short"}, "密码至少 8 个字符"),
        ({"password": ""}, "请填写初始密码"),
        ({"mobile": "123"}, "手机号应为 11 位"),
        ({"email": "a@x, b@x"}, ""),
    ],
    ids=["account", "taken", "short", "none", "mobile", "email"],
)
def test_a_user_that_cannot_be_is_refused_beside_its_field(
    admin: Browser, changes: dict[str, str], sentence: str
) -> None:
    """S54"""
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


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "officer"}, "经办人必须属于一个推荐单位"),
        ({"role": "system"}, "选"),
        ({"user": "99999"}, "选"),
        ({"programmes": ["nobody"]}, "nobody"),
        ({"valid_until": "2000-01-01T00:00"}, "结束时间应晚于开始时间"),
        ({"valid_until": "99999-01-01T00:00"}, "请填写日期和时间"),
        ({"valid_from": "2026-01-01T00:00+01:00"}, "请填写日期和时间"),
    ],
    ids=["officer", "system", "user", "programme", "past", "year", "zone"],
)
def test_a_membership_that_cannot_be_is_refused(
    database: Database, admin: Browser, coordinator: Browser, changes: Any, sentence: str
) -> None:
    """S22, F12"""
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
