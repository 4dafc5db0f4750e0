"""Spreadsheets in and out: read as plain text within limits, written so that no cell ever becomes a formula."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from domain.errors import Invalid, Problem
from services.bulk.archive import require_bounded

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""Characters that a cell of the format can hold."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a workbook.

    headings: texts of the first row that is not empty. rows: (number of the row as people see it, text by heading).
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_sheet(stream: IO[bytes], *, most_rows: int = MOST_ROWS) -> Sheet:
    """Return the first sheet of an .xlsx as text; numbers lose a needless ".0", dates become ISO.

    Raises Invalid (path "file") for what is no workbook, too large, or without a row of headings.
    """
    content = stream.read(MOST_BYTES + 1)
    _require_sane(content)
    require_bounded(content, most_rows=most_rows + 20, most_columns=MOST_COLUMNS)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        size = sheet.end or (0, 0)
        if size[0] > most_rows + 20 or size[1] >= MOST_COLUMNS:
            raise _refused(
                f"表格过大（{size[0] + 1} 行 {size[1] + 1} 列）", f"最多 {most_rows} 行、{MOST_COLUMNS} 列"
            )
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError):
        raise _refused("文件无法按 Excel 工作簿读取，可能已损坏或加密", "请另存为 .xlsx 后重试") from None
    return _sheet(cells)


def _require_sane(content: bytes) -> None:
    """Refuse what is empty, too large, no archive, or would unpack to something enormous."""
    if not content:
        raise _refused("文件是空的（0 字节）")
    if len(content) > MOST_BYTES:
        raise _refused(f"文件超过 {MOST_BYTES // 1024 // 1024} MB", "请删去无关的列和工作表后重试")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            is_book = "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        is_book, unpacked = False, 0
    if not is_book:
        raise _refused("按文件内容判断，不是 .xlsx 工作簿（改扩展名无效）", "请另存为 .xlsx 后重试")
    if unpacked > MOST_UNPACKED:
        raise _refused("工作簿解压后过大", f"不超过 {MOST_UNPACKED // 1024 // 1024} MB")


def _sheet(cells: Sequence[Sequence[object]]) -> Sheet:
    table = [[_text(cell) for cell in row] for row in cells]
    first = next((number for number, row in enumerate(table) if any(row)), None)
    if first is None:
        raise _refused("工作表是空的", "第一行应为列名")
    headings = tuple(table[first])
    doubles = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if doubles:
        raise _refused(f"列名重复：{'、'.join(doubles)}", "每个列名只能出现一次")
    rows = [
        (number + 1, {heading: text for heading, text in zip(headings, row, strict=True) if heading})
        for number, row in enumerate(table)
        if number > first and any(row)
    ]
    return Sheet(tuple(heading for heading in headings if heading), tuple(rows))


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time(0):
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(cell).strip()


def write_sheet(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return an .xlsx with one sheet: a bold first row that stays in sight, text as text, numbers as numbers."""
    target = io.BytesIO()
    _fill(target, name, headings, rows, {"in_memory": True})
    return target.getvalue()


def stream_sheet(target: IO[bytes], name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write an .xlsx like `write_sheet` into a file, row by row: the memory it needs does not grow with the rows."""
    _fill(target, name, headings, rows, {"constant_memory": True})


def _fill(
    target: IO[bytes], name: str, headings: Sequence[str], rows: Iterable[Sequence[object]], how: dict[str, bool]
) -> None:
    options = {**how, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        widths = [len(heading) for heading in headings]
        sheet.write_row(0, 0, headings, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, wrap)
                widths[column] = max(widths[column], min(len(str(value)), 40))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, 2 * width + 2)


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, form: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, ("" if value is None else str(value))[:LONGEST_CELL], form)


def _refused(sentence: str, allowed: str = "") -> Invalid:
    return Invalid([Problem("file", "", sentence, allowed)])
