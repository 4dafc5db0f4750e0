"""Lists: typed parameters, literal search, the reader's scope, and a fixed number of queries.

Each test goes through all lists, because filling the tables is what takes the time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from admin.install import VIEWS
from domain.access import Role
from models import Contact, Unit
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, counted, make_app, signed_in
from tests.support.batches import definition, running
from tests.support.filled import OTHER, World, fill, fill_unit, with_quotas
from tests.support.people import member, user

LISTS = {f"/admin/{path}/": view for view, _, path, *_ in VIEWS}
OFFICE = [path for path in LISTS if path not in {"/admin/users/", "/admin/memberships/", "/admin/audit/"}]
SEARCHED = [path for path in OFFICE if path != "/admin/flow_runs/"]

OF_UNITS = ("/admin/units/", "/admin/organisations/")
OF_ALL = {*OF_UNITS, "/admin/fields/"}
"""Lists of what belongs to no programme."""

Reader = Callable[[str], Browser]


def reader_of(app: Flask, database: Database) -> Reader:
    """Return what gives somebody who may read a list."""
    auditor, admin = signed_in(app, database, Role.AUDITOR), signed_in(app, database, Role.ADMIN)
    return lambda path: auditor if path == "/admin/audit/" else admin


@pytest.fixture
def reader(app: Flask, database: Database) -> Reader:
    return reader_of(app, database)


def filters_of(text: str) -> list[dict[str, Any]]:
    """Return what the page of a list knows of its filters."""
    groups = re.search(r'id="filter-groups-data">(.*?)</script>', text, re.DOTALL)
    assert groups is not None
    return [flt for group in (json.loads(groups[1]) or {}).values() for flt in group]


BAD_QUERIES = [
    "flt0_999=x",
    "flt=1",
    "fltx_0=1",
    "flt1_-1=1",
    "page=9999999999",
    "page=-1",
    "page=1.5",
    "page=%EF%BC%91",
    "page=99999999999999999999",
    "page=x",
    "sort=99",
    "sort=abc",
    "sort=-1",
    "sort=is_active%27--",
    "columns=no_such_column",
    "columns=password_hash",
    "columns=%00",
    "columns=,",
    "columns=" + ",".join(f"extra.field_{number}" for number in range(200)),
    "desc=2",
    "page_size=1000000",
    "search=%00",
    "search=%E2%80%AEabc",
    "search=" + "a" * 10_000,
    "search=a+b+c+d+e+f+g",
]
BAD_VALUES = ["%00", "", "9" * 30, "2023-02-30", "9999-12-31 to 9999-12-31", "-1", "a" * 10_000, "%27%29--"]


def test_parameters_that_no_page_asks_for_are_refused(world: World, reader: Reader) -> None:
    """S20, S21, S22, S63, F7, F8"""
    for path in LISTS:
        answers = {query[:40]: reader(path).get(f"{path}?{query}").status_code for query in BAD_QUERIES}

        assert answers == {query[:40]: 400 for query in BAD_QUERIES}, path


def test_a_bad_value_of_a_filter_is_never_a_fault(world: World, reader: Reader) -> None:
    """S20, S22, S23"""
    for path in LISTS:
        named = filters_of(reader(path).text(path))
        addresses = [f"{path}?flt0_{flt['arg']}={value}" for flt in named for value in BAD_VALUES]

        assert {reader(path).get(address).status_code for address in addresses} == {200}, path


def test_a_bad_value_of_a_filter_is_left_out_with_a_message(world: World, coordinator: Browser) -> None:
    text = coordinator.text("/admin/outbox/", flt0_state="no-such-state")

    assert "筛选条件“状态”的值无效" in text
    assert "收件示范遴选 2023000001" in text


BAD_KEYS = ["1,2", "0", "-1", "x", "99999999999", "1.5", "１", "1.\x00", "12.contacts.", "'--", "7.no"]


def test_a_key_that_is_none_is_not_found(world: World, reader: Reader) -> None:
    """S02, S22, S67, F8"""
    for path in LISTS:
        answers = {bad: reader(path).get(f"{path}details/", id=bad).status_code for bad in BAD_KEYS}

        assert answers == dict.fromkeys(BAD_KEYS, 404), path
        assert reader(path).get(f"{path}details/?id=1&id=2").status_code == 404


def test_a_page_past_the_last_says_so(world: World, reader: Reader) -> None:
    says_so = {path: "这一页没有记录" in reader(path).text(path, page=9_000) for path in LISTS}

    assert says_so == dict.fromkeys(LISTS, True)


def test_an_empty_list_says_what_will_stand_there(reader: Reader) -> None:
    filled_by_signing_in = {"/admin/users/", "/admin/memberships/"}

    says_so = {path: LISTS[path].empty_sentence in reader(path).text(path) for path in LISTS}

    assert all(view.empty_sentence for view in LISTS.values())
    assert says_so == {path: path not in filled_by_signing_in for path in LISTS}


def test_every_list_and_details_page_works_with_labels_in_chinese(world: World, reader: Reader) -> None:
    for path in LISTS:
        text = reader(path).text(path)
        heads = re.findall(r'<th scope="col" class="col-[^>]*>(?:<a[^>]*>)?([^<]*)', text)
        details = re.search(rf'href="({re.escape(path)}details/[^"]*)"', text)

        assert heads
        assert [head for head in heads if re.search("[A-Za-z]", head)] == [], path
        assert details is not None, path
        labels = re.findall(r'<th scope="row">([^<]*)', reader(path).text(details[1]))
        assert labels
        assert [label for label in labels if re.search("[A-Za-z]", label)] == [], path


def test_every_column_to_sort_by_and_every_filter_works(world: World, reader: Reader) -> None:
    for path in LISTS:
        text = reader(path).text(path)
        asked = re.findall(r'href="([^"]*sort=[a-z_]+[^"]*)"', text)
        for flt in filters_of(text):
            typed = "2023-03-01 to 2026-12-31" if flt["type"] == "daterangepicker" else "单位"
            value = flt["options"][0][0] if flt["options"] else typed
            asked.append(f"{path}?flt0_{flt['arg']}={value}")

        answers = {address: reader(path).get(address) for address in asked}

        assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(asked, 200)
        assert not any("的值无效" in answer.get_data(as_text=True) for answer in answers.values())


def test_another_programmes_coordinator_sees_none_of_its_rows(
    world: World, coordinator: Browser, stranger: Browser
) -> None:
    """S03: what a coordinator of all programmes sees of one is not there for a coordinator of the other."""
    mine = "示范遴选 2023"
    for path in OFFICE:
        seen, unseen = coordinator.text(path), stranger.text(path)

        assert (mine in seen) is (path not in {"/admin/programmes/", *OF_ALL}), path
        assert mine not in unseen, path
        assert "服务型制造示范" not in unseen, path
        assert mine not in stranger.text(path, page=1), path
    for path in SEARCHED:
        assert mine not in stranger.text(path, search="范遴选"), path


def test_anothers_row_is_as_if_it_were_not_there(world: World, coordinator: Browser, stranger: Browser) -> None:
    """S02"""
    for path in [path for path in OFFICE if path not in OF_ALL]:
        link = re.compile(rf"{re.escape(path)}details/\?id=([\w.%-]+)")
        every = set(link.findall(coordinator.text(path, page_size=100)))
        own = set(link.findall(stranger.text(path, page_size=100)))
        foreign = sorted(every - own)

        assert foreign, path
        assert own, path
        assert {stranger.get(f"{path}details/", id=key).status_code for key in foreign} == {404}, path
        assert {stranger.get(f"{path}edit/", id=key).status_code for key in foreign} == {404}, path
        assert {stranger.get(f"{path}details/", id=key).status_code for key in own} == {200}, path


def test_a_coordinator_of_a_branch_sees_that_branch_alone(app: Flask, database: Database, world: World) -> None:
    """S03"""
    with database.read(Scope()) as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id)

    for path in (*OF_UNITS, "/admin/contacts/", "/admin/titles/", "/admin/outbox/", "/admin/phone_duties/"):
        text = branch.text(path)

        assert "第1单位" in text, path
        assert "第2单位" not in text, path


def test_a_lookup_finds_only_what_the_reader_may_see(app: Flask, database: Database, world: World) -> None:
    """S03, S21"""
    with database.read(Scope()) as session:
        unit_id = session.scalars(select(Contact.unit_id).limit(1)).one()
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id)
    everywhere = signed_in(app, database, Role.COORDINATOR, "all")
    path = "/admin/contacts/ajax/lookup/"

    assert [key for key, _ in branch.get(path, name="unit", query="").get_json()] == [unit_id]
    assert len(everywhere.get(path, name="unit", query="单位").get_json()) == 3
    assert everywhere.get(path, name="unit", query="%").get_json() == []


def test_a_lookup_refuses_what_it_does_not_know(world: World, coordinator: Browser) -> None:
    """S20, S22"""
    queries = ("name=nobody&query=x", "query=x", "name=unit&query=%00", "name=unit&query=" + "a" * 200)
    answers = [coordinator.get(f"/admin/contacts/ajax/lookup/?{query}").status_code for query in queries]

    assert answers == [404, 404, 400, 400]


def test_a_lookup_takes_no_offset_or_limit_from_outside(world: World, coordinator: Browser) -> None:
    """S63"""
    path = "/admin/contacts/ajax/lookup/?name=unit&query=&offset=99999999999999999999&limit=-1"

    assert len(coordinator.get(path).get_json()) == 3


def test_a_search_is_taken_literally(world: World, coordinator: Browser) -> None:
    """S20, S21"""
    for path in SEARCHED:
        signs = ["%", "_", "\\", "'", '"', "');--"]
        finds = {sign: "没有符合条件的记录" not in coordinator.text(path, search=f"单位{sign}") for sign in signs}

        assert finds == dict.fromkeys(signs, False), path


def test_a_search_needs_every_word(world: World, coordinator: Browser) -> None:
    assert "第1单位" in coordinator.text("/admin/units/", search="第1 单位")
    assert "没有符合条件的记录" in coordinator.text("/admin/units/", search="第1 单位 没有")


def test_days_are_those_of_the_sites_zone(world: World, coordinator: Browser) -> None:
    """I14: 09:00 in Beijing is on the 20th, whatever day it is elsewhere."""
    assert "收件示范遴选" in coordinator.text("/admin/outbox/", flt0_at="2026-11-20")
    assert "收件示范遴选" not in coordinator.text("/admin/outbox/", flt0_at="2026-11-19")
    assert "收件示范遴选" not in coordinator.text("/admin/outbox/", flt0_at="2026-11-21 to 2026-12-01")


def test_a_list_asks_the_same_number_of_queries_whatever_its_length(database: Database) -> None:
    fill(database, units=3)
    app = make_app(database)
    reader = reader_of(app, database)
    short = {path: _queries(database, reader(path), path) for path in LISTS}

    _fill_more(database)

    long = {path: _queries(database, reader(path), path) for path in LISTS}
    assert {path: len(queries) for path, queries in long.items()} == {path: len(short[path]) for path in LISTS}
    assert max(map(len, long.values())) < 20


def _queries(database: Database, browser: Browser, path: str) -> list[str]:
    browser.get(path)
    with counted() as seen:
        browser.text(path, page_size=100)
    return seen


def _fill_more(database: Database) -> None:
    """Fill the tables for sixty units, further batches and further people."""
    with database.write(Scope()) as session:
        for number in range(3):
            wanted = with_quotas(definition(60), code=f"more-{number}", title=f"更多{number}", programme=OTHER)
            batch = running(session, wanted).batch
            for unit in session.scalars(select(Unit)).all():
                fill_unit(session, batch, unit)
        for number in range(30):
            member(session, user(session, f"more{number}"), programmes=["other"])
