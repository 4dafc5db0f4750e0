"""Small pictures of pictures, made when they are first asked for and kept beside the files."""

from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from services.files.content import UNREADABLE
from services.files.kinds import JPEG, PNG
from services.files.store import Place, Shelf, as_store

EDGE = 320
"""Pixels of the longer side."""
QUALITY = 80
_making = Lock()
"""One picture is unpacked at a time: each may take some hundred megabytes, and none is made twice."""


def thumbnail(place: Place, sha256: str, media_type: str) -> bytes | None:
    """Return a small JPEG of a kept picture; None for a file that is no picture, or a picture that cannot be read.

    Raises FileNotFoundError; Withheld while it waits for a virus scan.
    """
    if media_type not in {JPEG.media_type, PNG.media_type}:
        return None
    store, name = as_store(place), f"{sha256}.jpg"
    with _making:
        if store.has(Shelf.THUMBS, name):
            return store.read(Shelf.THUMBS, name) or None
        with store.open(sha256) as stream:
            made = _made(stream.read())
        store.write(Shelf.THUMBS, name, BytesIO(made))
    return made or None


def _made(content: bytes) -> bytes:
    """Return the small picture; nothing for one that cannot be read, so that it is not tried again and again."""
    target = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            # A JPEG is unpacked at a fraction of its size, which costs a fraction of the time.
            picture.draft("RGB", (EDGE * 2, EDGE * 2))
            small = ImageOps.exif_transpose(picture).convert("RGB")
            small.thumbnail((EDGE, EDGE))
            small.save(target, "JPEG", quality=QUALITY)
    except UNREADABLE:
        return b""
    return target.getvalue()
