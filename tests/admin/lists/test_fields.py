"""补充字段 from the page where they are added to the list, form, details, filter and search of units."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Organisation, Unit
from models.lists import Entity, ExtraField, ExtraKind
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, last_act, said, signed_in, unit_id
from tests.support.case_rows import credit_code
from tests.support.extras import add
from tests.support.filled import World

FIELDS, UNITS = "/admin/fields/", "/admin/units/"
NEW = {"entity": "unit", "kind": "number", "label": "编制人数", "choices": "", "help": "含参公人员"}


def fields(database: Database) -> list[tuple[str, str, bool]]:
    with database.read(Scope()) as session:
        found = session.scalars(select(ExtraField).order_by(ExtraField.position, ExtraField.id))
        return [(one.key, one.label, one.retired_at is None) for one in found]


def extra(database: Database, code: str) -> dict[str, object]:
    with database.read(Scope()) as session:
        return dict(session.scalars(select(Unit.extra).where(Unit.code == code)).one())


def every_kind(database: Database) -> None:
    with database.write(Scope()) as session:
        add(session, "size", ExtraKind.NUMBER, "编制人数")
        add(session, "since", ExtraKind.DATE, "挂牌日期")
        add(session, "pilot", ExtraKind.FLAG, "试点")
        add(session, "chief", ExtraKind.TEXT, "分管处长", is_required=True)
        add(session, "note", ExtraKind.LONG_TEXT, "备注")


def test_a_field_is_added_and_then_asked_of_units(database: Database, world: World, coordinator: Browser) -> None:
    """Issue 4, point 8"""
    answer = coordinator.post(f"{FIELDS}new/", NEW)
    assert answer.status_code == 302, said(answer)
    assert fields(database) == [("area", "片区", True), ("field_2", "编制人数", True)]
    assert last_act(database).action == "manage_fields"

    form = coordinator.text(f"{UNITS}edit/", id=1)
    assert re.search(r'<label class="form-label" for="extra_field_2">编制人数', form)
    assert "含参公人员" in form
    typed = {"name": "第1单位", "extra_field_2": "很多", "extra_area": "北部"}
    wrong = coordinator.post(f"{UNITS}edit/", typed, id=unit_id(database, "000001"))
    assert wrong.status_code == 422
    assert beside("编制人数应为数字", wrong)
    assert beside("请从下列选项中选择：东部、中部、西部", wrong)
    assert 'value="很多"' in said(wrong)

    typed |= {"extra_field_2": "1,200", "extra_area": "东部"}
    assert coordinator.post(f"{UNITS}edit/", typed, id=unit_id(database, "000001")).status_code == 302
    assert extra(database, "000001") == {"field_2": 1200, "area": "东部"}
    details = coordinator.text(f"{UNITS}details/", id=unit_id(database, "000001"))
    assert re.search(r'<th scope="row">编制人数</th><td>1200</td>', details)


def test_a_new_unit_must_have_what_is_required(database: Database, world: World, coordinator: Browser) -> None:
    every_kind(database)
    new = {"code": "9", "name": "新单位"}

    assert beside("请填写分管处长", coordinator.post(f"{UNITS}new/", new))
    answer = coordinator.post(f"{UNITS}new/", {**new, "extra_chief": "李某", "extra_pilot": "否"})
    assert answer.status_code == 302, said(answer)
    assert extra(database, "9") == {"chief": "李某", "pilot": False}


def test_every_kind_is_shown_filtered_and_searched(database: Database, world: World, coordinator: Browser) -> None:
    """Issue 4, point 8"""
    every_kind(database)
    values: list[dict[str, object]] = [
        {"area": "东部", "size": 5, "since": "2020-03-05", "pilot": True, "chief": "李某", "note": "甲%乙"},
        {"area": "西部", "size": 12.5, "since": "2021-01-01", "pilot": False, "chief": "王某"},
        {},
    ]
    with database.write(Scope()) as session:
        for unit, extra_values in zip(session.scalars(select(Unit).order_by(Unit.code)), values, strict=True):
            unit.extra = extra_values

    def found(**query: str) -> str:
        text = coordinator.text(UNITS, columns="name,extra.size,extra.since,extra.pilot", **query)
        assert "的值无效" not in text
        return "".join(number for number in "123" if f"第{number}单位" in text)

    asked = {
        "flt0_extra.area": [("东部", "1"), ("-", "3")],
        "flt0_extra.size": [("5", "1"), ("10~20", "2"), ("0 to 100", "12")],
        "flt0_extra.since": [("2020-03-05", "1"), ("2020-01-01 to 2021-12-31", "12")],
        "flt0_extra.pilot": [("1", "1"), ("0", "2"), ("-", "3")],
        "flt0_extra.chief": [("某", "12"), ("李", "1"), ("%", "")],
        "flt0_extra.note": [("%", "1"), ("乙", "1")],
        "search": [("王某", "2"), ("东部", "1"), ("甲%乙", "1"), ("单位 西部", "2")],
    }
    assert {name: [(value, found(**{name: value})) for value, _ in tried] for name, tried in asked.items()} == asked
    row = coordinator.text(UNITS, columns="extra.size,extra.since,extra.pilot,extra.area", flt0_name="第2")
    assert re.findall(r'<td class="col-extra-[^>]*>([^<]*)', row) == ["12.5", "2021-01-01", "否", "西部"]
    for bad in ("extra.size=x", "extra.size=nan", "extra.since=2020", "extra.pilot=2", "extra.area=北部"):
        assert "的值无效" in coordinator.get(f"{UNITS}?flt0_{bad}").get_data(as_text=True), bad


def test_fields_are_ordered_retired_and_restored_on_their_page(
    database: Database, world: World, coordinator: Browser
) -> None:
    every_kind(database)
    text = coordinator.text(FIELDS)
    assert f'action="{FIELDS}do/up/?id=2' in text

    coordinator.post(f"{FIELDS}do/up/", id=2)
    coordinator.post(f"{FIELDS}do/down/", id=2)
    coordinator.post(f"{FIELDS}do/up/", id=2)
    coordinator.post(f"{FIELDS}action/", {"action": "retire", "rowid": ["3", "4"]})

    assert [key for key, _, in_use in fields(database) if in_use] == ["size", "area", "chief", "note"]
    assert "extra_since" not in coordinator.text(f"{UNITS}edit/", id=1)
    assert "extra.since" not in coordinator.text(UNITS)
    locked = coordinator.get(f"{FIELDS}edit/", id=3)
    assert (locked.status_code, "恢复后才能修改" in said(locked)) == (409, True)
    assert coordinator.post(f"{FIELDS}do/restore/", id=3).status_code == 303
    assert "extra.since" in coordinator.text(UNITS)


def test_a_coordinator_of_a_branch_uses_fields_and_changes_none(app: Flask, database: Database, world: World) -> None:
    """S05"""
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))

    assert "extra_area" in branch.text(f"{UNITS}edit/", id=unit_id(database, "000001"))
    assert {branch.get(path).status_code for path in (FIELDS, f"{FIELDS}new/")} == {403}
    assert branch.post(f"{FIELDS}new/", NEW).status_code == 403
    assert branch.post(f"{FIELDS}action/", {"action": "retire", "rowid": "1"}).status_code == 403


def test_organisations_have_fields_of_their_own(database: Database, world: World, coordinator: Browser) -> None:
    """Issue 4, point 8"""
    path = "/admin/organisations/"
    with database.write(Scope()) as session:
        add(session, "grade", ExtraKind.CHOICE, "信用等级", entity=Entity.ORGANISATION, choices=("A", "B"))
    form = {
        **{"credit_code": credit_code(1), "name": "第1制造公司", "kind": "企业", "legal_person": "赵六"},
        **{"address": "甲市乙路1号", "region": "甲市", "founded_on": "2010-01-01", "industry": "制造业"},
    }

    assert beside("请从下列选项中选择：A、B", coordinator.post(f"{path}edit/", {**form, "extra_grade": "C"}, id=1))
    assert coordinator.post(f"{path}edit/", {**form, "extra_grade": "A"}, id=1).status_code == 302

    with database.read(Scope()) as session:
        assert session.get_one(Organisation, 1).extra == {"grade": "A"}
    assert last_act(database).changes["after"]["extra.grade"] == "A"
    assert "第1制造公司" in coordinator.text(path, columns="name,extra.grade", **{"flt0_extra.grade": "A"})
    assert "第2制造公司" not in coordinator.text(path, **{"flt0_extra.grade": "A"})
    assert "extra_grade" not in coordinator.text(f"{UNITS}edit/", id=1)
