"""Columns and saved views of every list: all of it stands in the address, and is checked like what is typed."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from sqlalchemy import select

from admin.install import VIEWS
from domain.access import Role
from models import SavedView
from models.lists import ExtraKind
from models.scope import Scope
from models.session import Database
from services.extras.managing import retire_field
from tests.support.backoffice import Browser, counted, last_act, said, signed_in, unit_id
from tests.support.extras import add
from tests.support.filled import World
from tests.support.people import COORDINATOR, NOW

UNITS = "/admin/units/"
LISTS = [f"/admin/{path}/" for _, _, path, *_ in VIEWS]


def heads(text: str) -> list[str]:
    """Return the headings of a list's columns."""
    return re.findall(r'<th scope="col" class="col-[^>]*>(?:<a[^>]*>)?([^<]*)', text)


def offered(text: str) -> list[str]:
    """Return the names of all columns that a list offers."""
    return re.findall(r'name="col" value="([^"]+)"', text)


def tabs(text: str) -> dict[str, str]:
    """Return the addresses of a list's views, by label."""
    found = re.findall(r'<a class="lx-view-tab[^"]*" href="([^"]*)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return {
        re.sub(r"<span class=\"visually-hidden\">.*?</span>|<[^>]*>|\s", "", inner): unescape(href)
        for href, inner in found
    }


def keep(browser: Browser, here: str, name: str, **words: str) -> None:
    browser.get(UNITS)
    answer = browser.post("/admin/lists/views", {"place": "admin_units", "here": here, "name": name, **words})
    assert answer.status_code == 303, said(answer)


def test_every_column_that_a_list_offers_can_be_shown_and_taken_away(
    app: Flask, database: Database, world: World, admin: Browser, auditor: Browser
) -> None:
    """Issue 4, point 8: every list of the backoffice, with all its columns at once."""
    for path in LISTS:
        browser = auditor if path == "/admin/audit/" else admin
        names = offered(browser.text(path))
        text = browser.text(path, columns=",".join(names))
        workbook = browser.post(f"{path}list.xlsx", columns=",".join(names))

        assert len(heads(text)) == len(names) >= 2, path
        assert [head for head in heads(text) if re.search("[A-Za-z]", head)] == [], path
        assert (workbook.status_code, workbook.data[:2]) == (200, b"PK"), path
        workbook.close()


def test_every_list_is_searched_and_filtered(world: World, admin: Browser, auditor: Browser) -> None:
    """Issue 4, point 8"""
    for path in LISTS:
        browser = auditor if path == "/admin/audit/" else admin
        text = browser.text(path, search="没有这样的词")

        assert "没有符合条件的记录" in text, path
        assert "添加筛选" in text, path


def test_columns_stand_in_the_address_in_their_order(world: World, coordinator: Browser) -> None:
    text = coordinator.text(UNITS, columns="code,name,extra.area", search="单位")

    assert heads(text) == ["代码", "名称", "片区"]
    assert 'name="columns" value="code,name,extra.area"' in text, "the search keeps them"
    assert re.search(r'href="[^"]*sort=name[^"]*columns=code,name,extra.area', text), "and so does every link"
    assert heads(coordinator.text(UNITS)) == ["名称", "代码", "简称", "电子邮箱", "联系电话", "在用"]


CHOOSING = [
    ("col=code&col=name", "?columns=code,name"),
    ("search=x&col=code&col=name&up=name", "?search=x&columns=name,code&chosen=1"),
    ("col=name&col=code&col=short&down=name", "?columns=code,name,short&chosen=1"),
    ("col=name&col=code&up=name", "?columns=name,code&chosen=1"),
    ("col=name&col=code&col=short&col=email&col=phone&col=is_active&page=3", ""),
    ("view=0&up=code", "?view=0&chosen=1"),
]


def test_columns_are_chosen_and_moved_without_a_script(world: World, coordinator: Browser) -> None:
    for sent, address in CHOOSING:
        answer = coordinator.get(f"{UNITS}?{sent}")

        assert (answer.status_code, answer.headers["Location"]) == (303, f"{UNITS}{address}")


def test_a_view_is_saved_opened_changed_overwritten_and_deleted(
    database: Database, world: World, coordinator: Browser
) -> None:
    """Issue 4, point 8"""
    keep(coordinator, f"{UNITS}?search=%E7%AC%AC1&columns=code,name&page=0&page_size=50", "第一", is_shared="1")
    address = tabs(coordinator.text(UNITS))["第一"]
    page = coordinator.text(address)

    assert address == f"{UNITS}?view=1&search=%E7%AC%AC1&columns=code,name"
    assert heads(page) == ["代码", "名称"]
    assert ("第1单位" in page, "第2单位" in page) == (True, False)
    assert "覆盖“第一”" not in page
    assert "覆盖“第一”" not in coordinator.text(f"{address}&page_size=20")

    other = f"{UNITS}?view=1&search=%E7%AC%AC2&columns=name"
    assert "覆盖“第一”" in coordinator.text(other)
    coordinator.post("/admin/lists/views/1/overwrite", {"here": other})
    answer = coordinator.post("/admin/lists/views/1/change", {"here": other, "name": "第二", "is_default": "1"})
    assert answer.headers["Location"] == other
    assert tabs(coordinator.text(UNITS, view=0))["第二"] == other
    assert coordinator.get(UNITS).headers["Location"] == other, "the list opens with it"
    with database.read(Scope()) as session:
        assert session.scalars(select(SavedView.is_shared)).all() == [False]

    answer = coordinator.post("/admin/lists/views/1/delete", {"here": other})
    assert answer.headers["Location"] == f"{UNITS}?view=0"
    assert list(tabs(coordinator.text(UNITS))) == ["全部"]
    assert last_act(database).what == "删除视图“第二”"


def test_a_shared_view_shows_no_more_than_its_reader_may_see(
    app: Flask, database: Database, world: World, coordinator: Browser
) -> None:
    """S03: a view is an address; the reader's scope narrows it like any other."""
    keep(coordinator, f"{UNITS}?columns=name", "所有单位", is_shared="1")
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))

    page = branch.text(tabs(branch.text(UNITS))["所有单位"])

    assert ("第1单位" in page, "第2单位" in page) == (True, False)
    assert "修改视图" not in page
    for act in ("overwrite", "change", "delete"):
        assert branch.post(f"/admin/lists/views/1/{act}", {"here": UNITS, "name": "x"}).status_code == 403


def test_a_view_of_a_list_that_one_does_not_see_is_not_there(
    app: Flask, database: Database, world: World, coordinator: Browser, auditor: Browser, officer: Browser
) -> None:
    """S02"""
    keep(coordinator, UNITS, "单位", is_shared="1")
    auditor.get("/admin/audit/")
    form = {"place": "admin_units", "here": UNITS, "name": "x"}

    assert auditor.post("/admin/lists/views", form).status_code == 404
    assert auditor.post("/admin/lists/views", {**form, "place": "nowhere"}).status_code == 404
    assert auditor.post("/admin/lists/views/1/delete", {"here": UNITS}).status_code == 404
    assert officer.post("/admin/lists/views", form).status_code == 403


def test_a_view_opens_without_what_is_no_longer_there_and_says_so(
    database: Database, world: World, coordinator: Browser
) -> None:
    """Issue 4, point 8"""
    address = f"{UNITS}?flt0_extra.area=%E4%B8%9C%E9%83%A8&flt1_is_active=1&columns=name,extra.area"
    keep(coordinator, address, "东部")
    with database.write(Scope()) as session:
        retire_field(session, 1, actor=COORDINATOR, now=NOW)

    link = tabs(coordinator.text(UNITS))["东部"]
    page = coordinator.text(link)
    sent = coordinator.text(address)

    assert link == f"{UNITS}?view=1&flt1_is_active=1&columns=name"
    assert "视图“东部”中的列“片区”、条件“片区”已不存在" in page
    assert "第1单位" in page
    assert "下列各列已不存在，未显示：片区。" in sent, "and so does a link that was sent before"
    assert "筛选条件“片区”已不存在，已忽略" in sent
    assert "第1单位" in sent


def test_a_name_that_is_taken_or_missing_is_refused_and_nothing_is_stored(
    database: Database, world: World, coordinator: Browser
) -> None:
    keep(coordinator, UNITS, "甲")
    for name, sentence in (("甲", "已有同名的视图"), ("", "请填写名称")):
        keep(coordinator, f"{UNITS}?search=x", name)
        assert sentence in coordinator.text(UNITS)
    with database.read(Scope()) as session:
        assert session.scalars(select(SavedView.name)).all() == ["甲"]


def test_a_form_leads_to_this_site_alone(world: World, coordinator: Browser) -> None:
    """S16"""
    coordinator.get(UNITS)
    form = {"place": "admin_units", "here": "//evil.example/?search=x", "name": "甲"}

    assert coordinator.post("/admin/lists/views", form).headers["Location"] == "/admin/?view=1"


def test_a_list_with_many_views_and_fields_asks_no_more(
    database: Database, world: World, coordinator: Browser
) -> None:
    def asked() -> int:
        coordinator.get(UNITS)
        with counted() as seen:
            coordinator.text(UNITS, search="单位", **{"flt0_extra.area": "东部"})
        return len(seen)

    keep(coordinator, UNITS, "一")
    few = asked()
    for number in range(5):
        keep(coordinator, f"{UNITS}?search={number}", f"第{number}", is_shared="1")
        with database.write(Scope()) as session:
            add(session, f"more{number}", ExtraKind.TEXT, f"更多{number}")

    assert asked() == few
