"""The coordinator's list of cases, their counts by unit and state, double applicants, the workbook."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from domain.access import Role
from domain.definition import Programme
from models import Case, CaseState, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import get_batch, load
from services.sheets import read_sheet
from tests.support.backoffice import Browser, counted, make_app, signed_in, unit_id
from tests.support.batches import local, running
from tests.support.case_rows import organisation
from tests.support.cases import case_definition
from tests.support.coordinating import (
    CODE,
    PAGES,
    office_app,
    office_batch,
    office_definition,
    out,
    second_case,
)
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE

HIDDEN = "（填写中）"


@pytest.fixture
def app(database: Database) -> Flask:
    return office_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def rows_of(page: str) -> int:
    """Return how many cases a list shows."""
    return len(re.findall(r'<td data-label="申报件"', page))


def figures(row: str) -> list[int]:
    """Return the numbers of a row of the grid."""
    cells = re.findall(r'<td class="lx-figure[^"]*">(.*?)</td>', row)
    return [int(re.sub(r"<[^>]+>", "", cell)) for cell in cells]


def test_all_cases_are_listed_with_where_they_are_and_for_how_long(coordinator: Browser) -> None:
    page = coordinator.text(f"{PAGES}/cases")

    assert rows_of(page) == 14
    assert page.count(HIDDEN) == 2
    assert "某司" in page, "forwarded cases lie with the office"
    assert "已 4 天" in page, "since 10 March"
    assert "待收件" in page


def test_a_draft_shows_that_it_is_there_and_nothing_else(app: Flask, coordinator: Browser) -> None:
    """S003-68: the office counts what is being filled, and reads nothing of it."""
    page = coordinator.text(f"{PAGES}/cases", state="draft")
    found = coordinator.text(f"{PAGES}/cases", text="第1制造公司")

    assert rows_of(page) == page.count(HIDDEN) == 2
    assert "第1制造公司" not in page
    assert "没有符合条件的申报件" in found


def test_the_list_is_narrowed_by_category_state_unit_and_two_characters(
    coordinator: Browser, database: Database
) -> None:
    city = unit_id(database, "000001")

    assert rows_of(coordinator.text(f"{PAGES}/cases", state="submitted")) == 4
    assert rows_of(coordinator.text(f"{PAGES}/cases", category="platform")) == 0
    assert rows_of(coordinator.text(f"{PAGES}/cases", text="第5")) == 1
    assert rows_of(coordinator.text(f"{PAGES}/cases", unit=city)) == 6, "a city's counties are its branch"
    assert rows_of(coordinator.text(f"{PAGES}/cases", at=city)) == 3
    assert coordinator.get(f"{PAGES}/cases", unit="x").status_code == 400


def test_the_workbook_holds_what_the_list_shows(coordinator: Browser) -> None:
    """S003-68: rows of drafts are counted in it without a word of their content."""
    answer = coordinator.post(f"{PAGES}/cases.xlsx")
    sheet = read_sheet(io.BytesIO(answer.data))
    narrowed = read_sheet(io.BytesIO(coordinator.post(f"{PAGES}/cases.xlsx?state=forwarded").data))

    assert f"filename={CODE}-cases.xlsx" in answer.headers["Content-Disposition"]
    assert len(sheet.rows) == 14
    drafts = [row for _, row in sheet.rows if row["状态"] == "填写中"]
    assert [(row["名称"], row["申报单位"], row["统一社会信用代码"]) for row in drafts] == [(HIDDEN, "", "")] * 2
    assert {row["目前在"] for _, row in narrowed.rows} == {"某司"}
    assert len(narrowed.rows) == 3


def test_rows_of_the_grid_sum_to_the_number_of_cases(coordinator: Browser, database: Database) -> None:
    """S000-49: every case counts once, in the row of its channel and the column of its state."""
    page = coordinator.text(f"{PAGES}/cases/units")
    head, foot = page.split("<tfoot>")
    rows = [figures(row) for row in re.findall(r"<tr>(.*?)</tr>", head, re.DOTALL) if "lx-figure" in row]
    total = figures(foot.split("</tfoot>")[0])
    states = len(CaseState)

    with database.read(Scope()) as session:
        cases = session.scalar(select(func.count(Case.id)))
        units = session.scalar(select(func.count(Unit.id)))
    assert len(rows) == units
    assert [sum(column) for column in zip(*rows, strict=True)] == total
    assert all(sum(row[:states]) == row[states] for row in [*rows, total])
    assert total[states] == cases == 14
    assert total[states + 1] == 14, "registered applicants"


def test_what_waits_with_whom_is_told_the_longest_first(coordinator: Browser) -> None:
    page = coordinator.text(f"{PAGES}/cases/units").split("手头有申报件的单位")[-1]

    assert "第1单位" in page
    assert "已 4 天" in page


def test_one_applicant_by_way_of_two_units_is_shown_to_the_office(coordinator: Browser, database: Database) -> None:
    """S003-70: the same credit code in two units."""
    assert "没有经两个以上单位申报" in coordinator.text(f"{PAGES}/cases/twice")
    with database.write(Scope()) as session:
        context = load(session, get_batch(session, CODE).id)
        second_case(session, context, 4, "000003", state=CaseState.SUBMITTED, title="第二处工厂")

    page = coordinator.text(f"{PAGES}/cases/twice")

    assert "1 家" in page
    assert "第4制造公司" in page
    assert "第二处工厂" in page
    assert "第1单位" in page
    assert "第3单位" in page


@pytest.mark.parametrize("path", ["cases", "cases/units", "cases/twice", "places", "receipts", "parcels"])
def test_more_cases_need_no_more_queries(coordinator: Browser, database: Database, path: str) -> None:
    address = f"{PAGES}/{path}"
    coordinator.http.get(address)
    with counted() as few:
        coordinator.http.get(address)
    with database.write(Scope()) as session:
        context = load(session, get_batch(session, CODE).id)
        for number in range(30, 40):
            declarer = organisation(session, number, "000002")
            state = CaseState.FORWARDED if number % 2 else CaseState.SUBMITTED
            out(session, context, declarer, "000002", state=state, title=declarer.name)
    with counted() as many:
        coordinator.http.get(address)

    assert len(many) == len(few)


def test_a_batch_without_applicants_has_no_such_tabs(database: Database) -> None:
    with database.write(Scope()) as session:
        running(session)
    set_clock(database, local("2023-03-14 10:00"))
    browser = signed_in(make_app(database), database, Role.COORDINATOR, valid_from=SINCE)

    page = browser.text(PAGES)

    assert "申报件" not in page.split('aria-label="批次内容"')[1].split("</nav>")[0]
    assert browser.get(f"{PAGES}/parcels").status_code == 404


def test_tabs_are_nine_at_most_and_the_rest_stands_under_them(coordinator: Browser) -> None:
    page = coordinator.text(f"{PAGES}/cases/units")
    tabs = page.split('aria-label="批次内容"')[1].split("</nav>")[0]

    assert tabs.count("<li") == 9
    assert re.search(r'class="lx-inner-tab is-shown"[^>]*aria-current="page">各单位进度<', page)


@pytest.mark.parametrize("path", ["cases", "cases/units", "cases/twice", "places", "receipts", "parcels"])
def test_another_programme_is_not_there(app: Flask, database: Database, path: str) -> None:
    """S003-69: a coordinator of another programme sees nothing at these addresses."""
    with database.write(Scope()) as session:
        other = Programme(key="other", name="另一个项目")
        running(session, replace(case_definition(), code="other-2023", programme=other))
    browser = signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"], valid_from=SINCE)

    assert browser.get(f"{PAGES}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["cases", "cases/units", "cases/twice", "places", "receipts", "parcels"])
def test_an_auditor_reads_and_finds_no_button(app: Flask, database: Database, path: str) -> None:
    browser = signed_in(app, database, Role.AUDITOR, valid_from=SINCE)

    page = browser.text(f"{PAGES}/{path}").split("<main")[1].split("</main>")[0]

    posted = set(re.findall(r'method="post" action="([^"]*)"', page))
    assert posted <= {"/admin/lists/views", f"{PAGES}/cases.xlsx"}, "but for own views, and taking the list away"


def test_a_case_counts_under_its_channel_alone(database: Database) -> None:
    """A case of a county counts under the county, not under its city."""
    with database.write(Scope()) as session:
        context = office_batch(session, office_definition())
        out(session, context, organisation(session, 9, "000005"), "000005", state=CaseState.SUBMITTED, title="县里的")
    set_clock(database, local("2023-03-14 10:00"))
    browser = signed_in(make_app(database), database, Role.COORDINATOR, valid_from=SINCE)

    page = browser.text(f"{PAGES}/cases/units")
    rows = {
        name: figures(row)
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
        for name in ("第1单位", "第5县")
        if f">{name}</a>" in row and "lx-figure" in row
    }

    assert rows["第5县"][1] == 1
    assert rows["第1单位"][1] == 0
