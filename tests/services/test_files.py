"""Files that people hand in."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Invalid, NotAllowed, NotFound
from models import Batch, Exemption, Programme, StoredFile, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.files import (
    DOCX,
    JPEG,
    LARGEST,
    OFD,
    PDF,
    PNG,
    XLSX,
    Damaged,
    Upload,
    clean_name,
    open_file,
    store_file,
    sweep,
)
from tests.support.batches import COORDINATOR, duty_of, local, officer, running
from tests.support.pictures import picture

NOW = local("2023-03-13 09:00")
PDF_BYTES = b"%PDF-1.7\n" + b"1 0 obj<</Type/Catalog>>endobj\n" * 4 + b"%%EOF\n"
PNG_BYTES = picture("PNG")


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "<a/>")
    return stream.getvalue()


def unit_of(session: Session, number: int) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == f"{number:06d}")).one()


def store(session: Session, folder: Path, content: bytes, name: str = "说明.pdf", number: int = 1) -> StoredFile:
    upload = Upload(unit_of(session, number).id, name, io.BytesIO(content))
    return store_file(session, upload, folder=folder, actor=officer(session, number), now=NOW)


def attach(session: Session, batch: Batch, file: StoredFile, number: int = 1) -> Exemption:
    """Let an explanation of the n-th unit bear the file."""
    duty = duty_of(session, batch, number)
    row = Exemption(
        batch_id=batch.id,
        unit_id=duty.unit_id,
        duty_id=duty.id,
        reason_key="other",
        file_id=file.id,
        made_at=NOW,
        made_by="经办人",
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db)


def test_a_file_lies_under_its_hash_and_comes_back_as_handed_in(
    db: Session, context: BatchContext, folder: Path
) -> None:
    """S003-52"""
    row = store(db, folder, PDF_BYTES)
    attach(db, context.batch, row)

    found, stream = open_file(db, row.id, folder)

    with stream:
        assert stream.read() == PDF_BYTES
    assert (folder / hashlib.sha256(PDF_BYTES).hexdigest()).read_bytes() == PDF_BYTES
    assert (found.name, found.media_type, found.size) == ("说明.pdf", PDF.media_type, len(PDF_BYTES))
    assert (found.stored_at, found.stored_by) == (NOW, "经办人1")


def test_the_same_bytes_are_kept_once_under_each_name(db: Session, context: BatchContext, folder: Path) -> None:
    """S44"""
    first, second = store(db, folder, PDF_BYTES, "一.pdf"), store(db, folder, PDF_BYTES, "二.pdf")

    assert [entry.name for entry in folder.iterdir()] == [first.sha256]
    assert (first.sha256, first.name, second.name) == (second.sha256, "一.pdf", "二.pdf")


KNOWN = {
    PDF.media_type: PDF_BYTES,
    OFD.media_type: archive("OFD.xml", "Doc_0/Document.xml"),
    JPEG.media_type: picture("JPEG"),
    PNG.media_type: PNG_BYTES,
    DOCX.media_type: archive("[Content_Types].xml", "word/document.xml"),
    XLSX.media_type: archive("[Content_Types].xml", "xl/workbook.xml"),
}
OTHERS = (
    b"MZ\x90\x00" + b"\x00" * 200,
    b"<html><script>alert(1)</script></html>" * 5,
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" * 3,
    archive("evil.exe"),
    archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    archive("xl/workbook.xml"),
    b"PK\x03\x04 not an archive at all",
    b"x",
)


def test_the_kind_is_told_from_the_content(db: Session, context: BatchContext, folder: Path) -> None:
    """S42"""
    told = {store(db, folder, content, "扫描件").media_type for content in KNOWN.values()}

    assert told == set(KNOWN)


def test_other_content_is_refused_whatever_its_name(db: Session, context: BatchContext, folder: Path) -> None:
    """S42"""
    for content in OTHERS:
        with pytest.raises(Invalid) as refusal:
            store(db, folder, content, "说明.pdf")

        assert [problem.path for problem in refusal.value.problems] == ["file"]
        assert "可以上传：PDF" in refusal.value.problems[0].allowed
    assert list(folder.glob("*")) == []
    assert db.scalars(select(StoredFile)).all() == []


def test_an_empty_file_is_refused(db: Session, context: BatchContext, folder: Path) -> None:
    """S44"""
    with pytest.raises(Invalid, match="0 字节"):
        store(db, folder, b"")


def test_one_byte_too_many_is_refused_and_leaves_nothing(db: Session, context: BatchContext, folder: Path) -> None:
    """S44"""
    largest = PDF_BYTES.ljust(LARGEST, b"\n")

    with pytest.raises(Invalid, match="20 MB"):
        store(db, folder, largest + b"\n")
    assert list(folder.glob("*")) == []
    assert store(db, folder, largest).size == LARGEST


def test_the_database_refuses_an_empty_file(db: Session, context: BatchContext) -> None:
    db.add(
        StoredFile(
            unit_id=unit_of(db, 1).id,
            sha256="0" * 64,
            name="空.pdf",
            media_type=PDF.media_type,
            size=0,
            stored_at=NOW,
            stored_by="经办人1",
        )
    )

    with pytest.raises(IntegrityError):
        db.flush()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("C:\\文件\\说明.PDF", "说明.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("说明\u202efdp.exe", "说明fdp.exe.pdf"),
        ("第一行\r\n第二行.pdf", "第一行 第二行.pdf"),
        ("a<b>:c.pdf", "a_b__c.pdf"),
        ("\x00", "附件.pdf"),
        ("", "附件.pdf"),
        ("..", "附件.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ("长" * 300, "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_one_visible_line_that_ends_as_its_content_does(raw: str, shown: str) -> None:
    """S41, S68"""
    assert clean_name(raw, PDF) == shown


def test_changed_bytes_are_not_given_out(db: Session, context: BatchContext, folder: Path) -> None:
    row = store(db, folder, PDF_BYTES)
    attach(db, context.batch, row)
    (folder / row.sha256).write_bytes(PDF_BYTES + b"changed")

    with pytest.raises(Damaged, match="不一致"):
        open_file(db, row.id, folder)


def test_missing_bytes_are_told(db: Session, context: BatchContext, folder: Path) -> None:
    row = store(db, folder, PDF_BYTES)
    attach(db, context.batch, row)
    (folder / row.sha256).unlink()

    with pytest.raises(Damaged, match="找不到"):
        open_file(db, row.id, folder)


def test_an_officer_stores_files_for_the_own_unit_only(database: Database, folder: Path) -> None:
    """S05"""
    with database.write(Scope()) as db:
        running(db)
        actor, foreign = officer(db, 1), unit_of(db, 2).id

        with pytest.raises(NotAllowed):
            store_file(db, Upload(foreign, "说明.pdf", io.BytesIO(PDF_BYTES)), folder=folder, actor=actor, now=NOW)

    with database.write(Scope.of(actor)) as db, pytest.raises(NotFound):
        store_file(db, Upload(foreign, "说明.pdf", io.BytesIO(PDF_BYTES)), folder=folder, actor=actor, now=NOW)
    assert list(folder.glob("*")) == []


def test_an_expert_stores_no_files(db: Session, context: BatchContext, folder: Path) -> None:
    upload = Upload(unit_of(db, 1).id, "说明.pdf", io.BytesIO(PDF_BYTES))

    with pytest.raises(NotAllowed):
        store_file(db, upload, folder=folder, actor=Actor("专家", Role.EXPERT), now=NOW)


def test_a_file_is_seen_with_what_it_belongs_to_and_by_nobody_else(database: Database, folder: Path) -> None:
    """S02: the attachment's bytes; the own officer and the programme's office see them."""
    with database.write(Scope()) as db:
        batch = running(db).batch
        row = store(db, folder, PDF_BYTES)
        loose = store(db, folder, PNG_BYTES)
        attach(db, batch, row)
        other = Programme(key="other", name="另一项目")
        db.add(other)
        db.flush()
        mine, foreign = officer(db, 1), officer(db, 2)
        own_office = Actor("王主任", Role.COORDINATOR, programmes=frozenset({batch.programme_id}))
        other_office = Actor("赵主任", Role.COORDINATOR, programmes=frozenset({other.id}))

    for actor in (mine, own_office, COORDINATOR):
        with database.read(Scope.of(actor)) as db:
            open_file(db, row.id, folder)[1].close()
    for actor in (foreign, other_office):
        with database.read(Scope.of(actor)) as db, pytest.raises(NotFound):
            open_file(db, row.id, folder)
    with database.read(Scope.of(mine)) as db, pytest.raises(NotFound):
        open_file(db, loose.id, folder)


def test_old_bytes_without_a_row_are_swept_away(db: Session, context: BatchContext, folder: Path) -> None:
    """S50"""
    kept = store(db, folder, PDF_BYTES)
    orphan, half, fresh = folder / ("0" * 64), folder / ".upload-half", folder / ("1" * 64)
    for path in (orphan, half, fresh):
        path.write_bytes(b"x")
    now = datetime.now(UTC)
    long_ago = (now - timedelta(days=2)).timestamp()
    for path in (orphan, half, folder / kept.sha256):
        os.utime(path, (long_ago, long_ago))

    assert sweep(db, folder, before=now - timedelta(days=1)) == 2
    assert {entry.name for entry in folder.iterdir()} == {kept.sha256, fresh.name}
    assert sweep(db, folder / "none", before=now) == 0
