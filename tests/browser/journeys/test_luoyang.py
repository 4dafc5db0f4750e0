"""Luoyang, March 2023: an enterprise from its self-check to the city's list, through the pages alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.journeys import (
    SAVED_MS,
    Firm,
    House,
    approve,
    choose,
    expect_files,
    expect_saved,
    fill,
    hand_in,
    leaf,
    pdf,
    picture,
    put,
    register,
    sign_in,
    sign_out,
)
from tests.support.provinces import preset

OPENS, NOW = local("2023-03-06 09:00"), local("2023-03-15 09:30")
DISTRICT = "410305"
FIRM = Firm("洛阳星辰轴承示例有限公司", "洛阳市涧西区工业和信息化主管部门", "涧西区")
GIVEN = {
    "name": FIRM.name,
    "main_share": "68",
    "modes": "lifecycle\ncustomization",
    "indicators.revenue": "12000",
    "indicators.service_revenue": "4200",
    "indicators.service_share": "35",
    "rd_staff": "18",
    "skilled_staff": "26",
    "custom_share": "36",
    "credit_executed": "未列入",
    "credit_tax": "未列入",
    "credit_illegal": "未列入",
}

ELIGIBLE = {
    "region": "洛阳市涧西区",
    "statements.legal-person": "yes",
    "statements.sound": "yes",
    "credit_executed": "未列入",
    "credit_tax": "未列入",
    "credit_illegal": "未列入",
    "credit_checked_on": "2023-03-15",
    "organisation.is_group": "no",
    "organisation.industry": "C34",
    "organisation.founded_on": "2010-05-01",
    "custom_share": "36",
}
"""What a manufacturer of the city answers to the self-check."""


def test_an_enterprise_goes_from_its_self_check_to_the_city(serve: Serve, visit: Visit) -> None:
    """The whole way of one case (S000)."""
    house = serve(preset("luoyang-2023"), OPENS, NOW)
    officer = visit(house)
    sign_in(officer, house.officer(DISTRICT))
    applicant = visit(house)
    check_oneself(applicant, house)
    register(applicant, house, FIRM)
    officer.reload()
    approve(officer, FIRM)

    begin(applicant, house)
    write(applicant, house)


def check_oneself(page: Page, house: House) -> None:
    """Ask whether one may declare, before there is any account (S000-24)."""
    page.goto(f"/batches/{house.code}")
    page.get_by_role("link", name="条件自测").first.click()
    page.get_by_label("定制化服务").check()
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("没有回答；其余未见不符合之处")).to_be_visible()

    for path, text in (ELIGIBLE | {"main_share": "50"}).items():
        choose(page, path, text)
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("有 1 项不符合申报条件")).to_be_visible()
    expect(page.locator(".lx-verdict.is-refused")).to_contain_text("主营产品收入占比超过50%")

    leaf(page, "main_share").fill("50.1")
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("未见不符合申报条件之处")).to_be_visible()


def begin(page: Page, house: House) -> None:
    """Begin a case as an enterprise."""
    sign_in(page, FIRM.mobile)
    page.goto(f"/batches/{house.code}/declare")
    page.get_by_label("示范企业").check()
    page.get_by_role("button", name="开始填写").click()


def write(page: Page, house: House) -> None:
    """Fill in the notice's form: by hand what matters, the rest with examples."""
    leaf(page, "modes").nth(0).check()
    fill(page, house.answers("enterprise", GIVEN))
    expect_saved(page)
