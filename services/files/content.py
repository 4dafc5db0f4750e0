"""What is refused in a file before it is kept: empty, too large, of another kind, broken, locked, or a trap."""

import os
import re
from typing import IO

from PIL import Image, UnidentifiedImageError

from domain.errors import Invalid, Problem
from services.files.kinds import JPEG, KINDS, PDF, PNG, Kind, is_old_office, kind_of

LARGEST = 20 * 1024 * 1024
MOST_PIXELS = 80_000_000
"""Points of a picture; an A3 page at 600 dpi has 70 million, a few bytes may claim billions."""
LOCKED = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
END_OF_PDF = b"%%EOF"
MOST_AFTER_END = 1024
UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError)
"""What Pillow raises for a broken picture."""


def checked(stream: IO[bytes]) -> tuple[Kind, int]:
    """Return a file's kind and its size in bytes; the stream stands at its start again.

    Raises Invalid (path "file") with a sentence that says what would be taken.
    """
    size = _size(stream)
    kind = kind_of(stream)
    if kind is None:
        names = "、".join(known.name for known in KINDS)
        if is_old_office(stream):
            raise _refused("不接收旧格式的 .doc、.xls 文件", "请另存为 .docx、.xlsx 或 PDF 后上传")
        raise _refused("按文件内容判断，不是可以接收的格式（改扩展名无效）", f"可以上传：{names}")
    if kind is PDF:
        _require_whole_pdf(stream)
    if kind in {JPEG, PNG}:
        _require_fair_picture(stream)
    stream.seek(0)
    return kind, size


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise _refused("文件是空的（0 字节），请检查后重新选择")
    if size > LARGEST:
        raise _refused(f"文件超过 {LARGEST // 1024 // 1024} MB", "请压缩图片或降低扫描分辨率后重试")
    return size


def _require_whole_pdf(stream: IO[bytes]) -> None:
    """Refuse a PDF that ends too early, or that nobody can open or print without a password."""
    content = stream.read()
    _, end, after = content.rpartition(END_OF_PDF)
    if not end or len(after.strip(b"\r\n\t \0")) > MOST_AFTER_END:
        raise _refused("PDF 文件不完整或已损坏（缺少结尾）", "请重新导出或重新扫描后上传")
    if LOCKED.search(content):
        raise _refused("PDF 文件已加密或限制了权限，审核时无法打开、打印", "请取消密码和权限限制后重新上传")


def _require_fair_picture(stream: IO[bytes]) -> None:
    """Refuse a picture that is broken, or too large once unpacked; its points are counted before any is decoded."""
    try:
        # Pillow warns, and then refuses, at sizes of its own, which are higher than ours.
        with Image.open(stream, formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_points() from None
    except UNREADABLE:
        raise _refused("图片已损坏，无法打开", "请重新导出或重新拍摄后上传") from None
    if width * height > MOST_PIXELS:
        raise _too_many_points(f"{width}×{height}")
    if not width * height:
        raise _refused("图片已损坏，无法打开", "请重新导出或重新拍摄后上传")


def _too_many_points(size: str = "") -> Invalid:
    shown = f"（{size}）" if size else ""
    return _refused(f"图片的像素过多{shown}", f"请缩小到 {MOST_PIXELS // 10_000} 万像素以内")


def _refused(sentence: str, allowed: str = "") -> Invalid:
    return Invalid([Problem("file", "", sentence, allowed)])
