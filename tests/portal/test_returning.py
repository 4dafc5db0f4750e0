"""Returns for correction on the officer's pages: everything at once, to whom, until when, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import CaseState
from models.scope import Scope
from models.session import Database
from services.recommending.forwarding import forward
from tests.support.batches import local, officer
from tests.support.case_batch import NOW
from tests.support.officer_acts import YES, act, returned, review
from tests.support.officer_portal import CITY, COUNTY, OTHER_CITY, OfficerPortal, officer_portal
from tests.support.portal import words


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    return officer_portal(database, tmp_path)


def test_a_return_says_everything_at_once_with_its_own_date(portal: OfficerPortal) -> None:
    """S000-57, S000-41: several places, a date, and a notice to print for officer and applicant."""
    case_id = portal.submitted()
    browser = portal.officer()
    assert 'value="2023-03-20"' in browser.get(f"/cases/{case_id}/return").get_data(as_text=True)
    form = {
        "summary": "请核对",
        "path": ["share", "licence", ""],
        "text": ["与年报不一致", "扫描件不清晰", ""],
        "due_on": "2023-03-17",
    }

    notice = returned(browser, case_id, form)

    for text in ("一次性告知书", "与年报不一致", "扫描件不清晰", "2023-03-17 周五 24:00", "第1单位"):
        assert text in notice
    case = portal.case(case_id)
    assert (case.state, case.correct_by) == (CaseState.RETURNED, local("2023-03-18 00:00"))
    applicant = portal.applicant(1)
    assert "与年报不一致" in applicant.text(f"/cases/{case_id}/returns/1")
    assert portal.officer(OTHER_CITY).get(f"/cases/{case_id}/returns/1").status_code == 404
    assert "请核对" in applicant.text("/work"), "the to-do list leads with the correction"


def test_more_rows_come_without_a_script_and_a_refusal_loses_none(portal: OfficerPortal) -> None:
    case_id = portal.submitted()
    browser = portal.officer()
    browser.get(f"/cases/{case_id}/return")

    more = browser.post(f"/cases/{case_id}/return", {"more": "1", "path": ["share"], "text": ["第一条意见"]})
    refused = returned(
        browser, case_id, {"path": ["", "share"], "text": ["没有位置的意见", "第二条"], "due_on": "2023-03-17"}, 422
    )
    late = returned(browser, case_id, {"summary": "总的意见", "due_on": "2023-06-30"}, 422)

    page = more.get_data(as_text=True)
    assert more.status_code == 200
    assert page.count('name="path"') == 4
    assert "第一条意见" in page
    assert "有补正意见没有选择位置" in refused
    assert "没有位置的意见" in refused
    assert "补正期限不能晚于本单位的办理、报送期限" in late
    assert "总的意见" in late
    assert portal.case(case_id).state is CaseState.SUBMITTED


def test_what_the_check_list_found_is_proposed_as_the_text_of_a_return(portal: OfficerPortal) -> None:
    case_id = portal.submitted()
    browser = portal.officer()
    act(browser, case_id, "checks", {"result.check.complete": "no", "remark.check.complete": "缺少附件"})

    assert "申报材料完整：缺少附件" in browser.text(f"/cases/{case_id}/return")


def test_a_city_returns_to_its_county_or_through_to_the_applicant(portal: OfficerPortal) -> None:
    """S004-22, S004-18, S000-57: county first, then city; each return with a reason and a date of its own."""
    case_id = portal.passed(1, COUNTY)
    with portal.database.write(Scope()) as session:
        forward(session, case_id, received_at=NOW, actor=officer(session, int(COUNTY)))
    city, county = portal.officer(CITY), portal.officer(COUNTY)
    assert "第4县（由其重新审核）" in city.text(f"/cases/{case_id}/return")

    returned(city, case_id, {"summary": "请县里复核", "to": portal.unit(COUNTY), "due_on": "2023-03-16"})
    case = portal.case(case_id)
    assert (case.state, case.at_unit_id) == (CaseState.SUBMITTED, portal.unit(COUNTY))

    assert "请县里复核" not in portal.applicant(1).text(f"/cases/{case_id}")
    returned(county, case_id, {"summary": "请企业补正", "due_on": "2023-03-15"})
    assert portal.case(case_id).state is CaseState.RETURNED
    assert "第 2 次" in review(county, case_id)


def test_an_act_is_taken_back_while_nothing_followed(portal: OfficerPortal) -> None:
    case_id = portal.passed(1)
    browser = portal.officer()

    assert "请填写撤销的原因" in act(browser, case_id, "undo", {"reason": ""}, 422)
    act(browser, case_id, "undo", {"reason": "误点"})
    assert portal.case(case_id).state is CaseState.SUBMITTED
    act(browser, case_id, "opinion", {"outcome": "refuse", "text": ""}, 422)
    act(browser, case_id, "opinion", {"outcome": "refuse", "text": "不符合方向"})
    assert portal.case(case_id).state is CaseState.REFUSED
    act(browser, case_id, "undo", {"reason": "重新研究"})
    returned(browser, case_id, {"summary": "请补正", "due_on": "2023-03-17"})
    act(browser, case_id, "more-time", {"due_on": "2023-03-22", "reason": "出差"})
    assert portal.case(case_id).correct_by == local("2023-03-23 00:00")
    act(browser, case_id, "undo", {"reason": "材料无误"})
    assert portal.case(case_id).state is CaseState.SUBMITTED


def test_a_correction_is_marked_and_answers_are_kept_or_given_again(portal: OfficerPortal) -> None:
    """What changed since the return stands beside what was asked."""
    case_id = portal.submitted()
    browser = portal.officer()
    act(browser, case_id, "checks", YES)
    returned(browser, case_id, {"path": ["share"], "text": ["与年报不一致"], "due_on": "2023-03-17"})
    applicant = portal.applicant(1)
    applicant.get(f"/cases/{case_id}/edit")
    applicant.post(f"/cases/{case_id}/edit", {**portal.case(case_id).values, "share": "41"})
    applicant.get(f"/cases/{case_id}/submit")
    sent = applicant.post(f"/cases/{case_id}/submit", {"honest": "yes", "no_secrets": "yes"})
    assert sent.status_code == 303, words(sent)

    page = review(browser, case_id)
    assert "与第 1 版不同之处已标出" in page
    assert "上一版 35%" in page
    assert "与年报不一致" in page
    assert "2 项所涉内容在补正后有变动" in page
    act(browser, case_id, "keep", {})

    assert "可以出具通过意见" in review(browser, case_id)
