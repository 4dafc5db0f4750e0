"""Versions of a catalogue: a change makes a new one, and the batches that hold an earlier one keep it."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Catalogue
from domain.errors import Conflict, Invalid, NotFound, Problem
from models import CatalogueVersion
from services import audit

ADAPTER = TypeAdapter(Catalogue)
TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class StoredCatalogue:
    """A stored version, and whether it is new: what is already there is not stored twice."""

    row: CatalogueVersion
    is_new: bool


def store_catalogue(
    session: Session, catalogue: Catalogue, *, source: str, actor: Actor, now: datetime
) -> StoredCatalogue:
    """Store a catalogue as its next version; the newest one stays when nothing in it has changed.

    source: the text that it was read from, as supplied; "" when unknown. The version in the file does not count.
    Raises NotAllowed, Invalid; Conflict when somebody stores one at the same moment.
    """
    require(actor, Action.MANAGE_CATALOGUES)
    if len(catalogue.title) > TITLE_CHARS:
        raise Invalid([Problem("title", catalogue.title[:80], f"最多 {TITLE_CHARS} 字")])
    newest = session.scalars(
        select(CatalogueVersion)
        .where(CatalogueVersion.key == catalogue.key)
        .order_by(CatalogueVersion.version.desc())
        .limit(1)
    ).one_or_none()
    digest = _digest(catalogue, source)
    if newest is not None and newest.digest == digest:
        return StoredCatalogue(newest, is_new=False)
    version = newest.version + 1 if newest is not None else 1
    row = CatalogueVersion(
        key=catalogue.key,
        version=version,
        title=catalogue.title,
        digest=digest,
        document=_plain(replace(catalogue, version=version)),
        source=source,
        loaded_at=now,
        loaded_by=actor.name,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(f"模式目录“{catalogue.title}”刚刚被他人更新，请重试。") from None
    what = f"模式目录“{catalogue.title}”第 {version} 版"
    act = audit.Act(actor=actor, now=now, action=Action.MANAGE_CATALOGUES, what=what, after={"digest": digest})
    audit.record(session, act)
    return StoredCatalogue(row, is_new=True)


def catalogue_of(row: CatalogueVersion) -> Catalogue:
    """Return the catalogue that a version holds."""
    return ADAPTER.validate_json(json.dumps(row.document), strict=True)


def get_version(session: Session, key: str, version: int | None = None) -> CatalogueVersion:
    """Return one version of a catalogue. version: None means the newest. Raises NotFound."""
    statement = select(CatalogueVersion).where(CatalogueVersion.key == key)
    if version is not None:
        statement = statement.where(CatalogueVersion.version == version)
    row = session.scalars(statement.order_by(CatalogueVersion.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotFound("没有这份模式目录，或没有这一版。")
    return row


def newest_versions(session: Session) -> list[CatalogueVersion]:
    """Return the newest version of each catalogue, by title. There are as many as offices have written: few."""
    newest = (
        select(CatalogueVersion.key, func.max(CatalogueVersion.version).label("version"))
        .group_by(CatalogueVersion.key)
        .subquery()
    )
    return list(
        session.scalars(
            select(CatalogueVersion)
            .join(newest, (newest.c.key == CatalogueVersion.key) & (newest.c.version == CatalogueVersion.version))
            .order_by(CatalogueVersion.title, CatalogueVersion.key)
        )
    )


def _plain(catalogue: Catalogue) -> dict[str, object]:
    found: dict[str, object] = ADAPTER.dump_python(catalogue, mode="json")
    return found


def _digest(catalogue: Catalogue, source: str) -> str:
    """Return the SHA-256 of what is in a catalogue and of its source, whatever version it is called."""
    held = {"catalogue": _plain(replace(catalogue, version=1)), "source": source}
    text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
