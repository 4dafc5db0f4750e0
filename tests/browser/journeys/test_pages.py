"""The applicant's pages for everybody: without scripts, with a reader of screens, on a telephone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.access import Role
from models.scope import Scope
from services.batches.context import load
from tests.browser.journeys.conftest import Serve, Visit
from tests.support.batches import local
from tests.support.journey_papers import expect_files, pdf, picture, put
from tests.support.journeys import House, begin, choose, leaf, sign_in
from tests.support.people import member, user
from tests.support.preset_cases import fill_case, maker, new_case_of, refusals, try_submit
from tests.support.provinces import preset

OPENS, NOW = local("2023-03-06 09:00"), local("2023-03-20 10:00")
DISTRICT = "410305"
ACCOUNT = "applicant"
PLATFORM = "示例共享制造平台"
AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
GRAVE = """results => results.violations.filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`)"""


@pytest.fixture
def house(serve: Serve) -> House:
    """Return Luoyang's batch with one applicant, who has handed in an enterprise."""
    served = serve(preset("luoyang-2023"), OPENS, NOW)
    with served.database.write(Scope()) as session:
        context = load(session, served.context.batch.id)
        firm = maker(session, 1, DISTRICT, region="洛阳市涧西区")
        case = new_case_of(session, context, firm, DISTRICT)
        fill_case(session, context, case)
        assert refusals(try_submit(session, case)) == ""
        since = OPENS
        member(session, user(session, ACCOUNT), Role.APPLICANT, organisation_id=firm.id, valid_from=since)
        other = maker(session, 2, DISTRICT, region="洛阳市涧西区")
        member(session, user(session, "other"), Role.APPLICANT, organisation_id=other.id, valid_from=since)
    return served


def test_a_case_is_declared_without_scripts(house: House, visit: Visit) -> None:
    """Begin, choose a mode, add a row, fill in, upload, submit; each by a button of a form."""
    page = visit(house, scripts=False)
    sign_in(page, "other")
    begin(page, house, "示范平台", PLATFORM)
    choose(page, "modes", "sharing")
    keep(page)
    for number, name, share in (("0", "甲示例投资公司", "60"), ("1", "乙示例投资公司", "40")):
        for column, text in (("name", name), ("nature", "民营"), ("share", share)):
            leaf(page, f"investors.{number}.{column}").fill(text)
        page.get_by_role("button", name="再加一行").first.click()
    write(page, house)
    keep(page)
    expect(leaf(page, "investors.1.name")).to_have_value("乙示例投资公司")

    page.get_by_role("link", name="上传材料").click()
    put(page, "photos", [picture(number) for number in range(10)])
    expect_files(page, "photos", 10)
    for slot in ("licence", "premises", "audit", "diagnosis", "services", "evaluation", "credit"):
        put(page, slot, [pdf(slot)])
        expect_files(page, slot, 1)
    page.get_by_role("link", name="检查并提交").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("没有提交成功")
    for box in page.locator(".lx-statement input").all():
        box.check()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("服务器收到时间")).to_be_visible()


def keep(page: Page) -> None:
    """Save the draft with the form's own button."""
    with page.expect_event("load"):
        page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_text("草稿已保存，尚未提交。")).to_be_visible()


def write(page: Page, house: House) -> None:
    """Give every leaf a value that has none yet."""
    given = {
        "modes": "sharing",
        "platform_name": PLATFORM,
        "online_on": "2021-06-01",
        "indicators.revenue": "3000",
        "indicators.service_revenue": "2400",
        "indicators.service_share": "80",
        "indicators.from_platform": "1800",
        "indicators.from_advertising": "200",
        "indicators.from_other": "400",
        "credit_executed": "未列入",
        "credit_tax": "未列入",
        "credit_illegal": "未列入",
    }
    for path, text in house.answers("platform", given).items():
        if not path.startswith("investors."):
            choose(page, path, text)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_a_case_has_a_serious_fault_for_screen_readers(house: House, visit: Visit, width: int) -> None:
    """Checked with axe-core; and nothing scrolls sideways."""
    page = visit(house, width)
    batch = f"/batches/{house.code}"
    found = [*faults(page, f"{batch}/check/enterprise"), *faults(page, f"{batch}/check/platform")]
    sign_in(page, "other")
    draft = begin(page, house, "示范平台", PLATFORM).partition("/cases/")[2]
    for address in (
        f"{batch}/declare",
        "/cases",
        *(f"/cases/{draft}{part}" for part in ("", "/edit", "/papers", "/submit")),
    ):
        found += faults(page, address)
    sign_in_anew(page)
    for part in ("", "/papers", "/receipt", "/print", "/changes"):
        found += faults(page, f"/cases/1{part}")

    assert found == []


def sign_in_anew(page: Page) -> None:
    """Come as the applicant whose case is handed in."""
    page.context.clear_cookies()
    sign_in(page, ACCOUNT)


def faults(page: Page, address: str) -> list[str]:
    """Return what is gravely wrong with a page."""
    page.goto(address)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(f"options => axe.run(document, options).then({GRAVE})", RULES)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    if width > page.evaluate("() => window.innerWidth"):
        found.append(f"scrolls sideways: {width}")
    return [f"{address} {one}" for one in found]


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_an_officer_has_a_serious_fault_for_screen_readers(house: House, visit: Visit, width: int) -> None:
    """The same for those who check and recommend."""
    page = visit(house, width)
    sign_in(page, house.officer(DISTRICT))
    unit = house.unit(DISTRICT)
    found = []
    for address in ("/work", f"/units/{unit}/cases", "/cases/1/review", "/cases/1/return"):
        found += faults(page, address)
    for part in ("recommend", "dispatch"):
        found += faults(page, f"/batches/{house.code}/{part}/{unit}")

    assert found == []
