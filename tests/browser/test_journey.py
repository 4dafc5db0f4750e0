"""An officer answers, a coordinator sees it and grants more time: in a real browser, under the real headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

SignIn = Callable[..., Page]


def test_an_answer_shows_in_the_grid_and_an_extension_changes_the_date(page_of: SignIn, site: Site) -> None:
    """S003-28, S003-42: the officer answers the contact request, the coordinator extends, and the grid changes."""
    officer, coordinator = page_of("officer"), page_of("coordinator")
    coordinator.goto("/admin/progress/batch-2023")
    cell = coordinator.locator("table tr", has_text="第1单位").locator("td").first
    expect(cell).to_contain_text("◔")

    officer.goto("/work")
    officer.get_by_role("link", name="反馈联系人").first.click()
    for label, value in (("姓名", "张三"), ("联系电话", "0371-65953693"), ("电子邮箱", "zhangsan@units.example")):
        officer.get_by_label(label).fill(value)
    officer.get_by_role("button", name="报送").click()
    expect(officer.locator("main")).to_contain_text("回执")

    coordinator.reload()
    expect(cell).to_contain_text("✓")

    later = (site.due_day + timedelta(days=10)).date()
    coordinator.goto("/admin/progress/batch-2023/extend?stage=contacts")
    coordinator.locator("input[name=on]").fill(later.isoformat())
    coordinator.locator("textarea[name=reason]").fill("材料较多")
    coordinator.locator("main").get_by_role("button", name="确定延期").click()
    coordinator.locator("dialog [data-answer=yes]").click()
    expect(coordinator.locator("main")).to_contain_text(later.isoformat())


def test_what_is_wrong_is_said_beside_the_field_and_kept(page_of: SignIn) -> None:
    officer = page_of("officer", 390)
    officer.goto("/work")
    officer.get_by_role("link", name="反馈联系人").first.click()
    officer.get_by_label("姓名").fill("张三")
    officer.get_by_label("联系电话").fill("12")
    officer.get_by_label("电子邮箱").fill("zhangsan@units.example")

    officer.get_by_role("button", name="报送").click()

    expect(officer.locator("main")).to_contain_text("电话格式不对")
    expect(officer.get_by_label("姓名")).to_have_value("张三")


def test_the_other_units_pages_are_not_there(page_of: SignIn) -> None:
    """S003-69, S02: a foreign duty looks like one that does not exist."""
    officer = page_of("officer")

    own = officer.request.get("/duties/1")
    foreign = officer.request.get("/duties/2")
    missing = officer.request.get("/duties/999999")

    assert (own.status, foreign.status, missing.status) == (200, 404, 404)
    assert officer.request.get("/admin/").status == 403
