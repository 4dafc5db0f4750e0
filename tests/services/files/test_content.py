"""What is refused in a file before it is kept."""

from __future__ import annotations

import io
import zipfile

import pytest

from domain.errors import Invalid
from services.files import JPEG, OFD, PDF, XLSX, checked
from tests.support.pictures import PDF_BYTES, claiming, picture


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as found:
        checked(io.BytesIO(content))
    (problem,) = found.value.problems
    assert problem.path == "file"
    return f"{problem.sentence}；{problem.allowed}"


def archive(*names: str, size: int = 3) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, b"\0" * size)
    stream.seek(0)
    return stream


def test_kind_and_size_are_told_and_the_stream_stands_at_its_start() -> None:
    stream = io.BytesIO(picture("JPEG"))

    assert checked(stream) == (JPEG, len(picture("JPEG")))
    assert stream.tell() == 0


def test_a_scan_may_be_pdf_ofd_or_a_picture_and_a_table_is_told_from_a_text() -> None:
    """S001-44, S004-50"""
    kinds = [
        checked(stream)[0]
        for stream in (
            io.BytesIO(PDF_BYTES),
            archive("OFD.xml"),
            archive("[Content_Types].xml", "xl/workbook.xml"),
        )
    ]

    assert kinds == [PDF, OFD, XLSX]


def test_a_programme_named_pdf_is_refused_by_its_content() -> None:
    assert "改扩展名无效" in refusal(b"MZ\x90\x00" + b"\x00" * 200)


def test_an_encrypted_pdf_is_told_what_to_do() -> None:
    locked = PDF_BYTES.replace(b"%%EOF", b"trailer<</Encrypt 5 0 R/Size 6>>\n%%EOF")

    assert "取消密码" in refusal(locked)
    assert "取消密码" in refusal(PDF_BYTES.replace(b"%%EOF", b"trailer<</Encrypt<</V 4>>>>\n%%EOF"))


def test_a_pdf_that_speaks_of_encryption_is_not_encrypted() -> None:
    content = PDF_BYTES.replace(b"%%EOF", b"(the word /Encryption)\n%%EOF")

    assert checked(io.BytesIO(content))[0] is PDF


@pytest.mark.parametrize("content", [PDF_BYTES[:-7], PDF_BYTES + b"x" * 2000, b"%PDF-1.7\n"])
def test_a_pdf_that_broke_off_is_told(content: bytes) -> None:
    assert "已损坏" in refusal(content)


def test_a_pdf_may_end_with_empty_lines() -> None:
    assert checked(io.BytesIO(PDF_BYTES + b"\r\n" * 2000))[0] is PDF


@pytest.mark.parametrize("size", [(9_000, 9_000), (40_000, 40_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """A file of a hundred bytes that would take gigabytes."""
    assert "像素过多" in refusal(claiming(*size))


def test_a_broken_picture_is_told() -> None:
    assert "图片已损坏" in refusal(picture("PNG")[:20] + b"\x00" * 40)
    assert "图片已损坏" in refusal(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40)
    assert "图片已损坏" in refusal(claiming(0, 5))


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    stream = archive("[Content_Types].xml", "word/document.xml", size=300 * 1024 * 1024)

    with pytest.raises(Invalid):
        checked(stream)


def test_the_old_office_formats_are_told_what_to_do() -> None:
    assert "另存为 .docx" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
