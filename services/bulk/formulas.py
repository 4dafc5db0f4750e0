"""Which cells of a sheet are formulas: a reader of values gives their results alone."""

import io
import zipfile
from collections.abc import Callable, Mapping
from xml.parsers.expat import ExpatError

from services.bulk.archive import LINKS, REFERENCE, RESAVE, Extent, number_of, pieces, refused, strict_parser

BOOK = "xl/workbook.xml"
FILLING = frozenset({"array", "dataTable"})
"""Formulas whose results fill a range of cells."""


def formulas_of(content: bytes, sheet: str, *, most_rows: int, most_columns: int) -> Mapping[int, int]:
    """Return the rows, from 1, that have formulas, each with the bits of their columns: 0b101 for A and C.

    content: a workbook that `archive.require_bounded` has let pass with the same limits. A sheet that is not found
    has none. Raises Invalid.
    """
    finder = _Finder(most_rows, most_columns)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        members = {member.filename.casefold(): member for member in book.infolist()}
    part = _Directory(sheet)
    _read(content, members.get(BOOK), part.of_book)
    _read(content, members.get(LINKS), part.of_links)
    _read(content, members.get(part.path), finder.start)
    return finder.found


def _read(content: bytes, member: zipfile.ZipInfo | None, take: Callable[[str, dict[str, str]], None]) -> None:
    if member is None:
        return
    parser = strict_parser()
    parser.StartElementHandler = take
    try:
        for piece in pieces(content, member):
            parser.Parse(piece, False)
    except ExpatError:
        raise refused("文件已损坏，无法读取", RESAVE) from None


class _Directory:
    """Finds the part that holds the sheet of a name."""

    def __init__(self, sheet: str) -> None:
        self._sheet, self._link, self.path = sheet, "", ""

    def of_book(self, name: str, attributes: dict[str, str]) -> None:
        """Take the next element of the part that names the sheets."""
        if name.rpartition(":")[2] == "sheet" and attributes.get("name") == self._sheet and not self._link:
            self._link = next((value for key, value in attributes.items() if key.endswith(":id")), "")

    def of_links(self, name: str, attributes: dict[str, str]) -> None:
        """Take the next element of the part that says where they are."""
        if attributes.get("Id") == self._link and self._link:
            target = attributes.get("Target", "").casefold()
            self.path = target.removeprefix("/") if target.startswith("/") else f"xl/{target.removeprefix('xl/')}"


class _Finder(Extent):
    """Follows the cells of a sheet and notes those that a formula fills."""

    def __init__(self, most_rows: int, most_columns: int) -> None:
        super().__init__(most_rows, most_columns)
        self.found: dict[int, int] = {}
        # Results never lie over one another: whoever claims more than the whole sheet is not believed.
        self._left = most_rows * most_columns

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the next element. Raises Invalid."""
        super().start(name, attributes)
        if name.rpartition(":")[2] != "f":
            return
        self._note(range(self.row, self.row + 1), self.column, self.column)
        first, _, last = attributes.get("ref", "").partition(":")
        begin, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last)
        if attributes.get("t") in FILLING and begin and end:
            rows = range(int(begin[2]), min(int(end[2]), self.most_rows) + 1)
            self._note(rows, number_of(begin[1]), min(number_of(end[1]), self.most_columns))

    def _note(self, rows: range, left: int, right: int) -> None:
        if not 1 <= left <= right or len(rows) > self._left:
            return
        self._left -= len(rows)
        columns = (1 << right) - (1 << (left - 1))
        for row in rows:
            self.found[row] = self.found.get(row, 0) | columns
