"""Real workbooks, good and bad, as people and programs write them: read whole, or refused with a clear sentence."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from services.bulk.workbook import read_table
from tests.support.bulk import workbook
from tests.support.bulk_reading import HEADINGS, LAYOUT, book, cells, read, why

# ---------- cells


def test_numbers_dates_and_full_width_signs_read_as_people_mean_them() -> None:
    row = cells(410000.0, " 甲（局）　", 13800000000.0, 44927.0, "第０３批")

    assert row == {
        "code": "410000",
        "name": "甲（局）",
        "mobile": "13800000000",
        "day": "2023-01-01",
        "count": "3",
    }


@pytest.mark.parametrize(
    "written", ["2023-03-05", "2023/3/5", "2023.3.5", "2023年3月5日", "20230305", "２０２３－０３－０５", 44990.0]
)
def test_a_day_is_understood_however_it_is_written(written: object) -> None:
    assert cells("1", "甲", "", written)["day"] == "2023-03-05"


def test_cells_that_excel_keeps_as_dates_are_days() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ("1", "甲"))
        as_day = made.add_format({"num_format": "yyyy/m/d"})
        sheet.write_datetime(1, 3, datetime.combine(date(2023, 3, 5), time(0)), as_day)
        sheet.write_row(2, 0, ("2", "乙"))
        sheet.write_datetime(2, 2, date(2023, 3, 5), as_day)

    rows = read_table(book(fill), LAYOUT).rows

    assert rows[0].get("day") == "2023-03-05"
    assert rows[1].get("mobile") == "2023-03-05"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("1", "甲", "", "春天"), "日期看不懂"),
        (("1", "甲", "", "2023-02-30"), "日期看不懂"),
        (("1", "甲", "", "", "三"), "应为数字"),
        ((914103001234567890.0, "甲"), "超过 15 位"),
        (("1", "#REF!"), "公式错误"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_column(row: tuple[object, ...], sentence: str) -> None:
    problems = read(row).rows[0].problems

    assert len(problems) == 1
    assert sentence in problems[0].sentence
    assert problems[0].path in {"code", "name", "day", "count"}


def test_formulas_are_text_or_the_value_last_seen_and_never_run() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_string(1, 0, "A1")
        sheet.write_string(1, 1, '=HYPERLINK("http://x.example","点")')
        sheet.write_string(1, 2, "+cmd|' /C calc'!A0")
        sheet.write_string(2, 0, "A2")
        sheet.write_formula(2, 1, '=HYPERLINK("http://x.example","点")', None, "点")

    rows = read_table(book(fill), LAYOUT).rows

    assert rows[0].get("name") == '=HYPERLINK("http://x.example","点")'
    assert rows[0].get("mobile") == "+cmd|' /C calc'!A0"
    assert rows[1].get("name") == "点"


def test_cells_with_formulas_are_told_by_their_columns() -> None:
    """Whatever the sheet is called and wherever it stands; those that fill other cells are told with them."""

    def fill(made: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, "=1+1", None, "9")
        other = made.add_worksheet("推荐单位")
        other.write_row(1, 1, HEADINGS)
        other.write_row(2, 1, ("A1", "甲"))
        other.write_formula(3, 1, '="A"&2', None, "A2")
        other.write_formula(3, 2, "=1+1", None, 2)
        other.write_row(4, 1, ("A3", "丙"))
        other.write_array_formula(5, 2, 6, 3, "{=G6:H7}", None, "丁")
        other.write_string(5, 1, "A4")
        other.write_row(6, 1, ("A5", "戊", "13800000000"))

    rows = read_table(book(fill, sheet="封面"), LAYOUT).rows

    assert [(row.number, set(row.formulas)) for row in rows] == [
        (3, set()),
        (4, {"code", "name"}),
        (5, set()),
        (6, {"name", "mobile"}),
        (7, {"name", "mobile"}),
    ]


def test_rows_with_merged_cells_are_refused_by_their_numbers() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        for at in range(1, 5):
            sheet.write_row(at, 0, (f"A{at}", "甲"))
        sheet.merge_range("C3:C4", "13800000000")

    rows = read_table(book(fill), LAYOUT).rows

    assert [[problem.sentence for problem in row.problems] for row in rows] == [
        [],
        ["第 3 至 4 行是合并单元格"],
        ["第 3 至 4 行是合并单元格"],
        [],
    ]


# ---------- headings and sheets


def test_headings_are_found_below_a_title_in_any_order_and_with_marks() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.merge_range("A1:C1", "2023 年推荐单位一览表")
        sheet.write_row(2, 0, ("名称 *", "序号", "单位代码（必填）", "备注"))
        sheet.write_row(3, 0, ("说明的话", "", "", "说明"))
        sheet.write_row(4, 0, ("某某", "", "1", "示例，不导入"))
        sheet.write_row(6, 0, ("甲", 1, "A1", "随便写"))

    table = read_table(book(fill, sheet="Sheet1"), LAYOUT)

    assert [(row.number, dict(row.cells)) for row in table.rows] == [(7, {"name": "甲", "code": "A1"})]
    assert table.skipped == 2


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        (("代码", "名称", "手机号码"), "没有“手机号码”这一列 是否“手机”？"),
        (("代码", "名称", "完全不同"), "没有“完全不同”这一列 请删去这一列"),
        (("代码", "名称", "名 称"), "列名“名称”重复"),
        (("代码", "手机"), "缺少“名称”这一列 现有的列：代码、手机"),
        (("代码", "名称", ""), "第 3 列没有列名"),
        (("甲", "乙", "丙"), "没有找到“推荐单位”的表头（工作表：数据） 表头应有：代码、名称"),
    ],
)
def test_a_wrong_heading_is_named_with_the_nearest(headings: tuple[str, ...], sentence: str) -> None:
    assert sentence in why(workbook(headings, [("1", "甲", "13800000000")]))


def test_the_sheet_of_its_name_is_read_wherever_it_stands() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("与此", "无关"))
        other = made.add_worksheet("推荐单位")
        other.write_row(0, 0, HEADINGS)
        other.write_row(1, 0, ("1", "甲"))

    assert len(read_table(book(fill, sheet="封面"), LAYOUT).rows) == 1


def test_the_workbook_of_another_kind_says_where_it_belongs() -> None:
    content = workbook(("单位", "姓名"), [("甲", "张三")], "联系人")

    assert "这是“联系人”的表格" in why(content)


def test_a_template_and_an_empty_sheet_hold_nothing_to_import() -> None:
    assert "没有要导入的行" in why(workbook(HEADINGS, []))
    assert "没有找到" in why(book(lambda made, sheet: None))
