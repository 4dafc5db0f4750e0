"""Zhejiang, September 2020: a platform goes from county by city to the province, with a letter and a parcel."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.journey_officers import check_list, open_review, pass_case, send_up
from tests.support.journey_papers import expect_files, office_file, pdf, put
from tests.support.journeys import SAVED_MS, Firm, House, admitted, begin, expect_saved, fill, hand_in, leaf, sign_in
from tests.support.provinces import preset

OPENS, NOW = local("2020-09-23 09:00"), local("2020-09-28 10:00")
COUNTY, CITY = "330122", "330100"
FIRM = Firm("桐庐示例智造服务有限公司", "杭州市桐庐县经信局", "浙江省杭州市桐庐县")
PLATFORM = "示例智造服务平台"
INDUSTRY, REGION = "面向行业的专业服务平台", "面向区域的综合服务平台"
GIVEN = {"name": PLATFORM, "operator": FIRM.name, "operating_since": "2015-06-01", "types": INDUSTRY}


def test_a_platform_goes_by_county_and_city_to_the_province(serve: Serve, visit: Visit) -> None:
    """S004-05, S004-18, S004-22"""
    house = serve(preset("zhejiang-2020"), OPENS, NOW)
    applicant, county, city = visit(house), visit(house), visit(house)
    sign_in(county, house.officer(COUNTY))
    admitted(house, FIRM, applicant, county)

    address = begin(applicant, house, "示范平台", PLATFORM)
    choose_wrongly(visit(house, scripts=False), address)
    write(applicant, house, address)
    submit(applicant)
    for officer, unit in ((county, COUNTY), (city, CITY)):
        if officer is city:
            sign_in(city, house.officer(CITY))
        open_review(officer, PLATFORM)
        check_list(officer)
        pass_case(officer)
        if officer is county:
            bring_the_seal(applicant, address)
        send_up(officer, house, unit, PLATFORM)
        expect(officer.locator(".alert-success")).to_contain_text("已报送 1 件")
    register_parcel(city, house)
    applicant.goto(address)
    expect(applicant.locator(".lx-case-next")).to_contain_text("已于 2020-09-28")


def choose_wrongly(page: Page, address: str) -> None:
    """Choose two types that exclude each other, which only a browser without scripts can (S004-06)."""
    sign_in(page, FIRM.mobile)
    page.goto(f"{address}/edit")
    for text in (INDUSTRY, REGION):
        page.get_by_role("checkbox", name=text).check()
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.locator('[data-notes="types"]')).to_contain_text("不能同时选择")
    page.get_by_role("checkbox", name=REGION).uncheck()
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.locator('[data-notes="types"] .lx-error')).to_have_count(0)


def write(page: Page, house: House, address: str) -> None:
    """Fill in the form; 51 characters are too many where the notice says 50 (S004-47)."""
    page.goto(f"{address}/edit")
    expect(page.get_by_role("checkbox", name=REGION)).to_be_disabled()
    fill(page, house.answers("platform", GIVEN))
    leaf(page, "clients.0.name").fill("示例客户有限公司")
    leaf(page, "clients.0.contact").fill("李示例")
    leaf(page, "clients.0.phone").fill("0571-60000000")
    leaf(page, "clients.0.service").fill("务" * 51)
    page.keyboard.press("Tab")
    expect(page.locator('[data-notes="clients.0.service"]')).to_contain_text(
        "最多 50 字，现为 51 字", timeout=SAVED_MS
    )
    leaf(page, "clients.0.service").fill("务" * 50)
    page.keyboard.press("Tab")
    expect(page.locator('[data-notes="clients.0.service"]')).to_have_text("", timeout=SAVED_MS)
    expect_saved(page)


def submit(page: Page) -> None:
    """Put in the papers of the notice and hand the case in (S004-31)."""
    page.get_by_role("link", name="上传材料").click()
    for slot in ("license", "premises", "services", "feedback"):
        put(page, slot, [pdf(slot)])
        expect_files(page, slot, 1)
    put(page, "word", [office_file("申报书.docx", "word/document.xml")])
    expect_files(page, "word", 1)
    put(page, "summary", [office_file("汇总表.xlsx", "xl/workbook.xml")])
    expect_files(page, "summary", 1)
    page.get_by_role("link", name="检查并提交").click()
    hand_in(page)
    expect(page.get_by_text("服务器收到时间")).to_be_visible()


def bring_the_seal(page: Page, address: str) -> None:
    """Print what was checked, and put in its sealed scan."""
    page.goto(address)
    page.get_by_role("link", name="打印申报书").click()
    expect(page.locator(".lx-print-foot")).to_contain_text("校验码")
    page.goto(address)
    page.get_by_role("link", name="上传盖章扫描件").click()
    put(page, "sealed", [pdf("盖章扫描件")])
    expect_files(page, "sealed", 1)


def register_parcel(page: Page, house: House) -> None:
    """Note letter and parcel; the electronic copy that the notice asks for is not forgotten (S004-30, S004-34)."""
    page.goto(f"/batches/{house.code}/dispatch/{house.unit(CITY)}")
    expect(page.locator("#packing")).to_contain_text(PLATFORM)
    page.get_by_label("推荐函文号").fill("杭经信示例〔2020〕1号")
    page.get_by_label("寄送日期").fill("2020-09-28")
    page.get_by_label("快递单号").fill("SF0000000001")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#parcel [role=alert]")).to_contain_text("请确认已附电子版")
    expect(page.get_by_label("快递单号")).to_have_value("SF0000000001")
    page.get_by_label("已附电子版").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#receipt")).to_contain_text("已寄出，尚未收件")
