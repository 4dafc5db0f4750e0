"""Filling a form in a real browser: nothing that was typed is lost, nothing is overwritten unasked."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

SignIn = Callable[..., Page]


def open_duty(page: Page) -> str:
    page.goto("/work")
    page.get_by_role("link", name="去填报").or_(page.get_by_role("link", name="继续填写")).click()
    page.wait_for_url("**/duties/*")
    return page.url


def expect_saved(page: Page) -> None:
    expect(page.locator("[data-autosave-state]")).to_contain_text("草稿已保存", timeout=15_000)


def test_what_is_typed_is_saved_by_itself_and_there_after_a_reload(page_of: SignIn) -> None:
    """S61"""
    page = page_of("officer", width=390)
    open_duty(page)

    page.get_by_label("姓名").fill("张三")
    expect_saved(page)
    page.reload()

    expect(page.get_by_label("姓名")).to_have_value("张三")
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('lx-draft-'))") == []


def test_two_windows_are_shown_both_versions_and_one_is_chosen(page_of: SignIn) -> None:
    """S66"""
    first, second = page_of("officer"), page_of("officer")
    second.goto(open_duty(first))
    first.get_by_label("姓名").fill("张三")
    expect_saved(first)

    second.get_by_label("姓名").fill("李四")
    row = second.locator(".lx-versions tbody tr")
    expect(row).to_have_text("姓名李四张三", timeout=15_000)
    second.get_by_role("button", name="改用对方的内容").click()
    expect(second.get_by_label("姓名")).to_have_value("张三")

    second.get_by_label("姓名").fill("王五")
    expect_saved(second)
    first.get_by_label("职务").fill("处长")
    first.get_by_role("button", name="保留我的内容").click(timeout=15_000)
    expect_saved(first)
    second.reload()
    expect(second.get_by_label("姓名")).to_have_value("张三")
    expect(second.get_by_label("职务")).to_have_value("处长")


def test_filing_waits_for_a_draft_under_way(page_of: SignIn) -> None:
    """S61: a page's own draft never stands in the way of its answer."""
    page = page_of("officer")
    duty = open_duty(page)
    for label, value in (("姓名", "张三"), ("联系电话", "0371-65953693"), ("电子邮箱", "zhangsan@units.example")):
        page.get_by_label(label).fill(value)
    expect_saved(page)

    held: list[Route] = []
    page.route("**/draft", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler
    with page.expect_request("**/draft"):
        page.get_by_label("职务").fill("处长")
    page.get_by_role("button", name="报送", exact=True).click()
    assert page.url == duty
    held[0].continue_()

    page.wait_for_url("**/receipt", timeout=15_000)
    expect(page.locator(".lx-receipt")).to_contain_text("处长")
