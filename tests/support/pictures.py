"""Real pictures and documents as bytes, small, for tests of what people upload."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

PDF_BYTES = b"%PDF-1.7\n" + b"1 0 obj<</Type/Catalog>>endobj\n" * 4 + b"%%EOF\n"


def picture(kind: str = "PNG", *, size: tuple[int, int] = (40, 30), shade: int = 0) -> bytes:
    """Return a plain picture; another shade gives other bytes."""
    target = BytesIO()
    Image.new("RGB", size, (shade % 256, shade // 256, 90)).save(target, kind)
    return target.getvalue()


def claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to have so many points (a picture bomb)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def pdf(text: str) -> bytes:
    """Return a whole PDF that differs from those of other texts."""
    return PDF_BYTES.replace(b"%%EOF", f"% {text}\n%%EOF".encode())
