"""Shanxi, November 2021: the third project of a unit finds no place; another unit says that it has nothing."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from models.scope import Scope
from services.batches.context import load
from services.cases.submitting import Receipt
from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.case_rows import organisation
from tests.support.journey_officers import check_list, open_review, pass_case, send_up
from tests.support.journey_papers import expect_files, pdf, put
from tests.support.journeys import Firm, House, admitted, answer_yes, begin, expect_saved, fill, hand_in, sign_in
from tests.support.province_cases import begun, passed_up, sent_in
from tests.support.provinces import preset

OPENS, NOW = local("2021-10-27 09:00"), local("2021-11-10 10:00")
ZONE, DATONG = "sx-zgq", "140200"
FIRM = Firm("山西第三示例装备有限公司", "山西综改区管委会", "山西省太原市小店区")
PROJECT = "示例供应链协同项目"


def test_the_third_project_of_a_unit_is_refused_and_another_unit_has_none(serve: Serve, visit: Visit) -> None:
    """S001-11, S001-61"""
    house = serve(preset("shanxi-2021"), OPENS, NOW)
    two_are_sent(house)
    applicant, officer, other = visit(house), visit(house), visit(house)
    sign_in(officer, house.officer(ZONE))
    admitted(house, FIRM, applicant, officer)
    address = declare_project(applicant, house)

    open_review(officer, PROJECT)
    check_list(officer)
    pass_case(officer)
    send_up(officer, house, ZONE, PROJECT)
    expect(officer.locator(".lx-alert")).to_contain_text("可推荐示范项目不超过2个")
    applicant.goto(address)
    expect(applicant.locator(".lx-case-next")).to_contain_text("等待报送")

    sign_in(other, house.officer(DATONG))
    has_nothing(other, house)


def two_are_sent(house: House) -> None:
    """Let the unit forward two projects before the third."""
    with house.database.write(Scope()) as session:
        context = load(session, house.context.batch.id)
        for number in (91, 92):
            case = begun(session, context, "project", ZONE, at=NOW, declarer=organisation(session, number, ZONE))
            assert isinstance(sent_in(session, case, at=NOW), Receipt)
            passed_up(session, context, case, at=NOW)


def declare_project(page: Page, house: House) -> str:
    """Fill and submit a project; return its address."""
    address = begin(page, house, "示范项目", PROJECT)
    given = {"name": PROJECT, "from_year": "2019", "to_year": "2020", "patents": "960", "modes": "supply-chain"}
    fill(page, house.answers("project", given))
    expect_saved(page)
    page.get_by_role("link", name="上传材料").click()
    for slot in ("license", "contract", "acceptance"):
        put(page, slot, [pdf(slot)])
        expect_files(page, slot, 1)
    page.get_by_role("link", name="检查并提交").click()
    hand_in(page)
    expect(page.get_by_text("服务器收到时间")).to_be_visible()
    return address


def has_nothing(page: Page, house: House) -> None:
    """Say that the unit recommends nobody, and owe nothing any more (S001-61)."""
    page.goto("/work")
    expect(page.locator(".lx-task")).to_contain_text("推荐")
    page.goto(f"/batches/{house.code}/recommend/{house.unit(DATONG)}")
    page.get_by_role("button", name="零报告：本单位没有推荐").click()
    answer_yes(page)
    expect(page.locator("#word")).to_contain_text("办结")
    page.goto("/work")
    expect(page.locator(".lx-task")).to_have_count(0)
