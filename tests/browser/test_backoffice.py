"""The backoffice in a real browser under the real policy: it asks before it deletes, and its forms work."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models import Batch, Mail, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import definition_of
from tests.browser.conftest import OpenPage
from tests.support.filled import World

WIDTHS = (1280, 390)


@pytest.mark.parametrize("width", WIDTHS)
def test_deleting_asks_first_and_deletes_only_when_answered(
    sqlite: Database, world: World, open_page: OpenPage, width: int
) -> None:
    page = open_page("/admin/batches/", width)
    button = page.locator(f'[data-delete-key="{world.draft}"]')

    button.click()
    expect(page.locator("#lx-confirm")).to_be_visible()
    expect(page.locator("#lx-confirm-text")).to_contain_text("下一年草稿")
    page.locator("[data-answer=no]").click()
    expect(page.locator("#lx-confirm")).to_be_hidden()
    assert _batches(sqlite) == 3

    button.click()
    page.locator("[data-answer=yes]").click()
    expect(page.locator("[role=status].alert")).to_be_visible()
    assert _batches(sqlite) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_a_bulk_act_asks_first_and_works_on_what_was_ticked(
    sqlite: Database, world: World, open_page: OpenPage, width: int
) -> None:
    page = open_page("/admin/outbox/", width)
    boxes = page.locator("input[name=rowid]")
    expect(page.get_by_role("button", name="不再发送")).to_be_disabled()

    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator("[data-selected-count]")).to_have_text("已选择 2 条")
    page.get_by_role("button", name="不再发送").click()
    expect(page.locator("#lx-confirm-text")).to_have_text("已选择 2 条。确定不再发送所选邮件？")
    assert _left(sqlite) == 0
    page.locator("[data-answer=yes]").click()

    expect(page.get_by_text("已办理 2 条。已记录，不再发送。")).to_be_visible()
    assert _left(sqlite) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_people_are_added_and_removed_inside_the_form(
    sqlite: Database, world: World, open_page: OpenPage, width: int
) -> None:
    page = open_page(f"/admin/batches/edit/?id={world.draft}", width)

    page.get_by_role("button", name="添加联系人").click()
    page.locator("#office_contacts-1-name").fill("朱丹")
    page.locator("#office_contacts-1-phone").fill("010-58113937")
    page.get_by_role("button", name="移除").first.click()
    page.locator("[data-answer=yes]").click()
    expect(page.locator("#office_contacts-0-name")).to_have_count(0)
    page.get_by_role("button", name="保存").click()

    page.wait_for_url("**/admin/batches/")
    with sqlite.read(Scope()) as session:
        contacts = definition_of(session, session.get_one(Batch, world.draft)).office.contacts
    assert [(person.name, person.phone) for person in contacts] == [("朱丹", "010-58113937")]


def test_a_unit_is_found_by_typing_and_taken_as_upper(sqlite: Database, world: World, open_page: OpenPage) -> None:
    with sqlite.read(Scope()) as session:
        moved = session.scalars(select(Unit.id).where(Unit.code == "000003")).one()
    page = open_page(f"/admin/units/do/move/?id={moved}")

    page.get_by_label("新的上级单位").fill("第1")
    page.get_by_role("option", name="第1单位").click()
    page.get_by_label("调整原因").fill("机构改革")
    page.get_by_role("button", name="调整上级").click()

    expect(page.get_by_text("已调整，下级单位一同移动。")).to_be_visible()
    with sqlite.read(Scope()) as session:
        assert session.get_one(Unit, moved).path == "/000001/000003/"


def test_a_filter_is_added_and_applied(world: World, open_page: OpenPage) -> None:
    page = open_page("/admin/batches/")

    page.locator("[data-filter-add]").select_option("状态")
    page.locator(".lx-filter-value select").select_option("draft")
    page.get_by_role("button", name="应用筛选").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("下一年草稿")


def test_an_act_without_words_asks_before_it_is_done(sqlite: Database, world: World, open_page: OpenPage) -> None:
    with sqlite.read(Scope()) as session:
        mail_id = session.scalars(select(Mail.id).limit(1)).one()
    page = open_page(f"/admin/outbox/details/?id={mail_id}")

    page.get_by_role("button", name="再次发送").click()
    expect(page.locator("#lx-confirm-text")).to_contain_text("可能会收到两封相同的邮件")
    page.locator("[data-answer=yes]").click()

    expect(page.get_by_text("已列入发送队列，邮件编号不变。")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(world: World, open_page: OpenPage, width: int) -> None:
    page = open_page("/admin/", width)
    wide = []
    for path in (
        "programmes",
        "batches",
        "stages",
        "quotas",
        "units",
        "contacts",
        "titles",
        "outbox",
        "phone_duties",
    ):
        page.goto(f"/admin/{path}/")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)

    assert wide == []


def _batches(database: Database) -> int:
    with database.read(Scope()) as session:
        return len(session.scalars(select(Batch.id)).all())


def _left(database: Database) -> int:
    with database.read(Scope()) as session:
        return len(session.scalars(select(Mail.id).where(Mail.because.contains("不再发送"))).all())
