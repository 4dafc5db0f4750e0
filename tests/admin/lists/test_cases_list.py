"""The list of a batch's cases has columns and views like every other list, shared between the batches."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from admin.casework.cases import COLUMNS
from admin.casework.sheet import CELLS
from domain.access import Role
from domain.definition import Programme
from models.scope import Scope
from models.session import Database
from services.sheets import read_sheet
from tests.support.backoffice import Browser, counted, last_act, signed_in
from tests.support.batches import running
from tests.support.cases import case_definition
from tests.support.coordinating import PAGES, office_app
from tests.support.progress_pages import SINCE

CASES = f"{PAGES}/cases"


@pytest.fixture
def app(database: Database) -> Flask:
    return office_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def heads(text: str) -> list[str]:
    table = text[text.index('<table class="table lx-table">') :]
    found = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table, re.DOTALL)
    return [re.sub(r"<span[^>]*>.*?</span>|<[^>]*>|\s", "", one) for one in found][:-1]


def test_columns_and_conditions_of_the_cases_are_kept_as_a_view(coordinator: Browser) -> None:
    """Issue 4, point 8"""
    moved = coordinator.get(f"{CASES}?state=submitted&col=title&col=state&up=state")
    assert (moved.status_code, moved.headers["Location"]) == (
        303,
        f"{CASES}?state=submitted&columns=state,title&chosen=1",
    )
    here = f"{CASES}?state=submitted&columns=state,title"
    text = coordinator.text(here)
    assert heads(text) == ["状态", "申报件"]
    assert 'name="columns" value="state,title"' in text, "the form of conditions keeps them"

    kept = coordinator.post(
        "/admin/lists/views", {"place": "cases", "here": here, "name": "已提交", "is_default": "1"}
    )
    assert kept.headers["Location"] == f"{CASES}?view=1&state=submitted&columns=state,title"
    assert coordinator.get(CASES).headers["Location"] == kept.headers["Location"]
    everything = coordinator.text(f"{CASES}?view=0")
    assert heads(everything) == ["编号", "申报件", "类别", "推荐单位", "状态", "目前在", "提交"]
    assert f'href="{kept.headers["Location"]}"' in unescape(everything)


def test_a_column_that_the_cases_never_have_is_refused(coordinator: Browser) -> None:
    """S22"""
    assert coordinator.get(f"{CASES}?columns=password").status_code == 400


def test_the_workbook_has_the_columns_of_the_list_and_is_noted(coordinator: Browser, database: Database) -> None:
    """Issue 4, point 8: what is taken away is what is seen, and who took it is known."""
    narrowed = coordinator.post(f"{CASES}.xlsx?state=submitted&columns=state,unit")
    whole = coordinator.post(f"{CASES}.xlsx")

    lines = [row for _, row in read_sheet(io.BytesIO(narrowed.get_data())).rows]
    assert {tuple(line) for line in lines} == {("状态", "补正期限", "推荐单位")}
    assert {line["状态"] for line in lines} == {"待审核"}
    headings = list(read_sheet(io.BytesIO(whole.get_data())).rows[0][1])
    assert headings == [heading for column in COLUMNS for heading in CELLS[column]]
    entry = last_act(database)
    assert (entry.action, entry.what) == ("export_list", "导出“申报件” 14 条")
    assert entry.changes["after"]["columns"] == headings
    assert coordinator.http.get(f"{CASES}.xlsx").status_code == 405


def test_more_cases_in_the_workbook_need_no_more_queries(coordinator: Browser, database: Database) -> None:
    coordinator.post(f"{CASES}.xlsx")
    with counted() as few:
        coordinator.post(f"{CASES}.xlsx?state=refused")
    with counted() as many:
        coordinator.post(f"{CASES}.xlsx")

    assert len(many) == len(few)


def test_the_workbook_of_another_programme_is_not_there(app: Flask, database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as session:
        other = Programme(key="other", name="另一个项目")
        running(session, replace(case_definition(), code="other-2023", programme=other))
    browser = signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"], valid_from=SINCE)

    assert browser.post(f"{CASES}.xlsx").status_code == 404
