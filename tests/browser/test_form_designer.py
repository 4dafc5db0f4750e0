"""The form designer in a real browser: dragged, moved by keys, previewed while one types; and mail texts likewise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.access import SYSTEM, Role
from domain.definition import Definition, Section
from linxuan.app import create_app
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.designing.working import working_copy
from tests.support.batches import definition
from tests.support.case_forms import FORM
from tests.support.people import NOW, token_of
from tests.support.serving import installed, serving, visiting

PAGE = "/admin/progress/batch-2023/design/forms/enterprise"


@dataclass(frozen=True, slots=True)
class Designed:
    """A coordinator's page of a form with sections."""

    page: Page
    database: Database
    batch_id: int

    def stored(self) -> Definition:
        with self.database.read(Scope()) as session:
            return working_copy(session, self.batch_id, actor=SYSTEM).definition

    def keys(self, section: int) -> list[str]:
        return [field.key for field in self.stored().form("enterprise").sections[section].fields]


@pytest.fixture
def designed(chromium: Browser, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Designed]:
    """Serve a draft whose form has two sections more than enough to drag between."""
    spare = Section(key="spare", title="备用分区")
    form = replace(FORM, sections=(*FORM.sections, spare))
    with installed(tmp_path / "data", migrated_sqlite) as (settings, database):
        with database.write(Scope()) as session:
            wanted = replace(definition(2), forms=(*definition(2).forms, form))
            batch_id = store_draft(session, wanted, actor=SYSTEM, now=NOW).id
            token = token_of(session, "designer", Role.COORDINATOR, valid_from=NOW)
        with serving(create_app(settings, database)) as url, visiting(chromium) as come:
            yield Designed(come(url, token, 1500, 1000), database, batch_id)


def test_a_question_is_moved_by_keys_and_by_dragging(designed: Designed) -> None:
    """S4-2: drag and keyboard."""
    page = designed.page
    first, second = designed.keys(0)[:2]
    page.goto(f"{PAGE}?at=sections.basics.fields.{first}")
    page.locator(f'[data-path="sections.basics.fields.{first}"] > a').focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_text("；可以撤销")).to_be_visible()
    assert designed.keys(0)[:2] == [second, first]
    expect(page.locator(f'[data-path="sections.basics.fields.{first}"] > a')).to_be_focused()

    handle = page.locator(f'[data-path="sections.basics.fields.{first}"] > a [data-drag]')
    target = page.locator(f'[data-path="sections.basics.fields.{second}"] > a')
    handle.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 12, steps=8)
    page.mouse.move(box["x"] + 30, box["y"] + 4, steps=4)
    page.mouse.up()
    expect(page.locator('[data-list="sections.basics.fields"] > li').first).to_have_attribute("data-name", first)
    page.wait_for_load_state()
    expect(page.locator("h3.card-title").first).to_be_visible()
    expect(page.locator(f'a[aria-current][href*="{first}"]')).to_be_visible()
    assert designed.keys(0)[:2] == [first, second]

    page.get_by_label("移到其他分区").select_option(label="备用分区")
    page.get_by_role("button", name="移到此分区").click()
    expect(page.locator('[data-list="sections.spare.fields"] > li')).to_have_attribute("data-name", first)
    assert designed.keys(-1) == [first]


def test_the_preview_follows_what_is_typed_and_nothing_is_stored(designed: Designed) -> None:
    """S4-2: live preview, filled with samples, and as it will be printed."""
    page = designed.page
    page.goto(f"{PAGE}?at=sections.basics.fields.name")
    frame = page.frame_locator("iframe.lx-fd-frame:not(.is-coming)")
    expect(frame.locator("label[for=leaf-name]")).to_contain_text("企业名称")
    page.locator("#at-label").fill("企业全称（示例）")
    expect(frame.locator("label[for=leaf-name]")).to_contain_text("企业全称（示例）")
    page.locator('[data-preview-bar] [name="filled"]').select_option("1")
    expect(frame.locator("#leaf-name")).to_have_value("示例制造有限公司")
    page.locator('[data-preview-bar] [name="look"]').select_option("paper")
    expect(frame.locator(".lx-print-cover")).to_be_visible()
    assert designed.stored().form("enterprise").field("name") == FORM.field("name")

    page.get_by_role("button", name="保存到工作稿").click()
    expect(page.get_by_text("已存入工作稿")).to_be_visible()
    expect(frame.locator(".lx-print-cover")).to_be_visible()
    found = designed.stored().form("enterprise").field("name")
    assert found is not None and (found.key, found.label) == ("name", "企业全称（示例）")


def test_the_printed_sheet_is_shown_whole(designed: Designed) -> None:
    """S4-2: as it will be printed: the width of a page of paper, scaled to the pane, whatever the screen's."""
    page = designed.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{PAGE}?at=sections.basics.fields.name&look=paper")
    for _ in range(2):
        shown = page.locator("iframe.lx-fd-frame:not(.is-coming)")
        sheet = page.frame_locator("iframe.lx-fd-frame:not(.is-coming)").locator(".lx-fd-sheet")
        expect(sheet).to_be_visible()
        pane, frame = (page.locator(".lx-fd-pane").bounding_box(), shown.bounding_box())
        assert pane is not None and frame is not None
        assert abs(frame["width"] - pane["width"]) < 2 and abs(frame["height"] - pane["height"]) < 2
        width, lacks = sheet.evaluate(
            "one => [one.offsetWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]"
        )
        assert width >= 794 and lacks <= 0
        page.locator('[data-preview-bar] [name="filled"]').select_option("1")
        expect(sheet).to_contain_text("示例制造有限公司")
    page.locator('[data-preview-bar] [name="look"]').select_option("")
    expect(page.frame_locator("iframe.lx-fd-frame:not(.is-coming)").locator("#leaf-name")).to_be_visible()
    screen = page.locator("iframe.lx-fd-frame:not(.is-coming)")
    assert abs(screen.evaluate("one => one.getBoundingClientRect().width - one.offsetWidth")) < 1


def test_a_window_of_its_own_shows_what_the_pane_shows(designed: Designed) -> None:
    """S4-2: also after the bar was changed, and on the next question."""
    page = designed.page
    page.goto(f"{PAGE}?at=sections.basics.fields.name")
    link = page.get_by_role("link", name="新窗口")
    page.locator('[data-preview-bar] [name="filled"]').select_option("1")
    page.locator('[data-preview-bar] [name="look"]').select_option("paper")
    expect(link).to_have_attribute("href", re.compile(r"/preview\?look=paper&filled=1&.*year=2023.*#field-name$"))
    page.goto(f"{PAGE}?at=sections.basics.fields.code")
    expect(link).to_have_attribute("href", re.compile(r"/preview\?look=paper&filled=1&.*#field-code$"))
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.locator(".lx-print-cover")).to_contain_text("示例制造有限公司")


def test_what_was_typed_is_not_dropped_unasked(designed: Designed) -> None:
    """S4-2: moving, copying and taking out ask first while the settings are not stored."""
    page = designed.page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    first, second = designed.keys(0)[:2]
    page.goto(f"{PAGE}?at=sections.basics.fields.{second}")
    page.locator("#at-label").click()
    page.keyboard.type("改")
    typed = page.locator("#at-label").input_value()
    dialog = page.locator("#lx-confirm")
    for act in ("上移", "下移", "复制", "删去"):
        page.locator(".lx-fd-acts").get_by_role("button", name=act).click()
        expect(dialog).to_contain_text("有未保存的修改")
        dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()
    page.locator(f'[data-path="sections.basics.fields.{second}"] > a').focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(dialog).to_contain_text("有未保存的修改")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator("#at-label").input_value() == typed and designed.keys(0)[:2] == [first, second]

    page.locator(".lx-fd-acts").get_by_role("button", name="上移").click()
    dialog.get_by_role("button", name="不保存，继续").click()
    expect(page.get_by_text("；可以撤销")).to_be_visible()
    assert designed.keys(0)[:2] == [second, first] and asked == []


def test_a_question_dragged_and_not_moved_goes_back(designed: Designed) -> None:
    """S4-2: whoever rather keeps what was typed sees the order that is stored."""
    page = designed.page
    first, second = designed.keys(0)[:2]
    page.goto(f"{PAGE}?at=sections.basics.fields.{first}")
    page.locator("#at-label").click()
    page.keyboard.type("改")
    page.locator(f'[data-path="sections.basics.fields.{first}"] > a [data-drag]').hover()
    page.mouse.down()
    box = page.locator(f'[data-path="sections.basics.fields.{second}"] > a').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 20, steps=8)
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=4)
    page.mouse.up()
    expect(page.locator("#lx-confirm")).to_contain_text("有未保存的修改")
    page.locator("#lx-confirm").get_by_role("button", name="取消").click()
    expect(page.locator('[data-list="sections.basics.fields"] > li').first).to_have_attribute("data-name", first)
    assert designed.keys(0)[:2] == [first, second]


def test_a_mail_text_is_previewed_while_it_is_typed_and_names_are_inserted(designed: Designed) -> None:
    """S4-9: live preview, names by a click, sentences beside the field."""
    page = designed.page
    page.goto("/admin/progress/batch-2023/design/mails/reminder")
    page.locator("#mail-body").fill("请办理：")
    page.locator("#mail-body").press("End")
    page.locator('[data-insert="{{ stage.title }}"]').click()
    expect(page.locator("#mail-body")).to_have_value("请办理：{{ stage.title }}")
    expect(page.locator("[data-mail-preview] [data-body]")).to_have_text("请办理：反馈联系人")
    page.locator("#mail-body").fill("{{ nonsense }}")
    expect(page.locator('[data-error="body"]')).to_contain_text("没有“nonsense”可以取用")
    page.locator("#mail-body").fill("{{ person }}，请办理。")
    expect(page.locator('[data-error="body"]')).to_be_hidden()
    page.get_by_role("button", name="保存到工作稿").click()
    expect(page.get_by_text("已存入工作稿")).to_be_visible()
    assert designed.stored().mails[0].body == "{{ person }}，请办理。"
