"""What a workbook really holds, found out before a reader makes room for it.

A file of a few kilobytes may claim one cell in the last column of the last row, for which a reader lays out the whole
rectangle, or may unpack to far more than its directory says. Both are measured here on the bytes themselves.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from domain.errors import Invalid, Problem

MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes of all parts together."""
CHUNK = 1024 * 1024
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of the older formats begins, and one that is locked by a password."""
LOCKED = "EncryptedPackage".encode("utf-16-le")
LOCAL_HEADER_BYTES = 30
IS_ENCRYPTED = 0x1
SHEET = re.compile(r"(?:/?xl/)?worksheets/[^/]+\.xml", re.IGNORECASE)
LINKS = "xl/_rels/workbook.xml.rels"
REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,9})")
CONTENT = frozenset({"v", "is", "f"})
"""What a cell that is not empty has inside."""
RESAVE = "请另存为 .xlsx 后重试"
ODD = "工作簿的结构不合规格，无法读取"


def require_bounded(content: bytes, *, most_rows: int, most_columns: int) -> bool:
    """Refuse what is no workbook, is locked, or holds more than may be read. Raises Invalid (path "file").

    Returns whether any sheet has formulas.
    """
    if content.startswith(COMPOUND):
        if LOCKED in content:
            raise refused("工作簿设有打开密码，无法读取", "请在 Excel 中取消密码后重新保存")
        raise refused("这是旧版 Excel（.xls）或其他格式的文件，改扩展名无效", RESAVE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        members = []
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise refused("按文件内容判断，不是 .xlsx 工作簿（改扩展名无效）", RESAVE)
    left, extents = MOST_UNPACKED, list[Extent]()
    for member in members:
        reading = _reading(member.filename, extents, (most_rows, most_columns))
        left = _measure(content, member, left, reading)
    return any(extent.has_formulas for extent in extents)


def refused(sentence: str, allowed: str = "") -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid([Problem("file", "", sentence, allowed)])


def _measure(content: bytes, member: zipfile.ZipInfo, left: int, reading: XMLParserType | None) -> int:
    """Unpack one part piece by piece and return how many bytes are left for the others. Raises Invalid."""
    try:
        for piece in pieces(content, member):
            left -= len(piece)
            if left < 0:
                raise refused("工作簿解压后过大", f"不超过 {MOST_UNPACKED // 1024 // 1024} MB")
            if reading is not None:
                reading.Parse(piece, False)
    except (zlib.error, struct.error, ExpatError):
        raise refused("文件已损坏，无法读取", RESAVE) from None
    return left


def _reading(name: str, extents: list["Extent"], most: tuple[int, int]) -> XMLParserType | None:
    """Return what reads a part that must be looked into, None for any other; a sheet's extent is added."""
    parser = strict_parser()
    if SHEET.fullmatch(name):
        extents.append(Extent(*most))
        parser.StartElementHandler = extents[-1].start
    elif name.lower() == LINKS:
        parser.StartElementHandler = _require_usual_place
    else:
        return None
    return parser


def strict_parser() -> XMLParserType:
    """Return a reader of XML that refuses what only hostile files declare."""
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise refused(ODD, RESAVE)


def _require_usual_place(name: str, attributes: dict[str, str]) -> None:
    """Refuse a sheet that lies where nobody would look for it, and is therefore not measured."""
    if attributes.get("Type", "").endswith("/worksheet") and not SHEET.fullmatch(attributes.get("Target", "")):
        raise refused(ODD, RESAVE)


def pieces(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a part unpacks to, whatever the directory says of its size. Raises Invalid, zlib.error."""
    if member.flag_bits & IS_ENCRYPTED or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refused("工作簿的压缩方式无法读取，可能已加密", RESAVE)
    names = struct.unpack_from("<HH", content, member.header_offset + LOCAL_HEADER_BYTES - 4)
    begin = member.header_offset + LOCAL_HEADER_BYTES + sum(names)
    packed = memoryview(content)[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    piece = inflating.decompress(packed, CHUNK)
    while piece:
        yield piece
        piece = inflating.decompress(inflating.unconsumed_tail, CHUNK)


class Extent:
    """Follows the cells of a sheet, and refuses one with a value beyond the last row or column that may be read.

    row, column: of the cell that is read, from 1.
    """

    def __init__(self, most_rows: int, most_columns: int) -> None:
        self.most_rows, self.most_columns = most_rows, most_columns
        self.row = self.column = self._opened = 0
        self.has_formulas = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the next element. Raises Invalid."""
        match name.rpartition(":")[2]:
            case "row":
                self._opened += 1
                given = attributes.get("r", "")
                self.row = int(given) if given.isdecimal() else self.row + 1
                self.column = 0
                if self._opened > self.most_rows:
                    raise refused(f"工作表超过 {self.most_rows} 行", "请删去下方多余的行，或分成几个文件")
            case "c":
                place = REFERENCE.fullmatch(attributes.get("r", ""))
                self.column = number_of(place[1]) if place else self.column + 1
                self.row = int(place[2]) if place else self.row
            case inner if inner in CONTENT:
                self.has_formulas = self.has_formulas or inner == "f"
                self._require_near()

    def _require_near(self) -> None:
        if self.row > self.most_rows:
            raise refused(f"工作表第 {self.row} 行还有内容，最多 {self.most_rows} 行", "请分成几个文件")
        if self.column > self.most_columns:
            raise refused(f"工作表第 {self.column} 列还有内容，最多 {self.most_columns} 列", "请删去右侧多余的列")


def number_of(letters: str) -> int:
    """Return the number of a column from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
