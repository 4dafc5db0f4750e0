"""Forwarding on the board: within places and time, with what must stand before, and the unit's own word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.definition import Quota, Strength
from models import CaseState, Duty
from models.scope import Scope
from models.session import Database
from services.batches.extending import MoreTime, extend
from services.recommending.receiving import receive
from tests.support.batches import COORDINATOR, local
from tests.support.case_batch import NOW
from tests.support.officer_acts import board_at, send
from tests.support.officer_portal import (
    CITY,
    COUNTY,
    OTHER_CITY,
    OfficerPortal,
    demanding,
    officer_definition,
    officer_portal,
)
from tests.support.portal import set_time

LIMITED = (Quota(key="enterprise", classes=("city",), category="enterprise", limit=2, clause="示范企业不超过2个"),)
SOFT = (replace(LIMITED[0], limit=1, strength=Strength.SOFT),)


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    return officer_portal(database, tmp_path, officer_definition(quotas=LIMITED))


def test_places_used_and_left_change_with_each_case_forwarded_or_taken_back(portal: OfficerPortal) -> None:
    """S001-62, S003-34: ranked, forwarded within places, recalled; the third waits and is refused with the clause."""
    ids = [portal.passed(number) for number in (1, 2, 3)]
    browser, address = portal.officer(), board_at(portal)
    page = browser.text(address)
    assert "已用 0 / 2，剩余 2" in page
    assert page.count("可以报送") == 3

    send(browser, f"{address}/forward", {"case": ids[:1]})
    assert "已用 1 / 2，剩余 1" in browser.text(address)
    many = send(browser, f"{address}/forward", {"case": ids[1:]}, 200)
    assert "已报送 1 件；1 件没有报送" in many
    assert "示范项目3 ：“示范企业”推荐名额 2 个，已用 2 个，剩余 0 个。依据：示范企业不超过2个。" in many
    assert "已用 2 / 2，剩余 0" in browser.text(address)
    assert [portal.case(one).state for one in ids] == [CaseState.FORWARDED, CaseState.FORWARDED, CaseState.PASSED]

    assert "请填写撤回报送的原因" in send(browser, f"{address}/recall", {"case": ids[0], "reason": ""}, 422)
    send(browser, f"{address}/recall", {"case": ids[0], "reason": "企业更名"})
    assert "已用 1 / 2，剩余 1" in browser.text(address)
    assert portal.case(ids[0]).state is CaseState.PASSED


def test_a_received_case_is_not_taken_back(portal: OfficerPortal) -> None:
    case_id = portal.passed()
    browser, address = portal.officer(), board_at(portal)
    send(browser, f"{address}/forward", {"case": case_id})
    with portal.database.write(Scope()) as session:
        receive(session, case_id, actor=COORDINATOR, now=NOW)

    page = send(browser, f"{address}/recall", {"case": case_id, "reason": "企业更名"}, 409)

    assert "已由主办处室收件，不能撤回" in page


def test_without_the_sealed_scan_a_case_stays_and_says_why(portal: OfficerPortal) -> None:
    """S003-35, S001-09, S003-37: the copy to seal is given out after the check, and asked back before forwarding."""
    case_id = portal.submitted()
    browser, address = portal.officer(), board_at(portal)
    assert "仅供核对" in browser.get(f"/cases/{case_id}/print").get_data(as_text=True)
    waiting = portal.passed(2, sealed=False)

    page = browser.text(address)
    assert "请上传当前版本的“盖章申报书扫描件”（加盖申报单位公章）" in page
    assert 'data-watermark="仅供核对"' not in browser.get(f"/cases/{waiting}/print").get_data(as_text=True)
    refused = send(browser, f"{address}/forward", {"case": waiting}, 422)

    assert "1 件没有报送" in refused
    assert portal.case(waiting).state is CaseState.PASSED


def test_a_soft_limit_asks_for_a_reason_beside_the_case(database: Database, tmp_path: Path) -> None:
    """Each case beyond "原则上" goes up with its own reason, alone or among several."""
    portal = officer_portal(database, tmp_path, officer_definition(quotas=SOFT))
    first, second, third = (portal.passed(number) for number in (1, 2, 3))
    browser, address = portal.officer(), board_at(portal)
    assert "超出“原则上”名额的推荐理由" not in browser.text(address)
    send(browser, f"{address}/forward", {"case": first})
    assert "超出“原则上”名额的推荐理由" in browser.text(address)

    refused = send(browser, f"{address}/forward", {"case": second}, 422)
    assert "超出须说明理由" in refused
    reasons = {f"over_reason.{second}": "填补空白", f"over_reason.{third}": ""}
    partly = send(browser, f"{address}/forward", {"case": [second, third], **reasons}, 200)

    assert "已报送 1 件；1 件没有报送" in partly
    assert portal.case(second).state is CaseState.FORWARDED
    assert "已用 2 / 1，剩余 0 ，超出 1" in browser.text(address)


def test_everything_asked_stands_before_a_case_may_go(database: Database, tmp_path: Path) -> None:
    """Internal steps with their numbers, the reason for a soft rule, the confirmation that nothing is secret."""
    portal = officer_portal(database, tmp_path, officer_definition(recommend={"confirms_no_secrets": True}))
    case_id = portal.passed()
    browser, address = portal.officer(), board_at(portal)

    refused = send(browser, f"{address}/forward", {"case": case_id}, 422)
    assert "请确认本申报件不涉及国家秘密" in refused
    send(browser, f"{address}/forward", {"case": case_id, "no_secrets": "yes"})

    assert portal.case(case_id).state is CaseState.FORWARDED


def test_internal_steps_of_the_whole_forwarding(database: Database, tmp_path: Path) -> None:
    portal = officer_portal(database, tmp_path, demanding())
    browser, address = portal.officer(), board_at(portal)

    send(browser, f"{address}/internal", {"step": "draft", "person": "王五", "held_on": "2023-03-13"})
    meeting = {"step": "meeting", "person": "王五", "held_on": "2023-03-13"}
    refused = send(browser, f"{address}/internal", {**meeting, "held_on": "昨天"}, 422)
    assert "办理日期不是有效的日期" in refused
    send(browser, f"{address}/internal", {**meeting, "number": "党组纪要5号"})

    assert "党组纪要5号" in browser.text(address)
    send(browser, f"{address}/internal", {"step": "meeting", "strike": "1"})
    assert "党组纪要5号" not in browser.text(address)


def test_nothing_to_recommend_closes_the_duty_and_can_be_taken_back(portal: OfficerPortal) -> None:
    """S003-64."""
    browser, address = portal.officer(OTHER_CITY), board_at(portal, OTHER_CITY)
    assert "零报告：本单位无推荐" in browser.text(address)

    send(browser, f"{address}/word", {"word": "none"})

    page = browser.text(address)
    assert "✓ 零报告" in page
    with portal.database.read(Scope()) as session:
        duty = session.query(Duty).filter_by(unit_id=portal.unit(OTHER_CITY), stage_key="recommend").one()
        assert (duty.settled_as, duty.is_declared) == ("none", True)
    send(browser, f"{address}/word", {"word": "undo"})
    assert "零报告：本单位无推荐" in browser.text(address)


def test_a_unit_with_cases_cannot_say_that_it_has_none_and_says_when_all_is_sent(portal: OfficerPortal) -> None:
    case_id = portal.passed()
    browser, address = portal.officer(), board_at(portal)
    assert "还有 1 件申报件在办" in send(browser, f"{address}/word", {"word": "none"}, 409)
    send(browser, f"{address}/forward", {"case": case_id})

    send(browser, f"{address}/word", {"word": "complete"})

    assert "报送完毕" in browser.text(address)
    again = send(browser, f"{address}/recall", {"case": case_id, "reason": "更名"}, 409)
    assert "如需变更请先撤销" in again


def test_a_late_unit_with_leave_forwards_and_another_does_not(portal: OfficerPortal) -> None:
    """S003-42: an extension for this unit only, with reason and person."""
    late, other = portal.passed(1), portal.passed(2, OTHER_CITY)
    with portal.database.write(Scope()) as session:
        more = MoreTime(stage="recommend", due_at=local("2023-06-08 00:00"), reason="部门来函", unit_id=portal.unit())
        extend(session, portal.context(session).batch.id, more, actor=COORDINATOR, now=NOW)
    set_time(portal.database, "2023-06-01 09:00")

    refused = send(portal.officer(OTHER_CITY), f"{board_at(portal, OTHER_CITY)}/forward", {"case": other}, 409)
    browser = portal.officer()
    send(browser, f"{board_at(portal)}/forward", {"case": late})

    assert "截止" in refused
    assert portal.case(late).state is CaseState.FORWARDED
    assert portal.case(other).state is CaseState.PASSED


def test_a_case_goes_from_county_to_city_to_the_office(portal: OfficerPortal) -> None:
    """S004-18: three acts in order; the city sees the case once the county has forwarded it."""
    case_id = portal.passed(1, COUNTY)
    county = portal.officer(COUNTY)
    assert "报送给第1单位" in county.text(board_at(portal, COUNTY))

    send(county, f"{board_at(portal, COUNTY)}/forward", {"case": case_id})

    case = portal.case(case_id)
    assert (case.state, case.at_unit_id) == (CaseState.SUBMITTED, portal.unit(CITY))
    assert "示范项目1" in portal.officer(CITY).text(f"/units/{portal.unit()}/cases?state=submitted&here=1")


def test_another_units_board_is_not_found_and_an_upper_one_only_looks(portal: OfficerPortal) -> None:
    case_id = portal.passed(1, COUNTY)
    browser = portal.officer(CITY)

    assert portal.officer(OTHER_CITY).get(board_at(portal, COUNTY)).status_code == 404
    assert "此处只供查阅" in browser.text(board_at(portal, COUNTY))
    refused = send(browser, f"{board_at(portal, COUNTY)}/forward", {"case": case_id}, 409)
    assert "申报件现在“第4县”，由该单位办理。" in refused
    assert portal.case(case_id).state is CaseState.PASSED


def test_without_a_quota_cases_are_ranked_and_none_is_refused(database: Database, tmp_path: Path) -> None:
    """S000-43: ranking without a cap; one may be switched on later."""
    portal = officer_portal(database, tmp_path)
    ids = [portal.passed(number) for number in (1, 2, 3)]
    browser, address = portal.officer(), board_at(portal)
    assert "本类别不限推荐名额" in browser.text(address)

    seen = ",".join(map(str, ids))
    send(browser, f"{address}/order", {"category": "enterprise", "seen": seen, "move": f"up:{ids[2]}"})
    send(browser, f"{address}/forward", {"case": ids})

    assert {portal.case(one).state for one in ids} == {CaseState.FORWARDED}
