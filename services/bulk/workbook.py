"""A workbook read into rows: the right sheet, the right headings, each cell as text, each fault with its place."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from domain.errors import Invalid, Problem
from services.bulk.archive import RESAVE, refused, require_bounded
from services.bulk.cells import text_of
from services.bulk.columns import MOST_ROWS, NAMES, REMARK, SKIPPED, Column, Layout, folded
from services.bulk.formulas import formulas_of
from services.sheets import MOST_BYTES

MOST_COLUMNS = 100
LEADING_ROWS = 20
"""Rows of titles above the headings, and explained ones below."""
MOST_SHEETS = 10
PASSED_OVER = frozenset({folded(REMARK), folded("序号")})
FAR_ENOUGH = 0.5
"""How alike two headings must be for one to be suggested for the other."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as Excel counts it. cells: text by column's key. problems: of cells, by column's key.

    formulas: keys of the columns whose cells are formulas, of which the stored results are read.
    """

    number: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    formulas: tuple[str, ...] = ()

    def get(self, key: str) -> str:
        """Return the text of a cell; "" for an empty one and for a column that is not there."""
        return self.cells.get(key, "")


@dataclass(frozen=True, slots=True)
class Table:
    """What a workbook holds of one kind. skipped: rows that only show how to fill in."""

    layout: Layout
    rows: tuple[Row, ...]
    skipped: int = 0


@dataclass(slots=True)
class _Grid:
    """The cells of a sheet from A1 on, its rows with merged cells, and those with formulas as `formulas_of` tells."""

    name: str
    cells: Sequence[Sequence[object]]
    merged: dict[int, str] = field(default_factory=dict)
    formulas: Mapping[int, int] = field(default_factory=dict)


def read_table(content: bytes, layout: Layout) -> Table:
    """Return the rows of a workbook. Raises Invalid for what is no such workbook, with every wrong heading."""
    if not content:
        raise refused("文件是空的（0 字节），或没有选择文件")
    if len(content) > MOST_BYTES:
        raise refused(f"文件超过 {MOST_BYTES // 1024 // 1024} MB", "请删去图片和无关的工作表后重试")
    most_rows = MOST_ROWS + LEADING_ROWS
    has_formulas = require_bounded(content, most_rows=most_rows, most_columns=MOST_COLUMNS)
    grid, top = _found(content, layout)
    if has_formulas:
        grid.formulas = formulas_of(content, grid.name, most_rows=most_rows, most_columns=MOST_COLUMNS)
    places = _places(layout, grid.cells[top], grid.cells[top + 1 :])
    remark = next((at for at, cell in enumerate(grid.cells[top]) if folded(str(cell)) == folded(REMARK)), None)
    rows, skipped = [], 0
    for at, cells in enumerate(grid.cells[top + 1 :], top + 1):
        if remark is not None and str(cells[remark]).strip().startswith(SKIPPED):
            skipped += 1
        elif any(str(cells[place]).strip() for place in places):
            rows.append(_row(grid, at, places))
    if not rows:
        raise refused(f"工作表“{grid.name}”里没有要导入的行", "说明和示例不导入；请从示例的下一行开始填写")
    if len(rows) > MOST_ROWS:
        raise refused(f"共 {len(rows)} 行，一次最多导入 {MOST_ROWS} 行", "请分成几个文件")
    return Table(layout, tuple(rows), skipped)


def _found(content: bytes, layout: Layout) -> tuple[_Grid, int]:
    """Return the sheet to read and where its headings stand. Raises Invalid."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names[:MOST_SHEETS]
        wanted = [layout.name] if layout.name in names else names
        grids = [_grid(book.get_sheet_by_name(name)) for name in wanted]
    except (CalamineError, IndexError, ValueError, OSError):
        raise refused("文件无法按 Excel 工作簿读取，可能已损坏", RESAVE) from None
    tops = [(grid, _top(grid, layout)) for grid in grids]
    found = next(((grid, top) for grid, top in tops if top is not None), None)
    if found is not None:
        return found
    other = next((name for name in NAMES.values() if name in names and name != layout.name), "")
    if other:
        raise refused(f"这是“{other}”的表格，不是“{layout.name}”的", f"请在“{other}”的批量导入中选择这个文件")
    shown, needed = "、".join(names), "、".join(column.heading for column in layout.columns if column.is_required)
    raise refused(f"没有找到“{layout.name}”的表头（工作表：{shown}）", f"表头应有：{needed}。请用模板填写")


def _grid(sheet: CalamineSheet) -> _Grid:
    grid = _Grid(sheet.name, sheet.to_python(skip_empty_area=False))
    for (first, left), (last, right) in sheet.merged_cell_ranges or ():
        for at in range(first, min(last + 1, len(grid.cells))):
            across = f"第 {first + 1} 至 {last + 1} 行" if last > first else f"第 {left + 1} 至 {right + 1} 列"
            grid.merged.setdefault(at, f"{across}是合并单元格")
    return grid


def _top(grid: _Grid, layout: Layout) -> int | None:
    """Return where the headings stand: the first of the upper rows with two of them; None for no such row."""
    known = _known(layout).keys()
    for at, cells in enumerate(grid.cells[:LEADING_ROWS]):
        if len(known & {folded(str(cell)) for cell in cells}) >= 2:
            return at
    return None


def _known(layout: Layout) -> dict[str, Column]:
    return {folded(name): column for column in layout.columns for name in (column.heading, *column.also)}


def _places(layout: Layout, headings: Sequence[object], below: Sequence[Sequence[object]]) -> dict[int, Column]:
    """Return which column stands where. Raises Invalid with every heading that is wrong, twice or missing."""
    known, places, problems = _known(layout), dict[int, Column](), list[Problem]()
    for at, raw in enumerate(headings):
        heading = str(raw).strip()
        column = known.get(folded(heading))
        if column is not None and column in places.values():
            problems.append(Problem("file", heading[:80], f"列名“{column.heading}”重复", "每列只能出现一次"))
        elif column is not None:
            places[at] = column
        elif heading and folded(heading) not in PASSED_OVER:
            problems.append(Problem("file", "", f"没有“{heading[:40]}”这一列", _nearest(heading, layout)))
        elif not heading and any(str(cells[at]).strip() for cells in below):
            problems.append(Problem("file", "", f"第 {at + 1} 列没有列名，下面却有内容", "请补上列名，或删去这一列"))
    for column in layout.columns:
        if column.is_required and column not in places.values():
            given = "、".join(str(heading).strip() for heading in headings if str(heading).strip())
            problems.append(Problem("file", "", f"缺少“{column.heading}”这一列", f"现有的列：{given[:200]}"))
    if problems:
        raise Invalid(problems)
    return places


def _nearest(heading: str, layout: Layout) -> str:
    known = _known(layout)
    near = get_close_matches(folded(heading), known, n=1, cutoff=FAR_ENOUGH)
    return f"是否“{known[near[0]].heading}”？" if near else "请删去这一列；备注请写在“备注”列"


def _row(grid: _Grid, at: int, places: Mapping[int, Column]) -> Row:
    merged, columns = grid.merged.get(at), grid.formulas.get(at + 1, 0)
    problems = [Problem("", "", merged, "请取消合并，逐行填写")] if merged else []
    texts = dict(_texts(grid.cells[at], places, problems))
    formulas = (column.key for place, column in places.items() if columns >> place & 1)
    return Row(at + 1, texts, tuple(problems), tuple(formulas))


def _texts(
    cells: Sequence[object], places: Mapping[int, Column], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    for at, column in places.items():
        try:
            yield column.key, text_of(cells[at], column.takes)
        except ValueError as fault:
            problems.append(Problem(column.key, str(cells[at])[:80], str(fault)))
