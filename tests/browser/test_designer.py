"""The designer in a real browser: what was typed survives, order by mouse, two people at once, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from domain.access import SYSTEM
from domain.definition import Definition
from models import Batch
from models.scope import Scope
from models.session import Database
from services.designing.working import working_copy
from tests.browser.conftest import OpenPage

DRAFT = "/admin/progress/draft-2024/design"
WIDTHS = (390, 1280, 1920)


def copy(database: Database) -> Definition:
    with database.read(Scope()) as session:
        batch_id = session.scalars(select(Batch.id).where(Batch.code == "draft-2024")).one()
        return working_copy(session, batch_id, actor=SYSTEM).definition


def test_what_was_typed_survives_a_closed_browser(open_page: OpenPage, sqlite: Database) -> None:
    """S4-bad input: a browser closed in the middle loses nothing."""
    page = open_page(f"{DRAFT}/part/basics")
    page.get_by_label("批次标题").fill("写到一半的标题")
    expect(page.get_by_text("本机已暂存")).to_be_visible()
    other = page.context.new_page()
    page.close(run_before_unload=False)

    other.goto(f"{DRAFT}/part/basics")
    other.wait_for_load_state()
    expect(other.get_by_label("批次标题")).to_have_value("下一年草稿")
    other.get_by_role("button", name="恢复").click()
    expect(other.get_by_label("批次标题")).to_have_value("写到一半的标题")
    other.get_by_role("button", name="保存到工作稿").click()
    expect(other.get_by_text("已存入工作稿：批次标题")).to_be_visible()
    other.reload()
    other.wait_for_load_state()
    expect(other.get_by_text("的未提交内容")).to_have_count(0)
    assert copy(sqlite).title == "写到一半的标题"


def test_leaving_with_unsent_changes_asks_first(open_page: OpenPage) -> None:
    page = open_page(f"{DRAFT}/part/basics")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("批次标题").click()
    page.keyboard.type("改")

    page.close(run_before_unload=True)
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]


def test_looking_at_a_mail_for_a_unit_is_no_unsaved_work(open_page: OpenPage) -> None:
    """Only what is typed is kept and asked about; a text that was tried and not saved still is."""
    page = open_page("/admin/progress/draft-2024/design/mails/reminder")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    with page.expect_response("**/mails/reminder"):
        page.get_by_label("语言").select_option("en")

    page.reload()

    expect(page.get_by_text("的未提交内容")).to_have_count(0)
    assert asked == []
    page.locator("#mail-subject").click()
    page.keyboard.type("改")
    page.wait_for_function("() => localStorage.getItem('lx-draft-design/draft-2024/mails.reminder')")
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.get_by_text("的未提交内容")).to_be_visible()


def test_what_was_typed_on_an_older_copy_is_merged_when_it_comes_back(open_page: OpenPage, sqlite: Database) -> None:
    """S4-bad input: two coordinators on one draft, one of whom had closed the browser."""
    mine = open_page(f"{DRAFT}/part/basics")
    mine.get_by_label("申报地域").fill("洛阳市辖区")
    expect(mine.get_by_text("本机已暂存")).to_be_visible()
    theirs = open_page(f"{DRAFT}/part/basics")
    theirs.get_by_label("批次标题").fill("同事改的标题")
    theirs.get_by_role("button", name="保存到工作稿").click()
    expect(theirs.get_by_text("已存入工作稿：批次标题")).to_be_visible()

    back = mine.context.new_page()
    back.goto(f"{DRAFT}/part/basics")
    back.wait_for_load_state()
    back.get_by_role("button", name="恢复").click()
    back.get_by_role("button", name="保存到工作稿").click()
    expect(back.get_by_text("已存入工作稿")).to_be_visible()

    assert (copy(sqlite).title, copy(sqlite).region) == ("同事改的标题", "洛阳市辖区")


def test_the_same_value_is_told_with_both(open_page: OpenPage, sqlite: Database) -> None:
    mine, theirs = open_page(f"{DRAFT}/part/basics"), open_page(f"{DRAFT}/part/basics")
    theirs.get_by_label("批次标题").fill("同事改的标题")
    theirs.get_by_role("button", name="保存到工作稿").click()
    expect(theirs.get_by_text("已存入工作稿：批次标题")).to_be_visible()
    mine.get_by_label("批次标题").fill("我改的标题")
    mine.get_by_role("button", name="保存到工作稿").click()

    expect(mine.get_by_role("alert")).to_contain_text("同事改的标题")
    expect(mine.get_by_label("批次标题")).to_have_value("我改的标题")
    expect(mine.get_by_text("的未提交内容")).to_have_count(0)
    expect(mine.get_by_text("本机已暂存")).to_be_visible()
    mine.get_by_role("button", name="保存到工作稿").click()
    expect(mine.get_by_text("已存入工作稿：批次标题")).to_be_visible()
    assert copy(sqlite).title == "我改的标题"


def test_rows_are_dragged_and_moved_by_buttons(open_page: OpenPage, sqlite: Database) -> None:
    page = open_page(f"{DRAFT}/at/ladders.contacts")
    keys = [step.key for step in copy(sqlite).ladders[0].steps]
    page.get_by_role("button", name="下移").first.click()
    expect(page.get_by_text("可撤销：移动")).to_be_visible()
    assert [step.key for step in copy(sqlite).ladders[0].steps] == [keys[1], keys[0], *keys[2:]]

    page.wait_for_load_state()
    rows = page.locator("#at-steps tbody tr")
    rows.nth(3).locator("[data-drag]").hover()
    page.mouse.down()
    box = rows.nth(0).bounding_box()
    assert box is not None
    # Rows give way while the pointer moves over them, and not in the moments in which they still slide.
    for step in range(400):
        page.mouse.move(box["x"] + 60, box["y"] + 4 + step % 3)
        if keys[3] in rows.nth(0).inner_text():
            break
    page.mouse.up()
    expect(page.locator("input[name=step]").first).to_have_value("2")
    expect(rows.nth(0)).to_contain_text(keys[3])
    assert copy(sqlite).ladders[0].steps[0].key == keys[3]


def test_an_item_goes_after_a_question_and_comes_back(open_page: OpenPage, sqlite: Database) -> None:
    page = open_page(f"{DRAFT}/part/ladders")
    page.get_by_role("button", name="删去").first.click()
    page.locator("#lx-confirm").get_by_role("button", name="删去").click()
    expect(page.get_by_text("可以撤销").first).to_be_visible()
    assert not copy(sqlite).ladders

    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert copy(sqlite).ladders


def test_all_works_without_scripts(open_page: OpenPage, sqlite: Database) -> None:
    page = open_page(f"{DRAFT}/add/categories", java_script_enabled=False)
    page.get_by_label("类别名称").fill("示范平台")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_text("已添加申报类别")).to_be_visible()
    page.goto(f"{DRAFT}/at/stages.contacts")
    page.get_by_role("group", name="截止").get_by_label("没有").check()
    page.get_by_label("截止日期").or_(page.locator("[id='at-due.on']")).fill("")
    page.get_by_role("button", name="保存到工作稿").click()
    expect(page.get_by_text("已存入工作稿")).to_be_visible()

    assert len(copy(sqlite).categories) == 2 and copy(sqlite).stages[0].due is None


def test_a_person_goes_from_part_to_part(open_page: OpenPage) -> None:
    """S4-1: each part leads to the next in the order of the outline."""
    page = open_page(f"{DRAFT}/part/quotas")
    for name in ("表单", "材料", "申报条件", "环节与时间"):
        page.get_by_role("link", name=f"下一步：{name}").click()
        expect(page.get_by_role("heading", name=name, exact=True, level=2)).to_be_visible()
    page.get_by_role("link", name="上一步：申报条件").click()
    expect(page.get_by_role("heading", name="申报条件", exact=True, level=2)).to_be_visible()


def test_usual_reminders_come_in_one_step(open_page: OpenPage, sqlite: Database) -> None:
    """S4-3: five reminders by one button, all of them inferred, and one step to undo."""
    before = copy(sqlite).ladders
    page = open_page(f"{DRAFT}/part/ladders")
    page.get_by_role("button", name="添加这套提醒").click()
    expect(page.get_by_text("各次提醒均为推定")).to_be_visible()
    page.get_by_role("link", name="常用提醒", exact=True).click()
    expect(page.locator("#at-steps tbody tr")).to_have_count(5)
    assert len(copy(sqlite).ladders) == len(before) + 1

    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert copy(sqlite).ladders == before


def test_a_table_scrolls_sideways_only(open_page: OpenPage) -> None:
    """S4-10: no second scroll bar beside the page's own."""
    page = open_page(DRAFT)
    page.set_viewport_size({"width": 1280, "height": 800})
    for part in ("quotas", "units", "stages", "forms", "ladders"):
        page.goto(f"{DRAFT}/part/{part}")
        page.wait_for_load_state()
        boxes = page.locator(".lx-table-box")
        over = boxes.evaluate_all("all => all.map(one => one.scrollHeight - one.clientHeight)")
        assert over and not any(over), part


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_is_wider_than_its_window(open_page: OpenPage, dark: bool) -> None:
    """S4-10: phone, laptop and wide sizes, light and dark."""
    paths = ("", "/part/basics", "/part/evidence", "/at/stages.contacts", "/add/stages", "/vouch/title", "/compare")
    page = open_page(DRAFT, color_scheme="dark" if dark else "light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(f"{DRAFT}{path}")
            page.wait_for_load_state()
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{path} at {width}"
