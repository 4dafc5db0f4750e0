"""Files that are no workbook, or too much of one: refused with a clear sentence before anything is made of them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import Invalid
from services.bulk.archive import require_bounded
from services.bulk.columns import MOST_ROWS
from services.bulk.formulas import formulas_of
from services.bulk.workbook import read_table
from tests.support.bulk import workbook
from tests.support.bulk_reading import HEADINGS, LAYOUT, book, read, why

# ---------- files that are none


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            part = source.read(member)
            archive.writestr(member, change(part) if member == name else part)
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PLAIN = workbook(HEADINGS, [("1", "甲")])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "0 字节"),
        ("代码,名称\n1,甲\n".encode(), "不是 .xlsx"),
        (OLE + b"\0" * 500 + "Workbook".encode("utf-16-le"), "旧版 Excel"),
        (OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (zipped(word__document=b"<x/>"), "不是 .xlsx"),
        (PLAIN[: len(PLAIN) // 2], "不是 .xlsx"),
        (zipped(**{"xl/workbook.xml": b"<workbook/>"}), "损坏"),
        (b"x" * (20 * 1024 * 1024 + 1), "超过 20 MB"),
        (changed(PLAIN, "xl/worksheets/sheet1.xml", lambda part: part[:200]), ""),
        (changed(PLAIN, "xl/worksheets/sheet1.xml", lambda part: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + part), ""),
        (
            changed(PLAIN, "xl/_rels/workbook.xml.rels", lambda part: part.replace(b"worksheets/", b"hidden/")),
            "不合规格",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(content: bytes, sentence: str) -> None:
    assert sentence in why(content)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [(1_048_575, 0, "第 1048576 行"), (1_048_575, 16_383, "第 1048576 行"), (1, 16_383, "第 16384 列")],
)
def test_a_cell_far_away_is_refused_before_a_reader_makes_room_for_it(row: int, column: int, sentence: str) -> None:
    """A file of five kilobytes would else take half a terabyte, and the process with it."""
    content = book(lambda made, sheet: (sheet.write_row(0, 0, HEADINGS), sheet.write(row, column, "x")))

    assert len(content) < 10_000
    assert sentence in why(content)


def test_a_format_far_away_holds_nothing_and_is_no_reason_to_refuse() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ("1", "甲"))
        sheet.write_blank(1_048_575, 16_383, None, made.add_format({"bold": True}))

    assert len(read_table(book(fill), LAYOUT).rows) == 1


def test_a_million_rows_are_refused_at_once() -> None:
    def fill(made: Any, sheet: Any) -> None:
        for number in range(1_048_576):
            sheet.write_number(number, 0, number)

    assert f"超过 {MOST_ROWS + 20} 行" in why(book(fill, constant_memory=True, in_memory=False))


def test_one_row_too_many_is_refused_and_the_last_one_allowed_is_read() -> None:
    rows = [(f"A{number}", "甲") for number in range(MOST_ROWS + 1)]

    assert f"共 {MOST_ROWS + 1} 行，一次最多导入 {MOST_ROWS} 行" in why(workbook(HEADINGS, rows))
    assert len(read(*rows[1:]).rows) == MOST_ROWS


def test_a_bomb_is_refused_by_what_it_unpacks_to_whatever_its_directory_says() -> None:
    bomb = zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b"A" * 310 * 1024 * 1024})
    member = zipfile.ZipFile(io.BytesIO(bomb)).getinfo("xl/sharedStrings.xml")
    size = struct.pack("<I", member.file_size)
    lying = bomb.replace(size, struct.pack("<I", 1_000))

    assert zlib.crc32(bomb) != zlib.crc32(lying)
    for content in (bomb, lying):
        with pytest.raises(Invalid, match="解压后过大"):
            require_bounded(content, most_rows=10, most_columns=10)


def test_formulas_that_fill_the_same_cells_over_and_over_cost_nothing() -> None:
    """Each claims half a million cells; a real one fills none twice."""
    cell = f'<c t="str"><f t="array" ref="A1:CV{MOST_ROWS}">1</f><v>1</v></c>'
    row = f"<row>{cell * 90}</row>"

    def grow(part: bytes) -> bytes:
        return part.replace(b"</sheetData>", (row * 2_000).encode() + b"</sheetData>")

    found = formulas_of(
        changed(PLAIN, "xl/worksheets/sheet1.xml", grow), "数据", most_rows=MOST_ROWS + 20, most_columns=100
    )

    assert len(found) <= MOST_ROWS + 20
