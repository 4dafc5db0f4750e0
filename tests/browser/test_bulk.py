"""An import in a real browser: a template is fetched, a file looked at, wrong rows shown, a right file confirmed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.bulk.columns import What
from tests.support.bulk import book_of

PageOf = Callable[..., Page]


def look(page: Page, file: Path) -> None:
    """Choose a file and look at it."""
    page.goto("/admin/import/units")
    page.wait_for_load_state()
    page.get_by_label("Excel 文件").set_input_files(file)
    page.get_by_role("button", name="预览").click()
    page.wait_for_url(lambda url: "/preview" in url)


@pytest.mark.parametrize("width", [1280, 390])
def test_units_are_imported_from_a_workbook(page_of: PageOf, tmp_path: Path, width: int) -> None:
    wrong, right = tmp_path / "有误.xlsx", tmp_path / "单位.xlsx"
    rows = (("000001", "改名单位"), ("000009", "新的单位", "改名单位"))
    wrong.write_bytes(book_of(What.UNITS, rows[0], (*rows[1][:2], "没有的单位")))
    right.write_bytes(book_of(What.UNITS, rows[0], (*rows[1][:2], "000001")))
    page = page_of("coordinator", width=width)

    page.goto("/admin/import/units")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载模板").click()
    assert zipfile.is_zipfile(fetched.value.path())

    look(page, wrong)
    expect(page.get_by_text("有 1 行有误，暂不能导入。")).to_be_visible()
    expect(page.get_by_text("没有这个单位")).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)

    look(page, right)
    expect(page.get_by_role("link", name="添加 1")).to_be_visible()
    expect(page.locator("del")).to_have_text("第1单位")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="确认导入").first.click()
    expect(page.get_by_text("导入完成：添加 1、变更 1。")).to_be_visible()

    look(page, right)
    expect(page.get_by_text("与现有的一致，不需要导入")).to_be_visible()
