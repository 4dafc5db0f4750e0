"""A coordinator rehearses a batch in a real browser: a scenario without YAML, the clock, a mail, the sign-off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from domain.access import SYSTEM
from domain.definition import Evidence, Mark
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.designing.edits import SetValues
from services.designing.working import Change, apply
from tests.support.batches import COORDINATOR, definition, local
from tests.support.filled import World

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


def test_a_ready_scenario_follows_the_definition_that_is_chosen(
    open_page: OpenPage, sqlite: Database, world: World
) -> None:
    """Its dates are those of what is played, until somebody types others; the period stays."""
    with sqlite.write(Scope()) as session:
        edit = SetValues("stages.contacts", {"due": {"on": "2024-03-15"}})
        change = Change(edits=[edit], seen=0, what="截止日期")
        apply(session, world.draft, change, actor=COORDINATOR, now=local("2023-03-10 10:00"))
    page = open_page("/admin/progress/draft-2024/rehearsal")
    page.get_by_role("button", name="最后一天集中").click()
    chosen = page.get_by_role("button", name="最后一天集中")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    at, saved = page.locator("[name=act_at]").first, page.locator("[name=act_at]").first.input_value()
    page.get_by_label("到（含）").fill("2024-06-30")

    page.get_by_text("工作稿（有未存改动，从头）").click()
    expect(at).to_have_value("2024-03-15T16:00")
    page.get_by_text("稿（最新一稿，从头）").click()
    expect(at).to_have_value(saved)
    expect(page.get_by_label("到（含）")).to_have_value("2024-06-30")
    at.fill("2024-03-10T10:00")
    expect(chosen).to_have_attribute("aria-pressed", "false")
    page.get_by_text("工作稿（有未存改动，从头）").click()
    expect(at).to_have_value("2024-03-10T10:00")
    page.get_by_role("button", name="最后一天集中").click()
    expect(at).to_have_value("2024-03-15T16:00")
    expect(page.get_by_label("工作稿")).to_be_checked()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_flag_hides_a_month(open_page: OpenPage, width: int) -> None:
    page = open_page("/admin/progress/draft-2024/rehearsal", width)
    page.get_by_role("button", name="运行模拟").click()
    expect(page.locator(".lx-tl-flag-clock")).to_be_attached(timeout=30_000)

    edges = "(all, edge) => all.map(one => one.getBoundingClientRect()[edge])"
    flags = page.locator(".lx-tl-today-flag").evaluate_all(edges, "bottom")
    months = page.locator(".lx-tl-month-text").evaluate_all(edges, "top")
    assert max(flags) <= min(months)
    row, bar = (page.locator(part).first.bounding_box() for part in (".lx-timeline-label", ".lx-tl-bar"))
    assert row is not None and bar is not None
    assert row["y"] <= bar["y"] <= bar["y"] + bar["height"] <= row["y"] + row["height"]


def test_counters_on_tabs_keep_to_the_dark(open_page: OpenPage, sqlite: Database) -> None:
    evidence = (Evidence(path="title", mark=Mark.INFERRED, note="推定"),)
    with sqlite.write(Scope()) as session:
        marked = definition(2, code="marked", evidence=evidence)
        store_draft(session, marked, actor=SYSTEM, now=local("2023-03-10 10:00"))
    page = open_page("/admin/progress/marked/rehearsal", color_scheme="dark")

    badges = page.locator(":is(.lx-tabs, .lx-inner-tabs) .lx-nav-badge")
    expect(badges).to_have_count(2)
    for badge in (badges.first, badges.last):
        expect(badge).not_to_have_css("background-color", "rgb(255, 255, 255)")
        expect(badge).not_to_have_css("margin-left", "0px")
