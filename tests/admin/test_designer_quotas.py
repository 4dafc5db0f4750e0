"""The page of the quotas: a table of limits, typed and stored as quotas."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from domain.access import SYSTEM
from domain.definition import Definition, Quota, Strength
from models.scope import Scope
from models.session import Database
from presets import FOLDER
from services.batches.context import get_batch
from services.batches.drafts import store_draft
from services.definitions.reading import load_file
from services.designing.working import working_copy
from tests.support.backoffice import Browser, said
from tests.support.batches import COORDINATOR, PUBLISHED

PAGE = "/admin/progress/miit-2023/design"
QUOTAS = f"{PAGE}/part/quotas"
FREE = Quota(key="free", classes=("province",), category="enterprise", limit=2, free_when="category == 'enterprise'")


@pytest.fixture(autouse=True)
def ministry(database: Database) -> None:
    found = load_file(FOLDER / "miit-2023.yaml")
    with database.write(Scope()) as session:
        store_draft(session, replace(found, quotas=(*found.quotas, FREE)), actor=SYSTEM, now=PUBLISHED)


def copy_of(database: Database) -> Definition:
    with database.read(Scope()) as session:
        return working_copy(session, get_batch(session, "miit-2023").id, actor=COORDINATOR).definition


def fields(page: str) -> dict[str, str]:
    """Return what the table of a page would send."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and (not name[1].startswith("soft:") or " checked" in tag):
            found[name[1]] = value[1]
    return found


def save(browser: Browser, **typed: str) -> tuple[int, str]:
    sent = fields(browser.text(QUOTAS)) | {name.replace("__", ":"): value for name, value in typed.items()}
    answer = browser.post(f"{PAGE}/quotas/save", {k: v for k, v in sent.items() if k != "csrf_token"})
    return answer.status_code, said(answer)


def test_the_table_shows_limits_and_totals(coordinator: Browser) -> None:
    """S003-19, S003-20, S003-21, S003-22: 335, 37, 101, 31 and 31; what no cell can show stands below."""
    page = coordinator.text(QUOTAS)

    totals = re.findall(r"data-total=\"\d+\">([^<]+)<", page)
    assert totals == ["335", "37", "101", "—", "31", "31", "5"]
    assert "表中放不下的名额" in page and "有不占名额的条件" in page
    assert 'aria-label="计划单列市推荐示范城市合计的名额"' in page


def test_an_unchanged_table_changes_nothing(coordinator: Browser, database: Database) -> None:
    before = copy_of(database)

    assert save(coordinator)[0] == 303
    assert copy_of(database) == before


def test_cells_become_quotas(coordinator: Browser, database: Database) -> None:
    """S4-1: the quota matrix; an empty cell is no quota, 0 is none at all, 原则上 is soft."""
    status, _ = save(
        coordinator,
        **{
            "limit__corps__enterprise": "8",
            "soft__corps__enterprise": "yes",
            "limit__plan_city__platform.other": "不限",
            "limit__corps__city.comprehensive+design": "",
            "clause__sharing-province": "换过的条款",
        },
    )

    quotas = {quota.key: quota for quota in copy_of(database).quotas}
    assert status == 303
    assert (quotas["enterprise-corps"].limit, quotas["enterprise-corps"].strength) == (8, Strength.SOFT)
    assert quotas["enterprise-province"].classes == ("province",)
    assert quotas["other-plan-city"].limit is None
    assert "city-corps" not in quotas
    assert quotas["sharing-province"].clause == "换过的条款"
    assert quotas["free"] == FREE


def test_what_is_no_number_is_refused_and_kept(coordinator: Browser, database: Database) -> None:
    before = copy_of(database)

    status, page = save(coordinator, **{"limit__province__enterprise": "十个", "limit__corps__enterprise": "-1"})

    assert status == 422
    assert "“省级”推荐“示范企业”的名额“十个”不是整数" in page and 'value="十个"' in page and 'value="-1"' in page
    assert copy_of(database) == before


def test_two_coordinators_who_change_one_cell_are_told(coordinator: Browser) -> None:
    sent = {k: v for k, v in fields(coordinator.text(QUOTAS)).items() if k != "csrf_token"}
    save(coordinator, limit__plan_city__enterprise="4")
    again = {k: v for k, v in fields(coordinator.text(QUOTAS)).items() if k != "csrf_token"}
    save(coordinator, limit__plan_city__enterprise="5")

    late = coordinator.post(f"{PAGE}/quotas/save", {**again, "limit:plan_city:enterprise": "6"})

    assert late.status_code == 409 and "刚刚被他人改动" in said(late)
    assert sent["limit:plan_city:enterprise"] == "3"
