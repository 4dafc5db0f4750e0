"""Export of what is seen: the rows of filter, search and order over all pages, and the chosen columns."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Title, Unit
from models.scope import Scope
from models.session import Database
from services.sheets import read_sheet
from tests.support.backoffice import Browser, counted, last_act, signed_in, unit_id
from tests.support.filled import World

UNITS = "/admin/units/"


def rows(browser: Browser, path: str, **query: Any) -> list[dict[str, str]]:
    browser.get(path)
    answer = browser.post(f"{path}list.xlsx", **query)
    assert answer.status_code == 200, answer.status_code
    assert re.fullmatch(
        r"attachment; filename=list.xlsx; filename\*=UTF-8''[!-~]+.xlsx", answer.headers["Content-Disposition"]
    )
    with io.BytesIO(answer.get_data()) as content:
        found = read_sheet(content).rows
    answer.close()
    return [row for _, row in found]


def add_units(database: Database, count: int) -> None:
    with database.write(Scope()) as session:
        for number in range(count):
            code = f"9{number:05d}"
            session.add(Unit(code=code, name=f"=更多{number}", path=f"/{code}/", extra={"area": "东部"}))


def test_a_workbook_holds_all_pages_of_what_is_seen(database: Database, world: World, coordinator: Browser) -> None:
    """Issue 4, point 8"""
    add_units(database, 130)

    found = rows(coordinator, UNITS, search="更多", sort="code", desc=1, columns="code,name,extra.area", page_size=20)

    assert len(found) == 130
    assert found[0] == {"代码": "900129", "名称": "=更多129", "片区": "东部"}
    assert found[-1]["代码"] == "900000"
    assert rows(coordinator, UNITS, flt0_name="第1", columns="name,is_active") == [{"名称": "第1单位", "在用": "是"}]
    entry = last_act(database)
    assert (entry.action, entry.what) == ("export_list", "导出“推荐单位” 1 条")
    assert entry.changes["after"]["columns"] == ["名称", "在用"]


def test_states_long_texts_and_empty_cells_are_plain_words(world: World, coordinator: Browser) -> None:
    (first, *_) = rows(coordinator, "/admin/outbox/")

    assert (first["状态"], first["说明"], first["类型"]) == ("不确定是否送达", "答复丢失", "催办提醒")
    assert {row["简称"] for row in rows(coordinator, UNITS)} == {""}


def test_what_is_masked_on_the_page_is_masked_in_the_workbook(world: World, coordinator: Browser) -> None:
    found = rows(coordinator, "/admin/contacts/", columns="name,email")

    assert {row["电子邮箱"] for row in found} == {"00***@x.example"}


def test_a_reader_takes_away_only_what_is_in_reach(app: Flask, database: Database, world: World) -> None:
    """S03"""
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))

    assert [row["代码"] for row in rows(branch, UNITS)] == ["000001"]


def test_parameters_are_checked_and_the_reader_must_see_the_list(
    database: Database, world: World, coordinator: Browser, officer: Browser
) -> None:
    """S01, S22"""
    before = last_act(database).id
    coordinator.get(UNITS)

    assert coordinator.post(f"{UNITS}list.xlsx", sort="no").status_code == 400
    assert coordinator.post(f"{UNITS}list.xlsx", columns="password_hash").status_code == 400
    assert coordinator.http.get(f"{UNITS}list.xlsx").status_code == 405
    assert coordinator.post("/admin/audit/list.xlsx").status_code == 403
    officer.get("/membership")
    assert officer.post(f"{UNITS}list.xlsx").status_code == 403
    assert last_act(database).id == before


def test_no_query_is_asked_for_a_row(database: Database, world: World, coordinator: Browser) -> None:
    def asked() -> int:
        with counted() as seen:
            rows(coordinator, "/admin/titles/", columns="holder,programme_id,category,unit,batch_no")
        return len(seen)

    few = asked()
    with database.write(Scope()) as session:
        unit_key, programme_key = session.execute(select(Title.unit_id, Title.programme_id).limit(1)).one()
        for number in range(700):
            session.add(
                Title(unit_id=unit_key, programme_id=programme_key, batch_no=9, category="city", holder=f"市{number}")
            )

    assert asked() <= few + 2, "once for each five hundred"
