"""The ministry, 2023, with a small form: an enterprise below "in principle 30 %" needs a reason and its seal."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.journey_officers import check_list, open_review, pass_case, send_up
from tests.support.journey_papers import expect_files, pdf, put
from tests.support.journeys import SAVED_MS, Firm, House, admitted, begin, expect_saved, fill, hand_in, sign_in
from tests.support.presets import miit_with_form

OPENS, NOW = local("2023-03-06 09:00"), local("2023-04-10 10:00")
PROVINCE = "410000"
FIRM = Firm("河南示例重工有限公司", "河南省工业和信息化主管部门", "河南省洛阳市涧西区")
REASON = "服务收入增长快，转型成效明显。"


def test_an_enterprise_below_the_share_goes_up_with_a_reason_and_its_seal(serve: Serve, visit: Visit) -> None:
    """S003-12, S003-31, S003-35"""
    house = serve(miit_with_form(), OPENS, NOW)
    applicant, officer = visit(house), visit(house)
    sign_in(officer, house.officer(PROVINCE))
    admitted(house, FIRM, applicant, officer)
    address = declare(applicant, house)

    open_review(officer, FIRM.name)
    check_list(officer)
    explain(officer)
    pass_case(officer)
    send_up(officer, house, PROVINCE, FIRM.name)
    expect(officer.locator(".lx-alert")).to_contain_text("加盖申报单位公章")

    bring_the_seal(applicant, address)
    send_up(officer, house, PROVINCE, FIRM.name)
    expect(officer.locator(".alert-success")).to_contain_text("已报送 1 件")
    applicant.goto(address)
    expect(applicant.locator(".lx-case-next")).to_contain_text("报送")


def declare(page: Page, house: House) -> str:
    """Fill in and submit an enterprise with 29 % of services; return its address."""
    address = begin(page, house, "示范企业", FIRM.name)
    fill(page, house.answers("enterprise", {"service_share": "29", "modes": "customization"}))
    expect_saved(page)
    page.get_by_role("button", name="检查并提交").click()
    expect(page.locator(".lx-verdict.is-warned")).to_contain_text("30%")
    hand_in(page)
    expect(page.get_by_text("服务器收到时间")).to_be_visible()
    return address


def explain(page: Page) -> None:
    """Give the reason that "in principle" asks of the unit."""
    rule = page.locator("#rules .lx-verdict.is-warned")
    rule.get_by_role("textbox").fill(REASON)
    rule.get_by_role("button", name="保存理由").click()
    expect(page.locator("#rules")).to_contain_text(REASON)


def bring_the_seal(page: Page, address: str) -> None:
    """Print the version that was checked, and put in its sealed scan; that of another version is refused."""
    page.goto(address)
    page.get_by_role("link", name="打印申报书").click()
    code = page.locator(".lx-print-cover .lx-print-code").inner_text()
    page.goto(address)
    page.get_by_role("link", name="上传盖章扫描件").click()
    page.get_by_label("页脚校验码").fill("0000-0000-0000")
    put(page, "sealed", [pdf("另一版的扫描件")])
    expect(page.locator("#slot-sealed .is-failed")).to_contain_text("任何一版都不一致", timeout=SAVED_MS)
    page.get_by_label("页脚校验码").fill(code)
    put(page, "sealed", [pdf("盖章扫描件")])
    expect_files(page, "sealed", 1)
    expect(page.locator("#slot-sealed")).to_contain_text("对应第 1 版")
