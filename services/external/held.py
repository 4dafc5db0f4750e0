"""A workbook between its preview and its import: kept for a day under its own hash, outside the store of files."""

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path

from domain.errors import NotFound

KEPT = timedelta(days=1)
NAME = re.compile(r"[0-9a-f]{64}")


def hold(content: bytes, folder: Path, *, now: datetime) -> str:
    """Keep the bytes of a workbook and return their SHA-256; what lies there for longer than a day is taken away.

    now: wall time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < (now - KEPT).timestamp():
            old.unlink(missing_ok=True)
    name = hashlib.sha256(content).hexdigest()
    part = folder / f".{name}"
    part.write_bytes(content)
    part.replace(folder / name)
    return name


def held(name: str, folder: Path) -> bytes:
    """Return the bytes again. Raises NotFound when they were taken away meanwhile."""
    path = folder / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("预览过的文件已过期，请重新选择文件。")
    return path.read_bytes()
