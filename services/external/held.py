"""A workbook between its preview and its import, in the store of files; the clock sweeps it away after a day."""

import re
from io import BytesIO

from domain.errors import NotFound
from services.files import Place, Shelf, as_store

NAME = re.compile(r"[0-9a-f]{64}")


def hold(content: bytes, place: Place) -> str:
    """Keep the bytes of a workbook and return the name by which they are found again, their SHA-256."""
    return as_store(place).keep(BytesIO(content), Shelf.INCOMING)


def held(name: str, place: Place) -> bytes:
    """Return the bytes again. Raises NotFound when they were taken away meanwhile."""
    store = as_store(place)
    if not NAME.fullmatch(name) or not store.has(Shelf.INCOMING, name):
        raise NotFound("预览过的文件已过期，请重新选择文件。")
    return store.read(Shelf.INCOMING, name)
