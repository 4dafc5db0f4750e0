"""How officers find the cases that wait for them: the list, its workbook, the to-do list, drafts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from models import Duty
from models.scope import Scope
from models.session import Database
from services.sheets import read_sheet
from tests.support.case_batch import STATEMENTS, VALUES
from tests.support.case_portal import begun, pdf
from tests.support.officer_acts import act, review
from tests.support.officer_portal import COUNTY, OTHER_CITY, OfficerPortal, officer_portal
from tests.support.portal import set_time


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    return officer_portal(database, tmp_path)


def test_the_list_tells_where_each_case_is_and_for_how_long(portal: OfficerPortal) -> None:
    """S004-57: the city sees what lies with a county, and since when."""
    portal.submitted(1, COUNTY)
    portal.submitted(2)
    set_time(portal.database, "2023-03-21 09:30")
    browser = portal.officer()
    address = f"/units/{portal.unit()}/cases"

    page = browser.text(address)

    assert "第4县 已停留 8 天" in page
    assert "待审核 2" in page
    assert "示范项目2" not in browser.text(f"{address}?q=第1制造")
    assert "示范项目1" not in browser.text(f"{address}?state=submitted&here=1")
    assert "没有符合条件的申报件" in browser.text(f"{address}?state=passed")
    assert browser.get(f"/units/{portal.unit(OTHER_CITY)}/cases").status_code == 404


def test_the_list_comes_as_a_workbook(portal: OfficerPortal) -> None:
    portal.submitted(1, COUNTY)
    portal.submitted(2)

    answer = portal.officer().get(f"/units/{portal.unit()}/cases/export?state=submitted")

    sheet = read_sheet(io.BytesIO(answer.get_data()))
    assert [(row["申报件"], row["现在何处"], row["已停留天数"]) for _, row in sheet.rows] == [
        ("示范项目2", "第1单位", "0"),
        ("示范项目1", "第4县", "0"),
    ]


def test_the_to_do_list_counts_cases_and_leads_to_them(portal: OfficerPortal) -> None:
    portal.submitted(1)
    portal.passed(2)
    browser = portal.officer()

    page = browser.text("/work")
    address = f"/units/{portal.unit()}/cases?batch=batch-2023&amp;state=submitted&amp;here=1"

    assert "1 件待审核，1 件待报送" in page
    assert address in browser.get("/work").get_data(as_text=True)


def test_a_duty_that_is_done_with_cases_leads_to_them(portal: OfficerPortal) -> None:
    """The to-do list's duties to check and to recommend have no form of their own."""
    portal.submitted(1)
    with portal.database.read(Scope()) as session:
        of_unit = session.query(Duty).filter_by(unit_id=portal.unit())
        duties = {duty.stage_key: duty.id for duty in of_unit}
    browser = portal.officer()

    checking, sending = (browser.get(f"/duties/{duties[key]}") for key in ("review", "recommend"))

    assert checking.headers["Location"] == f"/units/{portal.unit()}/cases?batch=batch-2023"
    assert sending.headers["Location"] == f"/batches/batch-2023/recommend/{portal.unit()}"
    assert "去办理" in browser.text("/work")


def test_a_hard_rule_is_lifted_before_submission_and_nothing_of_the_draft_is_told(portal: OfficerPortal) -> None:
    """S003-68: the office lifts a rule for a draft without reading it; then it can be submitted."""
    applicant = portal.applicant(1)
    case_id = begun(portal, applicant)
    applicant.get(f"/cases/{case_id}/edit")
    values = {**portal.case(case_id).values, **VALUES["enterprise"], "share": "29", "summary": "机密的做法"}
    applicant.post(f"/cases/{case_id}/edit", values)
    applicant.post(f"/cases/{case_id}/papers/licence", {"file": pdf()})
    applicant.get(f"/cases/{case_id}/submit")
    assert applicant.post(f"/cases/{case_id}/submit", dict(STATEMENTS)).status_code == 422
    browser = portal.officer()
    page = review(browser, case_id)
    assert "服务收入占比不低于30%" in page
    assert "机密的做法" not in page
    assert "29" not in page

    assert "请写明理由" in act(browser, case_id, "rules/share", {"act": "waive", "reason": ""}, 422)
    act(browser, case_id, "rules/share", {"act": "waive", "reason": "新设企业，经研究同意"})

    applicant.get(f"/cases/{case_id}/submit")
    assert applicant.post(f"/cases/{case_id}/submit", dict(STATEMENTS)).status_code == 303
    assert "已豁免：新设企业，经研究同意" in review(browser, case_id)
