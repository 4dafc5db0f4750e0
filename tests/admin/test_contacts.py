"""Contacts: a new one takes the place of the old one, a bad one is refused with its sentence."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Contact
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, last_act, said, signed_in, unit_id
from tests.support.filled import World


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


BAD_CONTACTS = [
    ({"name": "张三"}, "请至少填写一项"),
    ({"name": "", "phone": "0371-65953693"}, "请填写姓名"),
    ({"name": "张三", "email": "a@x.example,b@x.example"}, "电子邮箱格式不对"),
    ({"name": "张三", "phone": "12345"}, "电话格式不对"),
    ({"name": "张三\0", "phone": "0371-65953693"}, "不可见的控制字符"),
]


def test_a_bad_contact_is_refused_with_its_sentence(database: Database, world: World, coordinator: Browser) -> None:
    """S23, S31, S70"""
    for changes, sentence in BAD_CONTACTS:
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
