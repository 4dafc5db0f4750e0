"""A coordinator rehearses a batch in a real browser: a scenario without YAML, the clock, a mail, the sign-off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

SignIn = Callable[..., Page]
OpenPage = Callable[..., Page]
LIST = "/admin/progress/batch-2023/rehearsal"


def test_a_batch_is_rehearsed_and_read_along_the_clock(page_of: SignIn) -> None:
    """Issue 4.5: from the form to the last mail, without a line of YAML."""
    page = page_of("coordinator")
    page.goto(LIST)
    expect(page.get_by_text("还没有模拟运行过。")).to_be_visible()

    page.get_by_role("button", name="最后一天集中").click()
    row = page.get_by_role("group", name="第 1 行")
    expect(row.get_by_label("时间")).to_have_value(page.locator("[name=act_at]").first.input_value())
    expect(row.get_by_label("单位代码")).to_be_hidden()
    row.get_by_label("谁").select_option("unit")
    expect(row.get_by_label("单位代码")).to_be_visible()
    row.get_by_label("谁").select_option("odd")
    page.get_by_role("button", name="添加一行").click()
    expect(page.locator(".lx-act")).to_have_count(4)
    page.get_by_role("button", name="运行模拟").click()

    expect(page.get_by_text("模拟完成，结果已保存。")).to_be_visible(timeout=30_000)
    expect(page.locator("#acts li")).to_have_count(1)
    clock = page.locator("#clock")
    before = clock.locator(".lx-clock-at").inner_text()
    clock.get_by_role("slider").press("End")
    expect(clock.locator(".lx-clock-at")).not_to_have_text(before)
    expect(clock.locator(".lx-clock-now").get_by_role("row", name="反馈联系人")).to_contain_text("已截止，有未报")
    expect(clock.locator(".btn.disabled")).to_have_text("下一事件")
    clock.get_by_role("link", name="上一事件").click()
    expect(clock.get_by_role("link", name="下一事件")).to_be_visible()

    report = page.locator("#events details.lx-letter").last
    report.locator("summary").click()
    expect(report.locator(".lx-letter-text")).to_be_visible()

    expect(page.locator("#sign")).to_contain_text("批次已经发布，模拟运行不能再签认")


def test_a_rehearsal_is_signed_before_the_batch_is_published(open_page: OpenPage) -> None:
    """Issue 4.5: the sign-off asks once more, and says what it means."""
    page = open_page("/admin/progress/draft-2024/rehearsal")
    page.get_by_role("button", name="运行模拟").click()
    expect(page.get_by_text("模拟完成，结果已保存。")).to_be_visible(timeout=30_000)

    page.get_by_label("意见").fill("已核对")
    page.get_by_role("button", name="签认").click()
    page.get_by_role("dialog").get_by_role("button", name="签认").click()
    expect(page.get_by_text("已签认这次模拟运行。")).to_be_visible()
    expect(page.locator("#sign")).to_contain_text("已核对")


def test_the_page_fits_a_phone(page_of: SignIn) -> None:
    """Design 7: nothing but the picture scrolls sideways at 390 pixels."""
    page = page_of("coordinator", 390)
    page.goto(LIST)
    page.get_by_role("button", name="运行模拟").click()
    expect(page.get_by_text("模拟完成，结果已保存。")).to_be_visible(timeout=30_000)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(LIST)
    expect(page.get_by_role("link", name="查看")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
