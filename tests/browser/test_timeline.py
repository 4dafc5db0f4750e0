"""Stages on the calendar in a real browser: dragged, moved by keys, refused; without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from domain.access import SYSTEM, Role
from domain.definition import Definition, Due, Opening
from linxuan.app import create_app
from models import Batch
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.designing.working import working_copy
from tests.support.batches import COORDINATOR, PUBLISHED, contacts_stage, definition
from tests.support.people import token_of
from tests.support.serving import REFUSED, installed, serving, visiting

ADDRESS = "/admin/progress/batch-2023/design/part/stages"


def three_stages() -> Definition:
    """Return a dated stage, one that waits for it, and one that is counted in working days after it."""
    late = contacts_stage(
        key="late", title="后一环节", opens=Opening(after=("contacts",)), due=Due(on=date(2023, 4, 3)), ladder=None
    )
    counted = contacts_stage(
        key="counted", title="按日计", opens=Opening(on=date(2023, 3, 6)), due=Due(working_days=5), ladder=None
    )
    return replace(definition(), stages=(contacts_stage(), late, counted))


@dataclass(frozen=True, slots=True)
class Served:
    """The page of a coordinator on the stages of a draft."""

    page: Page
    database: Database
    batch_id: int

    def due(self, key: str) -> Due:
        """Return a deadline as it is stored."""
        with self.database.read(Scope()) as session:
            found = working_copy(session, self.batch_id, actor=COORDINATOR).definition.stage(key).due
        assert found is not None
        return found

    def opens(self, key: str) -> date | None:
        """Return an opening as it is stored."""
        with self.database.read(Scope()) as session:
            return working_copy(session, self.batch_id, actor=COORDINATOR).definition.stage(key).opens.on

    @property
    def tip(self) -> Locator:
        """Return the place that tells what a move means."""
        return self.page.locator("[data-tip]")

    def drag(self, target: Locator, days: float) -> None:
        """Drag something so many days to the right, and let go."""
        chart, box = self.page.locator("[data-chart]").bounding_box(), target.bounding_box()
        assert chart is not None and box is not None
        day = chart["width"] / int(self.page.locator("[data-timeline]").get_attribute("data-days") or 1)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + days * day, y, steps=4)
        expect(self.page.locator("[data-timeline].is-dragging")).to_be_visible()
        self.page.mouse.up()


@pytest.fixture
def stages(chromium: Browser, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Served]:
    """Yield the page; any fault in its scripts, and any style that the policy forbids, fails the test."""
    with installed(tmp_path / "data", migrated_sqlite) as (settings, database):
        with database.write(Scope()) as session:
            store_draft(session, three_stages(), actor=SYSTEM, now=PUBLISHED)
            batch_id = session.scalars(select(Batch.id)).one()
            token = token_of(session, "planner", Role.COORDINATOR, valid_from=PUBLISHED)
        with serving(create_app(settings, database)) as url, visiting(chromium, forgives=REFUSED) as come:
            page = come(url, token, height=1400)
            page.goto(ADDRESS)
            page.wait_for_load_state()
            yield Served(page, database, batch_id)


def test_an_end_is_dragged_and_snaps_to_days(stages: Served) -> None:
    """S4-1: dropped on another day, it is stored, and the table follows."""
    stages.drag(stages.page.locator("#handle-contacts-due"), 2.2)

    expect(stages.tip).to_contain_text("已保存")
    expect(stages.tip).to_contain_text("2023-03-22 周三 工作日")
    assert stages.due("contacts").on == date(2023, 3, 22)
    expect(stages.page.get_by_label("反馈联系人截止日期")).to_have_value("2023-03-22")
    expect(stages.page.get_by_text("可撤销：移动环节“反馈联系人”")).to_be_visible()


def test_a_whole_bar_is_dragged(stages: Served) -> None:
    stages.drag(stages.page.locator("[data-bar=contacts] [data-body]"), 1)

    expect(stages.tip).to_contain_text("已保存")
    assert (stages.opens("contacts"), stages.due("contacts").on) == (date(2023, 3, 7), date(2023, 3, 21))


def test_a_counted_end_stays_counted(stages: Served) -> None:
    stages.drag(stages.page.locator("#handle-counted-due"), 3)
    expect(stages.tip).to_contain_text("已保存")
    assert (stages.due("counted").on, stages.due("counted").working_days) == (None, 8)

    stages.drag(stages.page.locator("#handle-counted-opens"), 1)
    expect(stages.tip).to_contain_text("开放 2023-03-07")
    assert (stages.opens("counted"), stages.due("counted").working_days) == (date(2023, 3, 7), 8)


def test_keys_move_an_end_by_days_and_working_days(stages: Served) -> None:
    """S4-1: arrow keys a day, with Shift a working day; Enter saves, Escape restores."""
    end = stages.page.locator("#handle-contacts-due")
    end.focus()
    for _ in range(5):
        end.press("ArrowRight")
    expect(stages.tip).to_contain_text("2023-03-25 周六 周末")
    end.press("Shift+ArrowRight")
    expect(stages.tip).to_contain_text("2023-03-27 周一 工作日（原为 03-20）")
    expect(end).to_have_attribute("aria-valuetext", "2023-03-27 周一 工作日")

    end.press("Escape")
    expect(end).to_have_attribute("aria-valuetext", "2023-03-20 周一 工作日")
    end.press("Shift+ArrowLeft")
    end.press("Enter")

    expect(stages.tip).to_contain_text("已保存")
    assert stages.due("contacts").on == date(2023, 3, 17)
    expect(stages.page.locator("#handle-contacts-due")).to_be_focused()


def test_holidays_are_told_and_leaving_without_enter_restores(stages: Served) -> None:
    end = stages.page.locator("#handle-late-due")
    end.focus()
    end.press("ArrowRight")
    end.press("ArrowRight")
    expect(stages.tip).to_contain_text("2023-04-05 周三 清明（休息）")
    end.press("Tab")
    expect(end).to_have_attribute("aria-valuetext", "2023-04-03 周一 工作日")
    assert stages.due("late").on == date(2023, 4, 3)


def test_a_move_that_makes_no_sense_snaps_back_with_the_reason(stages: Served) -> None:
    """S4-1: the stage that waits would be due before it opens."""
    stages.drag(stages.page.locator("#handle-contacts-due"), 20)

    refusal = stages.page.locator("[data-stage-refusal]")
    expect(refusal).to_contain_text("截止要晚于开放")
    expect(refusal).to_contain_text("已恢复原来的日期")
    expect(stages.page.locator("#handle-contacts-due")).to_have_attribute("aria-valuetext", "2023-03-20 周一 工作日")
    assert stages.due("contacts").on == date(2023, 3, 20)


def test_somebody_elses_move_is_not_overwritten(stages: Served) -> None:
    """S4-bad: two coordinators on one date; the later one is told both values."""
    other = stages.page.context.new_page()
    other.goto(ADDRESS)
    other.wait_for_load_state()
    stages.drag(stages.page.locator("#handle-contacts-due"), 2)
    expect(stages.tip).to_contain_text("已保存")
    stages.drag(stages.page.locator("#handle-contacts-due"), 1)
    expect(stages.tip).to_contain_text("2023-03-23")
    expect(stages.tip).to_contain_text("已保存")

    end = other.locator("#handle-contacts-due")
    end.focus()
    end.press("ArrowRight")
    end.press("Enter")

    expect(other.locator("[data-stage-refusal]")).to_be_visible()
    assert stages.due("contacts").on == date(2023, 3, 23)


def test_on_a_phone_the_table_comes_first_and_nothing_runs_over(stages: Served) -> None:
    stages.page.set_viewport_size({"width": 390, "height": 800})

    assert stages.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    table, drawn = (stages.page.locator(place).bounding_box() for place in (".lx-stage-table", ".lx-stage-picture"))
    assert table is not None and drawn is not None and table["y"] < drawn["y"]


def test_without_scripts_the_table_does_the_same(stages: Served, chromium: Browser) -> None:
    """S4-1: every page works without JavaScript."""
    kept = stages.page.context.storage_state()
    plain = chromium.new_context(
        java_script_enabled=False, locale="zh-CN", base_url=stages.page.url, storage_state=kept
    )
    page = plain.new_page()
    page.goto(ADDRESS)
    page.get_by_label("反馈联系人截止日期").fill("2023-03-24")
    page.get_by_role("button", name="保存日期").click()

    expect(page.get_by_text("可撤销：环节日期")).to_be_visible()
    assert stages.due("contacts").on == date(2023, 3, 24)
    plain.close()
