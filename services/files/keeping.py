"""Keeping a file and giving it out again, to who sees what it belongs to."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, may, require
from domain.errors import Invalid, NotFound, Problem, RuleBroken
from models import Exemption, Extension, LatePermit, SiteCheck, StoredFile, Unit
from services.files.content import checked
from services.files.kinds import clean_name
from services.files.scanning import Verdict
from services.files.store import Place, Shelf, Store, as_store

logger = logging.getLogger(__name__)

TO_HAND_IN = (Action.EXEMPT, Action.EXTEND, Action.ACCEPT_LATE, Action.REVIEW)
OWNERS = (Exemption, LatePermit, Extension, SiteCheck)
"""What a file of an office belongs to; papers are given out with their case (`services.cases.papers`)."""


class Damaged(RuleBroken):
    """The bytes are gone, or are not those that were handed in."""

    code = "file_damaged"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the unit that it will belong to, the name it bore there, its bytes."""

    unit_id: int
    name: str
    stream: IO[bytes]


def store_file(session: Session, upload: Upload, *, folder: Place, actor: Actor, now: datetime) -> StoredFile:
    """Keep a file of an office; the same bytes are kept once, whatever they are called.

    folder: where files lie, made when missing.
    Raises NotFound, NotAllowed; Invalid (path "file") for an empty, too large, broken, infected or unknown file.
    """
    unit = session.get(Unit, upload.unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    subject = Subject(unit_path=unit.path)
    if not any(may(actor, action, subject) for action in TO_HAND_IN):
        require(actor, Action.EXEMPT, subject)
    return keep_file(session, upload, folder, actor=actor, now=now)


def keep_file(
    session: Session, upload: Upload, place: Place, *, actor: Actor, now: datetime, organisation_id: int | None = None
) -> StoredFile:
    """Keep a file for a service that has asked whether the actor may hand it in.

    organisation_id: the applicant whose it is; None for an office's. A file that the virus scan cannot judge now is
    kept in quarantine, and nobody can open it until a later scan has passed it.
    Raises Invalid (path "file").
    """
    kind, size = checked(upload.stream)
    store = as_store(place)
    row = StoredFile(
        unit_id=upload.unit_id,
        organisation_id=organisation_id,
        sha256=_kept(store, upload.stream),
        name=clean_name(upload.name, kind),
        media_type=kind.media_type,
        size=size,
        stored_at=now,
        stored_by=actor.name,
    )
    session.add(row)
    session.flush()
    return row


def _kept(store: Store, stream: IO[bytes]) -> str:
    if store.scanner is None:
        return store.keep(stream)
    verdict = store.scanner.scan(stream.read())
    if verdict is Verdict.INFECTED:
        raise Invalid([Problem("file", "", "病毒扫描发现该文件带有病毒，未接收", "请杀毒后重新导出，再上传")])
    return store.keep(stream, Shelf.FILES if verdict is Verdict.CLEAN else Shelf.QUARANTINE)


def open_file(session: Session, file_id: int, folder: Place) -> tuple[StoredFile, IO[bytes]]:
    """Return a file's row and its bytes, which are those that were handed in; the caller closes the stream.

    A file is seen by who sees what it belongs to: an explanation, an extension, a permit, a site check.
    Raises NotFound; Damaged when the bytes are missing or changed; Withheld while they wait for a virus scan.
    """
    belongs = or_(*(exists().where(owner.file_id == StoredFile.id) for owner in OWNERS))
    row = session.scalars(select(StoredFile).where(StoredFile.id == file_id, belongs)).one_or_none()
    if row is None:
        raise NotFound("没有这个文件。")
    return row, bytes_of(row, folder)


def bytes_of(row: StoredFile, place: Place) -> IO[bytes]:
    """Return the bytes of a file, checked against its hash; the caller has asked whether they may be seen.

    Raises Damaged, Withheld.
    """
    try:
        stream = as_store(place).open(row.sha256)
    except FileNotFoundError:
        logger.error("file %s of row %s is missing", row.sha256, row.id)
        raise Damaged(f"文件“{row.name}”在存储中找不到，请联系系统管理员。") from None
    digest = hashlib.sha256()
    while chunk := stream.read(1024 * 1024):
        digest.update(chunk)
    if digest.hexdigest() != row.sha256:
        stream.close()
        logger.error("file %s of row %s has other bytes", row.sha256, row.id)
        raise Damaged(f"文件“{row.name}”的内容与上传时不一致，请联系系统管理员。")
    stream.seek(0)
    return stream
