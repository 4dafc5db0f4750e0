"""The list of a batch's cases has columns and views like every other list, shared between the batches."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from domain.access import Role
from models.session import Database
from tests.support.backoffice import Browser, signed_in
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
