"""The board in a real browser: dragged, moved by keys and buttons, numbered; never over somebody else's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from domain.access import Role
from domain.definition import Quota
from models import Recommendation, Unit
from models.scope import Scope
from tests.support.batches import PUBLISHED
from tests.support.officer_portal import CITY, OfficerPortal, officer_definition, officer_portal
from tests.support.people import token_of
from tests.support.serving import installed, serving, visiting

TWO = (Quota(key="enterprise", classes=("city",), category="enterprise", limit=2, clause="不超过2个"),)


@dataclass(frozen=True, slots=True)
class Served:
    """A unit's board with three cases, and the page of its officer."""

    portal: OfficerPortal
    page: Page
    address: str
    ids: list[int]

    def shown(self) -> list[str]:
        return [row.get_attribute("data-case") or "" for row in self.page.locator("tr[data-case]").all()]

    def stored(self) -> list[str]:
        with self.portal.database.read(Scope()) as session:
            kept = (
                select(Recommendation.case_id).where(Recommendation.rank.is_not(None)).order_by(Recommendation.rank)
            )
            return [str(case_id) for case_id in session.scalars(kept)]

    def expect_saved(self, *places: int) -> None:
        """Wait until the order is saved, and compare what is shown and what is stored."""
        wanted = [str(self.ids[place]) for place in places]
        expect(self.page.locator("[data-board-state]")).to_have_text("排序已保存")
        assert (self.shown(), self.stored()) == (wanted, wanted)


@pytest.fixture
def board(chromium: Browser, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Served]:
    """Yield the board; any fault in its scripts fails the test."""
    with installed(tmp_path / "data", migrated_sqlite) as (_, database):
        portal = officer_portal(database, tmp_path, officer_definition(quotas=TWO))
        ids = [portal.passed(number) for number in (1, 2, 3)]
        with database.write(Scope()) as session:
            unit_id = session.scalars(select(Unit.id).where(Unit.code == CITY)).one()
            token = token_of(session, "dragger", Role.OFFICER, unit_id=unit_id, valid_from=PUBLISHED)
        with serving(portal.app) as url, visiting(chromium) as come:
            page = come(url, token, height=1000)
            address = f"/batches/batch-2023/recommend/{unit_id}"
            page.goto(address)
            yield Served(portal, page, address, ids)


def test_a_row_is_dragged_and_the_waiting_line_follows(board: Served) -> None:
    rows = board.page.locator("tr[data-case]")
    expect(rows.nth(2).locator("[data-waiting]")).to_be_visible()

    handle, target = rows.nth(2).locator("[data-drag]"), rows.nth(0)
    handle.hover()
    board.page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    # Rows give way while the pointer moves over them, and not in the moments in which they still slide.
    for step in range(400):
        board.page.mouse.move(box["x"] + 60, box["y"] + 4 + step % 3)
        if board.shown()[0] == str(board.ids[2]):
            break
    board.page.mouse.up()

    board.expect_saved(2, 0, 1)
    expect(rows.nth(0).locator("[data-waiting]")).to_be_hidden()
    expect(rows.nth(2).locator("[data-waiting]")).to_be_visible()


def test_keys_and_buttons_move_a_row_and_keep_the_focus(board: Served) -> None:
    down = board.page.get_by_role("button", name="下移示范项目1")
    down.focus()
    board.page.keyboard.press("Enter")
    board.expect_saved(1, 0, 2)
    expect(down).to_be_focused()

    number = board.page.get_by_label("示范项目1的序号")
    number.focus()
    board.page.keyboard.press("Alt+ArrowUp")
    expect(number).to_have_value("1")
    expect(number).to_be_focused()
    expect(board.page.locator("input[name=seen]")).to_have_value(",".join(map(str, board.ids)))
    board.expect_saved(0, 1, 2)


def test_a_typed_number_puts_a_row_on_that_place(board: Served) -> None:
    number = board.page.get_by_label("示范项目1的序号")
    number.fill("3")
    number.press("Tab")

    board.expect_saved(1, 2, 0)
    board.page.reload()
    assert board.shown() == board.stored()


def test_an_order_over_somebody_elses_is_refused_and_told(board: Served) -> None:
    other = board.page.context.new_page()
    other.goto(board.address)
    other.get_by_role("button", name="下移示范项目1").click()
    expect(other.locator("[data-board-state]")).to_have_text("排序已保存")

    board.page.get_by_role("button", name="上移示范项目3").click()

    told = board.page.locator("[data-board-state]")
    expect(told).to_contain_text("其他经办人刚刚调整过排序")
    assert board.stored() == [str(board.ids[place]) for place in (1, 0, 2)]
    with board.page.expect_event("load"):
        told.get_by_role("link", name="刷新页面").click()
    assert board.shown() == board.stored()


def test_on_a_phone_the_board_fits_and_buttons_work(board: Served) -> None:
    board.page.set_viewport_size({"width": 390, "height": 800})
    assert board.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    board.page.get_by_role("button", name="上移示范项目2").click()

    board.expect_saved(1, 0, 2)
