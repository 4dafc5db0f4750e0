"""Where bytes lie: a folder, or a store elsewhere; what waits for its virus scan; small pictures."""

from __future__ import annotations

import hashlib
import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from domain.errors import Invalid
from models import StoredFile
from services.files import PDF, PNG, Store, Upload, Withheld, bytes_of, keep_file, rescan, sweep, thumbnail
from services.files.store import Shelf
from tests.support.batches import COORDINATOR, local, running
from tests.support.case_rows import unit_of
from tests.support.pictures import PDF_BYTES, pdf, picture

NOW = local("2023-03-13 09:00")
VIRUS = b"X5O!P%@AP"
SCANNER = f"""{sys.executable} -c "import sys; sys.exit(1 if {VIRUS!r} in sys.stdin.buffer.read() else 0)" """
AWAY = "/nowhere/scanner"


@pytest.fixture(params=["folder", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where files lie: a folder of this machine, and a store that has neither renaming nor fsync."""
    return str(tmp_path / "files") if request.param == "folder" else f"memory://{uuid4().hex}"


def keep(session: Session, store: Store, content: bytes, name: str = "说明.pdf") -> StoredFile:
    running(session)
    upload = Upload(unit_of(session, "000001").id, name, io.BytesIO(content))
    return keep_file(session, upload, store, actor=COORDINATOR, now=NOW)


def test_a_file_comes_back_as_it_was_handed_in(db: Session, place: str) -> None:
    row = keep(db, Store.at(place), PDF_BYTES)

    with bytes_of(row, Store.at(place)) as stream:
        assert stream.read() == PDF_BYTES
    assert row.sha256 == hashlib.sha256(PDF_BYTES).hexdigest()


def test_bytes_without_a_row_are_swept_away_also_with_their_small_picture(db: Session, place: str) -> None:
    store = Store.at(place)
    row = keep(db, store, picture())
    thumbnail(store, row.sha256, row.media_type)
    lost = store.keep(io.BytesIO(picture(shade=9)))
    thumbnail(store, lost, PNG.media_type)

    later = datetime.now(UTC) + timedelta(minutes=1)
    assert sweep(db, store, before=later) == 2
    assert [entry.name for entry in store.entries(Shelf.FILES)] == [row.sha256]
    assert [entry.name for entry in store.entries(Shelf.THUMBS)] == [f"{row.sha256}.jpg"]
    assert sweep(db, store, before=later) == 0


def test_what_was_just_stored_is_not_swept_away(db: Session, place: str) -> None:
    store = Store.at(place)
    store.keep(io.BytesIO(PDF_BYTES))

    assert sweep(db, store, before=datetime.now(UTC) - timedelta(days=1)) == 0


def test_an_infected_file_is_refused_and_leaves_nothing(db: Session, place: str) -> None:
    store = Store.at(place, SCANNER)

    with pytest.raises(Invalid, match="带有病毒"):
        keep(db, store, pdf(VIRUS.decode()))
    assert list(store.entries(Shelf.FILES)) == list(store.entries(Shelf.QUARANTINE)) == []


def test_a_clean_file_passes_the_scan(db: Session, place: str) -> None:
    store = Store.at(place, SCANNER)

    with bytes_of(keep(db, store, PDF_BYTES), store) as stream:
        assert stream.read() == PDF_BYTES


@pytest.mark.parametrize("command", [AWAY, f"{sys.executable} -c 'raise SystemExit(2)'"])
def test_a_file_that_no_scan_could_judge_waits_and_is_given_to_nobody(db: Session, place: str, command: str) -> None:
    store = Store.at(place, command)
    row = keep(db, store, PDF_BYTES)

    with pytest.raises(Withheld, match="尚未完成病毒扫描"):
        bytes_of(row, store)
    assert store.waiting() == {row.sha256}
    assert (rescan(store).freed, rescan(store).left) == (0, 1)


def test_a_later_scan_frees_the_clean_and_removes_the_infected(db: Session, place: str) -> None:
    away = Store.at(place, AWAY)
    clean, infected = keep(db, away, PDF_BYTES), away.keep(io.BytesIO(pdf(VIRUS.decode())), Shelf.QUARANTINE)
    store = Store.at(place, SCANNER)

    done = rescan(store)

    assert (done.freed, done.infected, done.left) == (1, 1, 0)
    with bytes_of(clean, store) as stream:
        assert stream.read() == PDF_BYTES
    with pytest.raises(Withheld, match="发现病毒"):
        store.open(infected)
    assert rescan(store) == rescan(store)


def test_a_slow_scanner_counts_as_away(tmp_path: Path) -> None:
    from services.files import Scanner, Verdict

    scanner = Scanner((sys.executable, "-c", "import threading; threading.Event().wait(60)"), patience=0.5)

    assert scanner.scan(PDF_BYTES) is Verdict.UNKNOWN


def test_a_small_picture_is_made_once(place: str) -> None:
    store = Store.at(place)
    sha256 = store.keep(io.BytesIO(picture(size=(1600, 900))))

    first = thumbnail(store, sha256, PNG.media_type)
    store.remove(Shelf.FILES, sha256)

    assert first is not None
    assert Image.open(io.BytesIO(first)).size == (320, 180)
    assert thumbnail(store, sha256, PNG.media_type) == first


def test_a_picture_that_cannot_be_read_has_no_small_one(place: str) -> None:
    store = Store.at(place)
    sha256 = store.keep(io.BytesIO(picture()[:60]))

    assert thumbnail(store, sha256, PNG.media_type) is None
    assert thumbnail(store, sha256, PNG.media_type) is None
    assert thumbnail(store, sha256, PDF.media_type) is None


def test_a_folder_holds_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the connection broke")

    store = Store.at(tmp_path)

    with pytest.raises(OSError, match="broke"):
        store.write(Shelf.FILES, "0" * 64, Broken(b"half"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("place", "error"), [("nothing://bucket", ValueError), ("s3://bucket/files", ImportError)])
def test_a_store_that_cannot_be_reached_from_here_is_told(place: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Store.at(place)
