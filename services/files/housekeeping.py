"""What the clock does for the store: scan what waits in quarantine, take away what belongs to nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import StoredFile
from models.scope import seeing_all
from services.files.scanning import Verdict
from services.files.store import Entry, Place, Shelf, Store, as_store

logger = logging.getLogger(__name__)

ASKED_AT_ONCE = 500
"""Hashes in one question to the database."""
SCANNED_AT_ONCE = 100
SWEPT = (Shelf.FILES, Shelf.QUARANTINE, Shelf.INFECTED, Shelf.THUMBS, Shelf.INCOMING)
"""Templates belong to definitions, not to rows, and stay."""


@dataclass(frozen=True, slots=True)
class Rescanned:
    """What a round over the quarantine did; `left` files still wait, because the scanner could not tell."""

    freed: int
    infected: int
    left: int


def rescan(place: Place, *, most: int = SCANNED_AT_ONCE) -> Rescanned:
    """Scan files that wait in quarantine; stops at once while the scanner cannot tell. Repeating it is harmless.

    Where no virus scan is set up any more, they are set free.
    """
    store = as_store(place)
    waiting = sorted(store.waiting())
    freed = infected = 0
    for name in waiting[:most]:
        content = store.read(Shelf.QUARANTINE, name)
        verdict = Verdict.CLEAN if store.scanner is None else store.scanner.scan(content)
        if verdict is Verdict.UNKNOWN:
            break
        if verdict is Verdict.CLEAN:
            store.keep(BytesIO(content))
            freed += 1
        else:
            logger.error("file %s is infected and was removed", name)
            store.write(Shelf.INFECTED, name, BytesIO(b"infected\n"))
            infected += 1
        store.remove(Shelf.QUARANTINE, name)
    return Rescanned(freed, infected, len(waiting) - freed - infected)


def sweep(session: Session, folder: Place, *, before: datetime) -> int:
    """Take away files that no row names and that nobody stored since; return how many.

    before: long enough ago that no upload of that time is still under way.
    """
    store = as_store(folder)
    return sum(_swept(session, store, shelf, before) for shelf in SWEPT)


def _swept(session: Session, store: Store, shelf: Shelf, before: datetime) -> int:
    taken = 0
    old = (entry for entry in store.entries(shelf) if entry.written_at < before)
    while entries := list(islice(old, ASKED_AT_ONCE)):
        known = _known(session, entries)
        for entry in entries:
            if _hash_of(entry) not in known:
                store.remove(shelf, entry.name)
                taken += 1
    return taken


def _known(session: Session, entries: list[Entry]) -> set[str]:
    """Return which of these hashes a row names, whoever may see the row."""
    hashes = [_hash_of(entry) for entry in entries]
    with seeing_all(session):
        return set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(hashes))))


def _hash_of(entry: Entry) -> str:
    return entry.name.partition(".")[0]
