"""What officers do at their pages in a journey: check, return, pass, send up."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.support.journeys import House, answer_yes


def open_review(page: Page, title: str) -> None:
    """Go from the to-do list to the screen on which a case is checked."""
    page.goto("/work")
    page.get_by_role("link", name="去审核").click()
    page.get_by_role("link", name=title, exact=True).click()
    page.wait_for_url("**/review")


def check_list(page: Page) -> None:
    """Answer every item of the check list with yes, if there is one."""
    for box in page.locator('#checks input[type=radio][value="yes"]').all():
        box.check()
    save = page.get_by_role("button", name="保存审核要点")
    if save.count():
        save.click()
        expect(page.get_by_text("审核要点已保存。")).to_be_visible()


def record_visit(page: Page, day: str) -> None:
    """Record a visit to the applicant."""
    page.get_by_label("核查日期").fill(day)
    page.get_by_label("核查人员").fill("王示例、赵示例")
    page.get_by_label("核查情况").fill("现场与申报材料一致。")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("现场核查已登记。")).to_be_visible()


def give_back(page: Page, summary: str, comments: Mapping[str, str]) -> None:
    """Return a case for correction. comments: by the place as the list names it."""
    page.get_by_role("link", name="退回补正").click()
    page.get_by_label("总体意见").fill(summary)
    for number, (place, text) in enumerate(comments.items(), start=1):
        page.get_by_label(f"第 {number} 条：位置").select_option(label=place)
        page.get_by_label(f"第 {number} 条：意见").fill(text)
    page.get_by_role("button", name="退回补正").click()
    answer_yes(page)


def pass_case(page: Page) -> None:
    """Give the unit's favourable opinion, in its own words where the notice has none."""
    opinion = page.get_by_label("意见", exact=True)
    if not opinion.input_value():
        opinion.fill("同意推荐。")
    page.get_by_role("button", name="通过", exact=True).click()
    answer_yes(page)
    expect(page.get_by_text("已初审通过，可以排序、报送。")).to_be_visible()


def send_up(page: Page, house: House, unit_code: str, *titles: str) -> None:
    """Choose cases on a unit's board and forward them; what the page then says is for the caller to see."""
    page.goto(f"/batches/{house.code}/recommend/{house.unit(unit_code)}")
    for title in titles:
        page.get_by_label(f"报送{title}").check()
    page.get_by_role("button", name="报送所选").click()
    answer_yes(page)
