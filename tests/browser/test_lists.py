"""Choosing columns and keeping a view of a list in a real browser, with a keyboard, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage


def shown(page: Page, *labels: str) -> None:
    """Wait until the list shows exactly these columns; narrow screens show them beside each value."""
    heads = page.locator("table.model-list thead th[class^=col-]")
    expect(heads).to_have_count(len(labels))
    expect(heads).to_contain_text(list(labels))


@pytest.mark.parametrize("width", [390, 1280])
def test_columns_are_chosen_and_kept_as_a_view(open_page: OpenPage, width: int) -> None:
    """Issue 4, point 8: with the keyboard alone where columns are moved, and the page never scrolls sideways."""
    page = open_page("/admin/units/", width)
    panel = page.get_by_role("form", name="选择列")

    page.locator("summary", has_text="列").last.press("Enter")
    expect(panel).to_be_visible()
    for label in ("简称", "电子邮箱", "联系电话", "在用"):
        panel.get_by_label(label, exact=True).uncheck()
    panel.get_by_label("片区", exact=True).check()
    for _ in range(2):
        panel.get_by_role("button", name="上移：代码").press("Enter")
    expect(panel.get_by_role("button", name="上移：代码")).to_be_focused()
    panel.get_by_role("button", name="应用").press("Enter")

    shown(page, "代码", "名称", "片区")
    assert page.url.endswith("?columns=code,name,extra.area")

    page.locator("summary", has_text="保存为视图").click()
    save = page.get_by_role("form", name="保存为视图")
    save.get_by_label("名称").fill("片区表")
    save.get_by_label("设为默认").check()
    save.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存视图“片区表”。")).to_be_visible()
    expect(page.get_by_role("navigation", name="视图").get_by_role("link", name="片区表")).to_have_attribute(
        "aria-current", "page"
    )

    page.goto("/admin/units/")
    shown(page, "代码", "名称", "片区")
    page.get_by_role("navigation", name="视图").get_by_role("link", name="全部").click()
    shown(page, "名称", "代码", "简称", "电子邮箱", "联系电话", "在用")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("navigation", name="视图").get_by_role("link", name="片区表").click()
    page.locator("summary", has_text="修改视图").click()
    page.locator("summary", has_text="删除视图…").click()
    page.get_by_role("button", name="确定删除").click()
    expect(page.get_by_text("视图已删除")).to_be_visible()
    expect(page.get_by_role("link", name="片区表")).to_have_count(0)


def test_columns_are_chosen_without_a_script(open_page: OpenPage) -> None:
    page = open_page("/admin/units/", 1280, java_script_enabled=False)

    page.locator("summary", has_text="列").last.click()
    panel = page.get_by_role("form", name="选择列")
    panel.get_by_label("简称", exact=True).uncheck()
    panel.get_by_role("button", name="上移：代码").click()
    shown(page, "代码", "名称", "电子邮箱", "联系电话", "在用")
    expect(page.get_by_role("form", name="选择列")).to_be_visible()

    page.get_by_role("form", name="选择列").get_by_role("link", name="恢复默认").click()
    shown(page, "名称", "代码", "简称", "电子邮箱", "联系电话", "在用")
