"""Files that people hand in: kept under their own hash, told by their content, seen only with what they belong to.

The bytes are on the disk for good before the row is written, so a row never lacks its file; bytes without a row are
swept away after a while.
"""

import hashlib
import logging
import os
import re
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import puremagic
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, may, require
from domain.errors import Invalid, NotFound, Problem, RuleBroken
from models import Exemption, Extension, LatePermit, StoredFile, Unit

logger = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 200
CHUNK = 64 * 1024
HEAD = 4096
MOST_MEMBERS = 10_000
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that show nothing, or turn a name around."""
TO_HAND_IN = (Action.EXEMPT, Action.EXTEND, Action.ACCEPT_LATE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken; the first suffix is given to a name that has none of them."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]


PDF = Kind("PDF", "application/pdf", (".pdf",))
OFD = Kind("OFD", "application/ofd", (".ofd",))
JPEG = Kind("JPEG 图片", "image/jpeg", (".jpg", ".jpeg"))
PNG = Kind("PNG 图片", "image/png", (".png",))
DOCX = Kind("Word 文档", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
KINDS = (PDF, OFD, JPEG, PNG, DOCX)
ACCEPTED = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)
"""What a page's file field offers."""


class Damaged(RuleBroken):
    """The bytes are gone, or are not those that were handed in."""

    code = "file_damaged"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the unit that it will belong to, the name it bore there, its bytes."""

    unit_id: int
    name: str
    stream: IO[bytes]


def store_file(session: Session, upload: Upload, *, folder: Path, actor: Actor, now: datetime) -> StoredFile:
    """Keep a file; the same bytes are kept once, whatever they are called.

    folder: where files lie, made when missing.
    Raises NotFound, NotAllowed; Invalid (path "file") for an empty, too large or unknown kind of file.
    """
    unit = session.get(Unit, upload.unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    subject = Subject(unit_path=unit.path)
    if not any(may(actor, action, subject) for action in TO_HAND_IN):
        require(actor, Action.EXEMPT, subject)
    size = _size(upload.stream)
    kind = _kind(upload.stream)
    sha256 = _keep(upload.stream, folder)
    row = StoredFile(
        unit_id=unit.id,
        sha256=sha256,
        name=clean_name(upload.name, kind),
        media_type=kind.media_type,
        size=size,
        stored_at=now,
        stored_by=actor.name,
    )
    session.add(row)
    session.flush()
    return row


def open_file(session: Session, file_id: int, folder: Path) -> tuple[StoredFile, IO[bytes]]:
    """Return a file's row and its bytes, which are those that were handed in; the caller closes the stream.

    A file is seen by who sees what it belongs to: an explanation, an extension, a permit.
    Raises NotFound; Damaged when the bytes are missing or changed.
    """
    belongs = or_(*(exists().where(owner.file_id == StoredFile.id) for owner in (Exemption, LatePermit, Extension)))
    row = session.scalars(select(StoredFile).where(StoredFile.id == file_id, belongs)).one_or_none()
    if row is None:
        raise NotFound("没有这个文件。")
    try:
        stream = (folder / row.sha256).open("rb")
    except FileNotFoundError:
        logger.error("file %s of row %s is missing", row.sha256, row.id)
        raise Damaged(f"文件“{row.name}”在存储中找不到，请联系系统管理员。") from None
    if hashlib.file_digest(stream, "sha256").hexdigest() != row.sha256:
        stream.close()
        logger.error("file %s of row %s has other bytes", row.sha256, row.id)
        raise Damaged(f"文件“{row.name}”的内容与上传时不一致，请联系系统管理员。")
    stream.seek(0)
    return row, stream


def sweep(session: Session, folder: Path, *, before: datetime) -> int:
    """Take away files that no row names and that nobody stored since; return how many.

    before: long enough ago that no upload of that time is still under way.
    """
    if not folder.is_dir():
        return 0
    old = {entry.name: entry for entry in folder.iterdir() if entry.stat().st_mtime < before.timestamp()}
    known = set(session.scalars(select(StoredFile.sha256)))
    orphans = [entry for name, entry in old.items() if name not in known]
    for entry in orphans:
        entry.unlink(missing_ok=True)
    return len(orphans)


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


def _size(stream: IO[bytes]) -> int:
    """Return the number of bytes, before any of them is looked at. Raises Invalid."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise _refused("文件是空的（0 字节），请检查后重新选择")
    if size > LARGEST:
        raise _refused(f"文件超过 {LARGEST // 1024 // 1024} MB", "请压缩图片或降低扫描分辨率后重试")
    return size


def _kind(stream: IO[bytes]) -> Kind:
    """Return what the bytes are, whatever the name says. Raises Invalid."""
    head = stream.read(HEAD)
    stream.seek(0)
    found = _of_archive(stream) if head.startswith(b"PK\x03\x04") else _of_head(head)
    stream.seek(0)
    if found is None:
        names = "、".join(kind.name for kind in KINDS)
        raise _refused("按文件内容判断，不是可以接收的格式（改扩展名无效）", f"可以上传：{names}")
    return found


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
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if len(names) > MOST_MEMBERS or any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "OFD.xml" in names:
        return OFD
    return DOCX if {"[Content_Types].xml", "word/document.xml"} <= names else None


def _keep(stream: IO[bytes], folder: Path) -> str:
    """Write the bytes to the disk for good, under their hash; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(prefix=".upload-", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(folder / digest.hexdigest())
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(folder)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(sentence: str, allowed: str = "") -> Invalid:
    return Invalid([Problem("file", "", sentence, allowed)])
