"""Lists: typed parameters, literal search, the reader's scope, and a fixed number of queries."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from admin.install import VIEWS
from domain.access import Role
from models import Contact, Unit
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import (
    OTHER,
    Browser,
    World,
    counted,
    fill,
    fill_unit,
    make_app,
    signed_in,
    with_quotas,
)
from tests.support.batches import definition, running
from tests.support.people import member, user

LISTS = [f"/admin/{path}/" for _, _, path, *_ in VIEWS]
OFFICE = [path for path in LISTS if path not in {"/admin/users/", "/admin/memberships/", "/admin/audit/"}]
SEARCHED = [path for path in OFFICE if path != "/admin/flow_runs/"]


def reader(path: str, app: Flask, database: Database) -> Browser:
    role = Role.AUDITOR if path == "/admin/audit/" else Role.ADMIN
    return signed_in(app, database, role)


BAD_QUERIES = [
    "flt1_0=%00",
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
    "desc=2",
    "page_size=1000000",
    "search=%00",
    "search=%E2%80%AEabc",
    "search=" + "a" * 10_000,
    "search=a+b+c+d+e+f+g",
]


@pytest.mark.parametrize("path", LISTS)
def test_parameters_that_no_page_asks_for_are_refused_and_never_a_fault(
    app: Flask, database: Database, world: World, path: str
) -> None:
    """S20, S21, S22, S63, F7, F8: 400, or the plain list where the list has no such filter's value to look at."""
    browser = reader(path, app, database)

    answers = {query[:40]: browser.get(f"{path}?{query}").status_code for query in BAD_QUERIES}

    # A filter that exists but got a value that it cannot have is left out with a message.
    assert answers.pop("flt1_0=%00") in {200, 400}
    assert Counter(answers.values()) == {400: len(BAD_QUERIES) - 1}


BAD_KEYS = ["1,2", "0", "-1", "x", "99999999999", "1.5", "１", "1.\x00", "12.contacts.", "'--", "7.no"]


@pytest.mark.parametrize("path", LISTS)
def test_a_key_that_is_none_is_not_found(app: Flask, database: Database, world: World, path: str) -> None:
    """S02, S22, S67, F8"""
    browser = reader(path, app, database)

    answers = {bad: browser.get(f"{path}details/", id=bad).status_code for bad in BAD_KEYS}

    assert answers == dict.fromkeys(BAD_KEYS, 404)
    assert browser.get(f"{path}details/?id=1&id=2").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_a_page_past_the_last_says_so(app: Flask, database: Database, world: World, path: str) -> None:
    assert "这一页没有记录" in reader(path, app, database).text(path, page=9_000)


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_says_what_will_stand_there(app: Flask, database: Database, path: str) -> None:
    view = next(view for view, _, name, *_ in VIEWS if path == f"/admin/{name}/")
    always_filled = {"/admin/users/", "/admin/memberships/"}

    text = reader(path, app, database).text(path)

    assert view.empty_sentence
    assert (view.empty_sentence in text) is (path not in always_filled)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_and_details_page_works_with_labels_in_chinese(
    app: Flask, database: Database, world: World, path: str
) -> None:
    browser = reader(path, app, database)
    text = browser.text(path)

    heads = re.findall(r'<th scope="col" class="col-[^>]*>(?:<a[^>]*>)?([^<]*)', text)
    details = re.search(rf'href="({re.escape(path)}details/[^"]*)"', text)

    assert heads
    assert [head for head in heads if re.search("[A-Za-z]", head)] == []
    assert details is not None
    assert "<th" in browser.text(details[1].replace("&amp;", "&"))


@pytest.mark.parametrize("path", LISTS)
def test_every_column_that_can_be_sorted_by_and_every_filter_works(
    app: Flask, database: Database, world: World, path: str
) -> None:
    browser = reader(path, app, database)
    heads = re.findall(r'href="([^"]*sort=\d+[^"]*)"', browser.text(path))
    groups = re.search(r'id="filter-groups-data">(.*?)</script>', browser.text(path), re.DOTALL)
    assert groups is not None
    values = {"daterangepicker": "2023-03-01 to 2026-12-31"}

    asked = [head.replace("&amp;", "&") for head in heads]
    for flt in [one for group in json.loads(groups[1]).values() for one in group]:
        value = flt["options"][0][0] if flt["options"] else values.get(flt["type"], "单位")
        asked.append(f"{path}?flt0_{flt['arg']}={value}")

    assert len(asked) > 1
    assert {address: browser.get(address).status_code for address in asked} == dict.fromkeys(asked, 200)


@pytest.mark.parametrize("path", OFFICE)
def test_another_programmes_coordinator_sees_none_of_its_rows(
    world: World, coordinator: Browser, stranger: Browser, path: str
) -> None:
    """S03: what a coordinator of all programmes sees of one is not there for a coordinator of the other."""
    mine = "示范遴选 2023"
    is_of_batch = path not in {"/admin/programmes/", "/admin/units/"}

    seen, unseen = coordinator.text(path), stranger.text(path)

    assert (mine in seen) is is_of_batch
    assert mine not in unseen
    assert "服务型制造示范" not in unseen
    if path in SEARCHED:
        assert mine not in stranger.text(path, search="示范遴选").replace('value="示范遴选"', "")
        assert mine not in stranger.text(path, search="人示范遴选")
    assert mine not in stranger.text(path, page=1)


@pytest.mark.parametrize("path", [path for path in OFFICE if path != "/admin/units/"])
def test_anothers_row_is_as_if_it_were_not_there(
    world: World, coordinator: Browser, stranger: Browser, path: str
) -> None:
    """S02"""
    text = coordinator.text(path, page_size=100)
    every = set(re.findall(rf"{re.escape(path)}details/\?id=([\w.%-]+)", text))
    own = set(re.findall(rf"{re.escape(path)}details/\?id=([\w.%-]+)", stranger.text(path, page_size=100)))

    foreign = sorted(every - own)

    assert foreign
    assert own
    assert {stranger.get(f"{path}details/", id=key).status_code for key in foreign} == {404}
    assert {stranger.get(f"{path}edit/", id=key).status_code for key in foreign} == {404}
    assert {stranger.get(f"{path}details/", id=key).status_code for key in own} == {200}


def test_a_lookup_finds_only_what_the_reader_may_see(app: Flask, database: Database, world: World) -> None:
    """S03"""
    with database.read(Scope()) as session:
        unit_id = session.scalars(select(Contact.unit_id).limit(1)).one()
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id)
    everywhere = signed_in(app, database, Role.COORDINATOR, "all")

    found = branch.get("/admin/contacts/ajax/lookup/", name="unit", query="").get_json()

    assert [key for key, _ in found] == [unit_id]
    assert len(everywhere.get("/admin/contacts/ajax/lookup/", name="unit", query="单位").get_json()) == 3
    assert everywhere.get("/admin/contacts/ajax/lookup/", name="unit", query="%").get_json() == []


@pytest.mark.parametrize(
    "query", ["name=nobody&query=x", "query=x", "name=unit&query=%00", "name=unit&query=" + "a" * 200]
)
def test_a_lookup_refuses_what_it_does_not_know(world: World, coordinator: Browser, query: str) -> None:
    """S20, S22"""
    assert coordinator.get(f"/admin/contacts/ajax/lookup/?{query}").status_code in {400, 404}


def test_a_lookup_takes_no_offset_or_limit_from_outside(world: World, coordinator: Browser) -> None:
    """S63"""
    path = "/admin/contacts/ajax/lookup/?name=unit&query=&offset=99999999999999999999&limit=-1"

    assert len(coordinator.get(path).get_json()) == 3


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "');--", "%%%"])
def test_a_search_is_taken_literally(world: World, coordinator: Browser, sign: str) -> None:
    """S20, S21"""
    for path in SEARCHED:
        assert "没有符合条件的记录" in coordinator.text(path, search=f"单位{sign}")


def test_a_search_needs_every_word(world: World, coordinator: Browser) -> None:
    assert "第1单位" in coordinator.text("/admin/units/", search="第1 单位")
    assert "没有符合条件的记录" in coordinator.text("/admin/units/", search="第1 单位 没有")


def test_a_bad_value_of_a_filter_is_left_out_with_a_message(world: World, coordinator: Browser) -> None:
    text = coordinator.text("/admin/outbox/", flt0_0="no-such-state")

    assert "筛选条件“状态”的值无效" in text
    assert "收件示范遴选 2023000001" in text


def test_days_are_those_of_the_sites_zone(app: Flask, database: Database, world: World, coordinator: Browser) -> None:
    """I14: 09:00 in Beijing on 20 November is still the 20th at the other end of the day."""
    on, off = "2026-11-20", "2026-11-19"
    index = 4

    assert "收件示范遴选" in coordinator.text("/admin/outbox/", **{f"flt0_{index}": on})
    assert "收件示范遴选" not in coordinator.text("/admin/outbox/", **{f"flt0_{index}": off})


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_the_same_number_of_queries_whatever_its_length(database: Database, path: str) -> None:
    fill(database, units=3)
    app = make_app(database)
    browser = reader(path, app, database)
    browser.get(path)
    with counted(database) as few:
        short = browser.text(path, page_size=100)
    _fill_more(database)
    with counted(database) as many:
        long = browser.text(path, page_size=100)

    assert long.count("<tr>") >= short.count("<tr>")
    assert len(many) == len(few)


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
