"""What a file is, told by its content, and the name that it may bear."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

import puremagic

from domain.definition import FileKind

LONGEST_NAME = 200
HEAD = 4096
MOST_MEMBERS = 10_000
MOST_UNPACKED = 500 * 1024 * 1024
"""Bytes that an Office file may come to when it is unpacked; more is a trap for whoever opens it."""
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that show nothing, or turn a name around."""
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Word and Excel files before 2007 begin; they may hold macros that nobody sees."""
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken; the first suffix is given to a name that has none of them."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    file_kind: FileKind


PDF = Kind("PDF", "application/pdf", (".pdf",), FileKind.PDF)
OFD = Kind("OFD", "application/ofd", (".ofd",), FileKind.OFD)
JPEG = Kind("JPEG 图片", "image/jpeg", (".jpg", ".jpeg"), FileKind.IMAGE)
PNG = Kind("PNG 图片", "image/png", (".png",), FileKind.IMAGE)
DOCX = Kind("Word 文档", f"{OFFICE}.wordprocessingml.document", (".docx",), FileKind.WORD)
XLSX = Kind("Excel 表格", f"{OFFICE}.spreadsheetml.sheet", (".xlsx",), FileKind.EXCEL)
KINDS = (PDF, OFD, JPEG, PNG, DOCX, XLSX)
ACCEPTED = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)
"""What a page's file field offers."""
MARKERS = {"OFD.xml": OFD, "word/document.xml": DOCX, "xl/workbook.xml": XLSX}
"""The member of an archive that tells its kind."""


def kind_named(media_type: str) -> Kind | None:
    """Return the kind with a media type; None for one that is not taken any more."""
    return next((kind for kind in KINDS if kind.media_type == media_type), None)


def kind_of(stream: IO[bytes]) -> Kind | None:
    """Return what the bytes are, whatever a name says; None for what is not taken. The stream stands at its start."""
    head = stream.read(HEAD)
    stream.seek(0)
    found = _of_archive(stream) if head.startswith(b"PK\x03\x04") else _of_head(head)
    stream.seek(0)
    return found


def is_old_office(stream: IO[bytes]) -> bool:
    """Tell whether it is a Word or Excel file of the old format. The stream stands at its start."""
    head = stream.read(len(OLD_OFFICE))
    stream.seek(0)
    return head == OLD_OFFICE


def _of_head(head: bytes) -> Kind | None:
    try:
        candidates = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return None
    return next((kind for kind in (PDF, JPEG, PNG) if kind.media_type in candidates), None)


def _of_archive(stream: IO[bytes]) -> Kind | None:
    """Return the kind of an archive by the names in its directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    names = {member.filename for member in members}
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    found = next((kind for marker, kind in MARKERS.items() if marker in names), None)
    return found if found is OFD or "[Content_Types].xml" in names else None


def clean_name(raw: str, kind: Kind) -> str:
    """Return a name to show and to save under: one visible line without folders, ending as its content does."""
    last = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    visible = "".join(" " if char.isspace() else char for char in last)
    visible = "".join(char for char in visible if unicodedata.category(char) not in UNSEEN)
    name = " ".join(FORBIDDEN_IN_NAMES.sub("_", visible).split()).strip(". ")
    suffix = PurePosixPath(name).suffix
    if suffix.lower() not in kind.suffixes:
        name, suffix = f"{name or '附件'}{kind.suffixes[0]}", kind.suffixes[0]
    return name.removesuffix(suffix)[: LONGEST_NAME - len(suffix)] + suffix
