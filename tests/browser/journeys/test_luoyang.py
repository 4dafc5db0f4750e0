"""Luoyang, March 2023: an enterprise from its self-check to the city's list, through the pages alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.journey_officers import (
    check_list,
    give_back,
    open_review,
    pass_case,
    record_visit,
    send_up,
)
from tests.support.journey_papers import expect_files, pdf, picture, put
from tests.support.journeys import (
    SAVED_MS,
    Firm,
    House,
    approve,
    choose,
    expect_saved,
    fill,
    hand_in,
    leaf,
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
    """S000-39, S000-41, S000-43: the whole way of one case, from no account to the city's list."""
    house = serve(preset("luoyang-2023"), OPENS, NOW)
    officer, applicant = visit(house), visit(house)
    sign_in(officer, house.officer(DISTRICT))
    check_oneself(applicant, house)
    register(applicant, house, FIRM)
    officer.reload()
    approve(officer, FIRM)

    address = begin(applicant, house)
    choose_two_modes(applicant)
    type_years(applicant)
    fill(applicant, house.answers("enterprise", GIVEN))
    expect_saved(applicant)
    applicant.context.close()
    applicant = visit(house)
    come_back(applicant, address)
    upload(applicant)
    submit(applicant)

    review(officer)
    correct(applicant, address)
    pass_and_send(officer, house)
    applicant.goto(address)
    expect(applicant.locator(".lx-case-next")).to_contain_text("报送")
    expect(applicant.locator("#history")).to_contain_text("报送")
    sign_out(applicant)
    applicant.goto(address)
    expect(applicant.get_by_role("button", name="登录")).to_be_visible()


def check_oneself(page: Page, house: House) -> None:
    """Ask whether one may declare, before there is any account; 50 % is refused, 50.1 passes (S000-12)."""
    page.goto(f"/batches/{house.code}")
    page.get_by_role("link", name="条件自测").first.click()
    page.get_by_label("定制化服务").check()
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("没有回答；其余未见不符合之处")).to_be_visible()
    expect(page.locator(".lx-verdict:visible")).to_have_count(0)

    for path, text in (ELIGIBLE | {"main_share": "50"}).items():
        choose(page, path, text)
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("有 1 项不符合申报条件")).to_be_visible()
    expect(page.locator(".lx-verdict.is-refused")).to_contain_text("主营产品收入占比超过50%")

    leaf(page, "main_share").fill("50.1")
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_text("未见不符合申报条件之处")).to_be_visible()


def begin(page: Page, house: House) -> str:
    """Begin a case as an enterprise; return its address."""
    sign_in(page, FIRM.mobile)
    page.goto(f"/batches/{house.code}/declare")
    page.get_by_label("示范企业").check()
    page.get_by_role("button", name="开始填写").click()
    expect(leaf(page, "name")).to_have_value(FIRM.name)
    return page.url.removesuffix("/edit")


def choose_two_modes(page: Page) -> None:
    """See parts of the outline come with the modes, each with the criteria of the catalogue (S000-10, S002-05)."""
    ability = page.locator('[data-leaf^="practice.ability."]:visible')
    expect(ability).to_have_count(0)
    page.get_by_role("checkbox", name="全生命周期管理").check()
    expect(ability).to_have_count(1)
    page.get_by_role("checkbox", name="定制化服务").check()
    expect(ability).to_have_count(2)
    expect(page.locator("[data-combined]")).to_contain_text("综合型")
    beside = page.locator('.lx-part[data-mode="customization"] .lx-beside:visible', has_text="零件标准化")
    expect(beside.first).to_be_visible()


def type_years(page: Page) -> None:
    """Type the table of two years by hand, one share wrong (S000-21, S000-22)."""
    for year, revenue, service, share in (("2021", "10000", "3000", "30"), ("2022", "12000", "4200", "3.5")):
        leaf(page, f"indicators.revenue.{year}").fill(revenue)
        leaf(page, f"indicators.service_revenue.{year}").fill(service)
        leaf(page, f"indicators.service_share.{year}").fill(share)
        page.keyboard.press("Tab")
    warned = page.get_by_text("相差超过 0.1 个百分点")
    expect(warned.first).to_be_visible(timeout=SAVED_MS)
    leaf(page, "indicators.service_share.2022").fill("35")
    page.keyboard.press("Tab")
    expect(warned).to_have_count(0, timeout=SAVED_MS)


def come_back(page: Page, address: str) -> None:
    """Find in another browser what the closed one had saved."""
    sign_in(page, FIRM.mobile)
    page.goto("/cases")
    page.get_by_role("link", name=FIRM.name).click()
    expect(page).to_have_url(address)
    page.get_by_role("link", name="继续填写").click()
    expect(leaf(page, "indicators.revenue.2022")).to_have_value("12000")
    expect(leaf(page, "practice.ability.customization")).not_to_be_empty()
    expect(page.locator("[data-contents] .lx-tag.is-overdue:visible")).to_have_count(0)


def upload(page: Page) -> None:
    """Put in the papers: a wrong one is refused in words, ten pictures go at once (S000-28)."""
    page.get_by_role("link", name="上传材料").click()
    put(page, "photos", [picture(0), pdf("不是照片")])
    photos = page.locator("#slot-photos [data-upload-list]")
    expect(photos).to_contain_text("其余 1 个已上传", timeout=SAVED_MS)
    expect(photos.locator(".is-failed")).to_contain_text("可以上传")
    put(page, "photos", [picture(number) for number in range(10)])
    expect_files(page, "photos", 10)
    for slot in ("licence", "audit", "diagnosis", "credit"):
        put(page, slot, [pdf(slot)])
        expect_files(page, slot, 1)


def submit(page: Page) -> None:
    """Sign the statements and receive the receipt."""
    page.get_by_role("link", name="检查并提交").click()
    expect(page.locator("main")).not_to_contain_text("还缺")
    hand_in(page)
    expect(page.get_by_text("服务器收到时间")).to_be_visible()
    expect(page.locator("main")).to_contain_text("第 1 版")


def review(page: Page) -> None:
    """Check the case, visit the firm, and return it with two comments (S000-42, S000-57)."""
    open_review(page, FIRM.name)
    expect(page.locator("#blocking")).to_contain_text("通过前还须办理")
    check_list(page)
    record_visit(page, "2023-03-15")
    expect(page.locator("#blocking")).to_contain_text("可以出具通过意见")
    comments = {"主营业务": "请写明主要产品。", "员工总数": "与社保人数不一致，请核对。"}
    give_back(page, "有两处需要补正，请一次改齐。", comments)
    expect(page.locator("main")).to_contain_text("已退回")


def correct(page: Page, address: str) -> None:
    """Read the comments beside their leaves, correct, and hand in again."""
    page.goto(address)
    expect(page.locator("main")).to_contain_text("有两处需要补正")
    page.get_by_role("link", name="修改补正").click()
    expect(page.locator('[data-leaf="staff"]')).to_contain_text("与社保人数不一致")
    leaf(page, "business").fill("精密轴承的研发、制造和服务")
    leaf(page, "staff").fill("318")
    expect_saved(page)
    page.get_by_role("button", name="检查并提交").click()
    hand_in(page)
    expect(page.locator("main")).to_contain_text("第 2 版")


def pass_and_send(page: Page, house: House) -> None:
    """See what changed, pass the case, and forward it to the city."""
    open_review(page, FIRM.name)
    expect(page.locator(".lx-earlier")).to_have_count(2)
    check_list(page)
    pass_case(page)
    send_up(page, house, DISTRICT, FIRM.name)
    expect(page.locator(".alert-success")).to_contain_text("已报送 1 件")
