"""Where bytes lie: a folder of this machine or an S3-compatible store, behind fsspec, each file under its own hash.

<sha256>                 a file as it was handed in
quarantine/<sha256>      one that no virus scan has seen yet: it is kept, and given to nobody
infected/<sha256>        the mark of one in which a virus was found; its bytes are gone
thumbs/<sha256>.jpg      a small picture of it, made once
templates/<sha256>       a file to fill in that a definition brought
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, cast

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from domain.errors import RuleBroken
from services.files.scanning import Scanner

CHUNK = 64 * 1024
TEMPORARY = ".upload-"


class Shelf(StrEnum):
    """The parts of a store; the files themselves lie at its top."""

    FILES = ""
    QUARANTINE = "quarantine"
    INFECTED = "infected"
    THUMBS = "thumbs"
    TEMPLATES = "templates"
    INCOMING = "incoming"


class Withheld(RuleBroken):
    """A file is kept but not given out: it waits for its virus scan, or did not pass it."""

    code = "file_withheld"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a shelf: its name there and when it was last written."""

    name: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Store:
    """A store of bytes. root: without a slash at the end. scanner: None where no virus scan is set up."""

    filesystem: AbstractFileSystem
    root: str
    scanner: Scanner | None = None

    @classmethod
    def at(cls, place: str | Path, scan_command: str = "") -> "Store":
        """Return the store of a folder or of an address such as "s3://bucket/folder".

        Raises ValueError for an unknown kind of address or unreadable command, ImportError when the kind needs a
        library that is not installed.
        """
        filesystem, root = fsspec.core.url_to_fs(str(place))
        return cls(filesystem, str(root).rstrip("/"), Scanner.of(scan_command))

    @property
    def is_local(self) -> bool:
        """Tell whether it is a folder of this machine."""
        return isinstance(self.filesystem, LocalFileSystem)

    def path(self, shelf: Shelf, name: str) -> str:
        """Return where a file lies."""
        return f"{self.root}/{shelf.value}/{name}" if shelf.value else f"{self.root}/{name}"

    def has(self, shelf: Shelf, name: str) -> bool:
        """Tell whether a file is there."""
        return bool(self.filesystem.isfile(self.path(shelf, name)))

    def keep(self, stream: IO[bytes], shelf: Shelf = Shelf.FILES) -> str:
        """Write bytes for good under their hash, and return it. The stream is read from its start."""
        digest = hashlib.sha256()
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
        stream.seek(0)
        self.write(shelf, digest.hexdigest(), stream)
        return digest.hexdigest()

    def write(self, shelf: Shelf, name: str, stream: IO[bytes]) -> None:
        """Write a file whole or not at all; a store elsewhere sees to that itself, a folder by renaming."""
        final = self.path(shelf, name)
        self.filesystem.makedirs(final.rpartition("/")[0], exist_ok=True)
        if not self.is_local:
            with self.filesystem.open(final, "wb") as target:
                _copy(stream, target)
            return
        temporary = f"{final.rpartition('/')[0]}/{TEMPORARY}{secrets.token_hex(8)}"
        try:
            with self.filesystem.open(temporary, "wb") as target:
                _copy(stream, target)
                target.flush()
                os.fsync(target.fileno())
            Path(temporary).replace(final)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _sync_folder(Path(final).parent)

    def read(self, shelf: Shelf, name: str) -> bytes:
        """Return the bytes of a file. Raises FileNotFoundError."""
        return cast(bytes, self.filesystem.cat_file(self.path(shelf, name)))

    def open(self, sha256: str, shelf: Shelf = Shelf.FILES) -> IO[bytes]:
        """Return a file for reading, at its start. Raises FileNotFoundError; Withheld if it may not be given out."""
        try:
            return cast(IO[bytes], self.filesystem.open(self.path(shelf, sha256), "rb"))
        except FileNotFoundError:
            self.require_free(sha256)
            raise

    def is_free(self, sha256: str) -> bool:
        """Tell whether a file is there to be given out."""
        return self.has(Shelf.FILES, sha256)

    def require_free(self, sha256: str) -> None:
        """Refuse a file that waits for its scan or did not pass it. Raises Withheld."""
        if self.has(Shelf.QUARANTINE, sha256):
            raise Withheld("文件尚未完成病毒扫描，暂时不能打开，请稍后再试。")
        if self.has(Shelf.INFECTED, sha256):
            raise Withheld("文件中发现病毒，已被删除，请重新提供。")

    def entries(self, shelf: Shelf) -> Iterator[Entry]:
        """Yield the files of a shelf, in no order."""
        try:
            listed = self.filesystem.ls(self.path(shelf, "").rstrip("/"), detail=True, refresh=True)
        except FileNotFoundError:
            return
        for item in listed:
            if item["type"] == "file":
                yield Entry(str(item["name"]).rpartition("/")[2], _written_at(item))

    def waiting(self) -> frozenset[str]:
        """Return the hashes of files that no virus scan has seen yet."""
        return frozenset(entry.name for entry in self.entries(Shelf.QUARANTINE))

    def remove(self, shelf: Shelf, name: str) -> None:
        """Take a file away; one that is gone already is no error."""
        try:
            self.filesystem.rm_file(self.path(shelf, name))
        except FileNotFoundError:
            return


Place = Path | Store
"""Where files lie, as an app is told: a plain folder, or a store with all that belongs to it."""


def as_store(place: Place) -> Store:
    """Return a store for a plain folder, without a virus scan; a store as it is."""
    return place if isinstance(place, Store) else Store.at(place)


def store_address(value: str) -> str:
    """Return the address of a store as a setting keeps it: a folder in full, any other as it is.

    Raises ValueError, with a sentence, for one that cannot be used here.
    """
    try:
        Store.at(value or ".")
    except ImportError as error:
        raise ValueError(f"这种存储需要另装程序库：{error}") from None
    except (ValueError, OSError):
        raise ValueError("应为 s3://桶/目录 之类的地址，或一个文件夹") from None
    return value if "://" in value or not value else str(Path(value).expanduser().resolve())


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while chunk := source.read(CHUNK):
        target.write(chunk)


def _written_at(item: dict[str, Any]) -> datetime:
    """Return when a listed file was written; each kind of store says it in its own way."""
    told = item.get("mtime") or item.get("LastModified") or item.get("last_modified") or item.get("created")
    if isinstance(told, datetime):
        return told if told.tzinfo is not None else told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(told or 0), UTC)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
