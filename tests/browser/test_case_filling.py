"""Filling the form of a case in a real browser: saved leaf by leaf, nothing lost, nothing overwritten unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.case_forms import ANSWERS
from tests.support.case_pages import Draft, served
from tests.support.polling import until
from tests.support.serving import serving, visiting


@pytest.fixture
def store() -> Draft:
    return Draft(values=ANSWERS | {"is_group": "是", "group": "某集团", "kinds": "面向行业专业"})


@pytest.fixture
def page(chromium: Browser, store: Draft) -> Iterator[Page]:
    """Yield the form's page; any fault in its scripts fails the test."""
    with serving(served(store)) as url, visiting(chromium, forgives="status of") as come:
        page = come(url)
        page.goto("/")
        yield page


def leaf(page: Page, path: str) -> Locator:
    return page.locator(f'[name="{path}"]:not([type=hidden])')


def expect_saved(page: Page, revision: int) -> None:
    expect(page.locator("[data-case-state]")).to_have_text(f"已于 14:{revision:02} 保存", timeout=15_000)


def test_only_changed_leaves_are_sent_with_what_they_were(page: Page, store: Draft) -> None:
    leaf(page, "total").fill("１，２００")
    expect(page.locator("#leaf-per_head")).to_have_text("1 项")
    expect_saved(page, 2)
    leaf(page, "total").fill("12")
    expect(page.locator("#leaf-per_head")).to_have_text("0.01 项")
    expect_saved(page, 3)

    assert [(sent.values, sent.base) for sent in store.sent] == [
        ({"total": "１，２００"}, {"total": "6"}),
        ({"total": "12"}, {"total": "1200"}),
    ]
    assert store.values["total"] == "12"


def test_a_wrong_leaf_is_told_beside_it_and_counted(page: Page, store: Draft) -> None:
    """S004-44: 101 characters of 100."""
    leaf(page, "summary").fill("字" * 101)
    expect(page.locator('[data-counter="summary"]')).to_have_text("101 / 100 字，超出 1 字")
    leaf(page, "name").focus()

    expect(page.locator('[data-notes="summary"]')).to_have_text(
        "主要建设内容最多 100 字，现为 101 字", timeout=15_000
    )
    leaf(page, "summary").fill("字" * 100)
    leaf(page, "name").focus()
    expect(page.locator('[data-notes="summary"]')).to_have_text("", timeout=15_000)


def test_choices_show_what_belongs_to_them(page: Page) -> None:
    """S002-05, S000-10, S001-05: a chosen mode brings its part; two have a name together."""
    part = page.locator('.lx-part[data-mode="other"]')
    expect(part).to_be_hidden()
    leaf(page, "modes").nth(2).check()
    expect(part).to_be_visible()
    expect(leaf(page, "modes.other")).to_be_visible()
    leaf(page, "modes").nth(2).uncheck()
    leaf(page, "modes").nth(1).uncheck()
    expect(part).to_be_hidden()
    expect(page.locator("[data-combined]")).to_be_hidden()

    leaf(page, "is_group").nth(1).check()
    expect(page.locator("#field-group")).to_be_hidden()
    expect(page.locator("#section-kinds")).to_be_hidden()


def test_excluded_choices_cannot_be_ticked(page: Page) -> None:
    """S004-06: a hint; the service refuses them anyway."""
    expect(leaf(page, "kinds").nth(2)).to_be_disabled()
    leaf(page, "kinds").nth(1).uncheck()
    expect(leaf(page, "kinds").nth(2)).to_be_enabled()


def test_rows_are_added_and_removed(page: Page, store: Draft) -> None:
    """S000-32"""
    page.get_by_role("button", name="再加一行").click()
    expect(leaf(page, "investors.2.name")).to_be_focused()
    leaf(page, "investors.2.name").fill("丙公司")
    expect_saved(page, 2)
    page.get_by_role("button", name="删除第 2 行").click()
    page.locator("[data-answer=yes]").click()
    expect(page.locator("[data-row]:visible .lx-row-number")).to_have_text(["1", "2"])
    expect_saved(page, 3)

    assert store.sent[1].values == {f"investors.1.{key}": "" for key in ("name", "nature", "share")}
    page.reload()
    expect(page.locator("[data-row]:visible .lx-row-number")).to_have_text(["1", "2"])
    expect(leaf(page, "investors.2.name")).to_have_value("丙公司")


def test_two_people_at_one_leaf_are_asked_and_at_two_are_not(page: Page, store: Draft) -> None:
    store.values |= {"name": "他人所写", "staff": "900"}
    store.revision += 1
    leaf(page, "name").fill("我所写")

    expect(page.locator(".lx-conflict p")).to_have_text("他人刚刚把“企业名称”改为：他人所写", timeout=15_000)
    expect(leaf(page, "staff")).to_have_value("900")
    assert store.values["name"] == "他人所写"
    page.get_by_role("button", name="保留我填写的").click()
    expect_saved(page, 4)
    assert store.values["name"] == "我所写"


def test_what_never_reached_the_server_is_offered_again(page: Page, store: Draft) -> None:
    store.is_busy = True
    leaf(page, "staff").fill("777")
    expect(page.locator("[data-case-state]")).to_contain_text("稍后自动重试", timeout=15_000)
    page.goto("about:blank")
    # The first refusal was that of the page, the second answers its last word on leaving.
    until(lambda: store.refusals == 2, "the page's last attempt")
    store.is_busy = False
    page.goto("/")

    expect(page.locator(".lx-draft")).to_contain_text("尚未保存的 1 处内容")
    page.get_by_role("button", name="恢复").click()
    expect_saved(page, 2)
    assert store.values["staff"] == "777"
    assert page.evaluate("() => Object.keys(localStorage)") == []


def test_the_forms_own_button_sends_everything(page: Page, store: Draft) -> None:
    leaf(page, "name").fill("新名称")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("body")).to_have_text("已提交")

    (sent,) = store.submitted
    changed = {path: text for path, text in sent.values.items() if text != sent.base[path]}
    assert changed == {"name": "新名称"}


def test_a_narrow_screen_does_not_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    expect(leaf(page, "investors.1.share")).to_be_visible()
