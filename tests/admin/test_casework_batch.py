"""A batch with cases on the pages that were there before: its first page, who is missing, and the way to a case."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from admin.words import ACTIONS
from domain.access import Action, Role
from models import Case, CaseState
from models.scope import Scope
from models.session import Database
from services.duties.loads import settle_units
from tests.support.backoffice import Browser, make_app, signed_in
from tests.support.batches import local
from tests.support.case_portal import CasePortal
from tests.support.case_rows import unit_of
from tests.support.cases import NOW
from tests.support.coordinating import PAGES, fill_batch, office_batch
from tests.support.portal import make_app as make_site
from tests.support.portal import set_time
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE


def filled(database: Database) -> None:
    """Publish a batch with cases whose units owe what follows from them."""
    with database.write(Scope()) as session:
        context = office_batch(session)
        fill_batch(session, context)
        units = [unit_of(session, f"00000{number}").id for number in range(1, 7)]
        settle_units(session, context, units, at=NOW)


@pytest.fixture
def app(database: Database) -> Flask:
    filled(database)
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_the_first_page_says_what_each_stage_is_about(coordinator: Browser) -> None:
    page = coordinator.text(PAGES)
    stages = page.split('aria-label="环节"')[1].split("</section>")[0]

    assert "由申报单位填报" in stages, "nobody of the units owes a declaration"
    assert "未审结名单" in stages
    assert f'href="{PAGES}/cases"' in stages
    assert "初审" in page.split('class="lx-grid"')[1].split("</thead>")[0]


def test_who_has_not_checked_its_cases_is_on_a_list_of_its_own(coordinator: Browser) -> None:
    """The missing list of a stage about cases says how many, and leads to them."""
    page = coordinator.text(f"{PAGES}/missing", stage="review")
    choices = page.split('id="stage"')[1].split("</select>")[0]

    assert [name in choices for name in ("初审", "推荐报送", "申报<")] == [True, True, False]
    assert "“初审”未审结名单" in page
    assert "请以上单位尽快登录系统审结手头的申报件" in page
    assert "待审核 1 件" in page
    assert "state=submitted" in page


def test_who_has_not_recommended_is_named_with_what_it_still_has(coordinator: Browser) -> None:
    page = coordinator.text(f"{PAGES}/missing", stage="recommend")

    assert "“推荐报送”未报送名单" in page
    assert "请以上单位尽快登录系统报送推荐结果" in page
    assert "手头及下级" in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_the_list_leads_to_a_case_that_its_reader_may_open(database: Database, tmp_path: Path, role: Role) -> None:
    """S003-68: the office reads a submitted case on the portal, and of a draft only that it is there."""
    filled(database)
    set_time(database, "2023-03-14 10:00")
    portal = CasePortal(make_site(database, tmp_path), database)
    browser = portal.of_unit(role, f"{role.value}-1")
    with database.read(Scope()) as session:
        states = {
            case.state: (case.id, case.title) for case in session.scalars(select(Case).order_by(Case.id.desc()))
        }

    for state in (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED, CaseState.FORWARDED, CaseState.REFUSED):
        case_id, title = states[state]
        assert title in browser.text(f"/cases/{case_id}")
    assert f"/cases/{states[CaseState.SUBMITTED][0]}" in browser.get(f"{PAGES}/cases").get_data(as_text=True)
    draft_id, title = states[CaseState.DRAFT]
    draft = browser.text(f"/cases/{draft_id}")
    assert title not in draft
    assert "提交后可以查看内容" in draft


def test_a_units_page_leads_to_its_cases_and_the_log_has_words_for_every_act(
    coordinator: Browser, database: Database
) -> None:
    with database.read(Scope()) as session:
        unit = unit_of(session, "000001").id

    assert f"{PAGES}/cases?unit={unit}" in coordinator.text(f"/admin/units/{unit}/in/batch-2023")
    assert set(ACTIONS) == set(Action)
