"""The designer in a real browser: what was typed survives, order by mouse, two people at once, without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from domain.access import SYSTEM, Role
from domain.definition import Definition
from models import Batch
from models.scope import Scope
from models.session import Database
from services import audit
from services.designing.working import working_copy
from tests.support.backoffice import make_app, signed_in
from tests.support.filled import World, fill

DRAFT = "/admin/progress/draft-2024/design"
WIDTHS = (390, 1280, 1920)
Opened = Callable[..., Page]


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Yield a database of one kind alone: what the browser does is the same on both."""
    path = tmp_path / "linxuan.sqlite"
    shutil.copy(migrated_sqlite, path)
    found = Database(f"sqlite:///{path}")
    with found.write(Scope()) as session:
        audit.ensure_chain(session)
    yield found
    found.dispose()


@pytest.fixture
def world(sqlite: Database) -> World:
    return fill(sqlite)


@pytest.fixture
def open_page(chromium: Browser, sqlite: Database, world: World) -> Iterator[Opened]:
    """Yield a function that opens an address as a coordinator, and fails on any complaint of the browser."""
    app = make_app(sqlite)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    contexts, complaints = [], []

    def open_at(path: str, width: int = 1280, account: str = "", **more: object) -> Page:
        cookie = signed_in(app, sqlite, Role.COORDINATOR, account or f"person{len(contexts)}").http.get_cookie(
            "linxuan"
        )
        assert cookie is not None
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            base_url=url,
            **more,  # type: ignore[arg-type]  # options of a context, by name
        )
        contexts.append(context)
        context.add_cookies([{"name": "linxuan", "value": cookie.value, "url": url}])
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" and "409" not in said.text else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        page.wait_for_load_state()
        return page

    yield open_at
    for context in contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert complaints == []


def copy(database: Database) -> Definition:
    with database.read(Scope()) as session:
        batch_id = session.scalars(select(Batch.id).where(Batch.code == "draft-2024")).one()
        return working_copy(session, batch_id, actor=SYSTEM).definition


def test_what_was_typed_survives_a_closed_browser(open_page: Opened, sqlite: Database) -> None:
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


def test_leaving_with_unsent_changes_asks_first(open_page: Opened) -> None:
    page = open_page(f"{DRAFT}/part/basics")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("批次标题").click()
    page.keyboard.type("改")

    page.close(run_before_unload=True)
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]


def test_what_was_typed_on_an_older_copy_is_merged_when_it_comes_back(open_page: Opened, sqlite: Database) -> None:
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


def test_the_same_value_is_told_with_both(open_page: Opened, sqlite: Database) -> None:
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


def test_rows_are_dragged_and_moved_by_buttons(open_page: Opened, sqlite: Database) -> None:
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


def test_an_item_goes_after_a_question_and_comes_back(open_page: Opened, sqlite: Database) -> None:
    page = open_page(f"{DRAFT}/part/ladders")
    page.get_by_role("button", name="删去").first.click()
    page.locator("#lx-confirm").get_by_role("button", name="删去").click()
    expect(page.get_by_text("可以撤销").first).to_be_visible()
    assert not copy(sqlite).ladders

    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert copy(sqlite).ladders


def test_all_works_without_scripts(open_page: Opened, sqlite: Database) -> None:
    page = open_page(f"{DRAFT}/add/categories", java_script_enabled=False)
    page.get_by_label("类别名称").fill("示范平台")
    page.get_by_role("button", name="增加", exact=True).click()
    expect(page.get_by_text("已增加申报类别")).to_be_visible()
    page.goto(f"{DRAFT}/at/stages.contacts")
    page.get_by_role("group", name="截止").get_by_label("没有").check()
    page.get_by_label("截止日期").or_(page.locator("[id='at-due.on']")).fill("")
    page.get_by_role("button", name="保存到工作稿").click()
    expect(page.get_by_text("已存入工作稿")).to_be_visible()

    assert len(copy(sqlite).categories) == 2 and copy(sqlite).stages[0].due is None


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_is_wider_than_its_window(open_page: Opened, dark: bool) -> None:
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
