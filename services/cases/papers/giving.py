"""Giving out the papers of a case: who may read the case may read them, and nobody else."""

from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor
from domain.errors import NotFound
from models import CaseFile, StoredFile
from services.cases.access import get_case, shows_content
from services.files import Place, bytes_of, thumbnail


def open_paper(
    session: Session, case_id: int, paper_id: int, *, store: Place, actor: Actor
) -> tuple[StoredFile, IO[bytes]]:
    """Return a paper of a case and its bytes, for who may read the case; the caller closes the stream.

    Papers that were replaced stay readable with the versions that they belong to.
    Raises NotFound, NotAllowed, Damaged, Withheld.
    """
    file = _readable(session, case_id, paper_id, actor)
    return file, bytes_of(file, store)


def small_picture(session: Session, case_id: int, paper_id: int, *, store: Place, actor: Actor) -> bytes | None:
    """Return the small picture of a paper as JPEG, for who may read the case; None when it is no picture.

    Raises NotFound, NotAllowed, Withheld.
    """
    file = _readable(session, case_id, paper_id, actor)
    try:
        return thumbnail(store, file.sha256, file.media_type)
    except FileNotFoundError:
        return None


def paper_of(session: Session, case_id: int, paper_id: int) -> CaseFile:
    """Return a file of a case, also one that was replaced or removed. Raises NotFound."""
    found = session.scalars(
        select(CaseFile)
        .where(CaseFile.id == paper_id, CaseFile.case_id == case_id)
        .options(joinedload(CaseFile.file))
    ).one_or_none()
    if found is None:
        raise NotFound("没有这个文件。")
    return found


def _readable(session: Session, case_id: int, paper_id: int, actor: Actor) -> StoredFile:
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    if not shows_content(found, actor):
        raise NotFound("没有这个文件。")
    return paper_of(session, case_id, paper_id).file
