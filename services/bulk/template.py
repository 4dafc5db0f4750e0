"""The workbook to fill in: headings, what each takes, an example that is not imported, lists to choose from."""

import io
from typing import Any

import xlsxwriter

from services.bulk.columns import MOST_ROWS, REMARK, SKIPPED, Column, Layout

OPTIONS = "选项"
MOST_LISTED = 500
"""More choices than this help nobody; such a column takes what is typed."""
FIRST_FREE_ROW = 3
WIDEST = 40
WRITING = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_template(layout: Layout) -> bytes:
    """Return an .xlsx to fill in. Every cell is text, so that codes and numbers keep their zeros."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, WRITING) as book:
        sheet = book.add_worksheet(layout.name)
        columns = (Column(key="", heading=REMARK, says="本列不导入", example=SKIPPED[0]), *layout.columns)
        plain, example = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "italic": True})
        note = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#5f6b7a", "num_format": "@"})
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _width(column), plain)
            sheet.write_string(0, at, column.heading, book.add_format(_heading(column)))
            says = f"{'必填。' if column.is_required else ''}{column.says}" if at else SKIPPED[1]
            sheet.write_string(1, at, says, note)
            sheet.write_string(2, at, column.example, example)
        sheet.set_row(1, 64)
        sheet.freeze_panes(1, 0)
        _offer(book, sheet, columns)
    return target.getvalue()


def _heading(column: Column) -> dict[str, Any]:
    colour = "#b42318" if column.is_required else "#1d2939"
    return {"bold": True, "bg_color": "#eef2f7", "bottom": 1, "font_color": colour, "num_format": "@"}


def _width(column: Column) -> int:
    return min(max(2 * len(column.heading), 2 * len(column.example), 14) + 2, WIDEST)


def _offer(book: Any, sheet: Any, columns: tuple[Column, ...]) -> None:
    """Let the cells of closed sets offer their choices, kept on a sheet of their own that nobody sees."""
    listed = [(at, column) for at, column in enumerate(columns) if 0 < len(column.choices) <= MOST_LISTED]
    if not listed:
        return
    hidden = book.add_worksheet(OPTIONS)
    hidden.hide()
    for place, (at, column) in enumerate(listed):
        hidden.write_string(0, place, column.heading)
        for number, choice in enumerate(column.choices, 1):
            hidden.write_string(number, place, choice)
        letter = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
        rule = {
            "validate": "list",
            "source": f"='{OPTIONS}'!{letter}$2:{letter}${len(column.choices) + 1}",
            "error_title": column.heading[:32],
            "error_message": "请从列表中选择。",
            # Several may stand in one cell, or a code instead of a name: the import says what is wrong.
            "error_type": "information",
        }
        sheet.data_validation(FIRST_FREE_ROW, at, FIRST_FREE_ROW + MOST_ROWS - 1, at, rule)
