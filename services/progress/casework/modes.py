"""What notices and catalogues call the same mode, side by side, by its common name (S002-11)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from models import Batch, BatchVersion, CatalogueVersion
from services.catalogues.versions import newest_versions
from services.progress.paging import Page, page_of

PAGE_BATCHES = 6
"""Columns that a page can hold; catalogues of their own stand beside them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A notice or a catalogue. code: of the batch, "" for a catalogue. key: of the catalogue, "" for a batch."""

    title: str
    year: int | None
    code: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ModeRow:
    """A mode by its common name. names: what each source calls it, by its place; sources without it are left out."""

    standard: str
    title: str
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ModeTable:
    """The comparison. apart: names of modes without a common name, by the source's place."""

    sources: Sequence[Source]
    rows: Sequence[ModeRow]
    apart: Mapping[int, Sequence[str]]
    page: Page


def mode_table(session: Session, *, actor: Actor, page: int = 1) -> ModeTable:
    """Return the modes of the batches that the actor sees, the newest first, and of all catalogues; three queries.

    Raises NotAllowed.
    """
    require(actor, Action.VIEW_BATCH)
    batches = select(func.count()).select_from(select(Batch.id).subquery())
    shown = page_of(session.scalar(batches) or 0, page, PAGE_BATCHES)
    rows = session.execute(
        select(Batch.title, Batch.year, Batch.code, BatchVersion.document)
        .join(BatchVersion, (BatchVersion.batch_id == Batch.id) & (BatchVersion.revision == Batch.revision))
        .order_by(Batch.year.desc(), Batch.id.desc())
        .limit(shown.size)
        .offset(shown.offset)
    )
    found = [(Source(row.title, row.year, code=row.code), list(_modes(row.document))) for row in rows]
    if shown.number == 1:
        found += [
            (Source(row.title, None, key=row.key), list(row.document["modes"])) for row in newest_versions(session)
        ]
    return _table([one for one in found if one[1]], shown)


def _modes(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    catalogue = document.get("catalogue") or {}
    yield from catalogue.get("modes") or document.get("modes") or ()


def _table(found: Sequence[tuple[Source, Sequence[Mapping[str, Any]]]], page: Page) -> ModeTable:
    names: dict[str, dict[int, str]] = {}
    apart: dict[int, list[str]] = {}
    for place, (_, modes) in enumerate(found):
        for mode in modes:
            standard = str(mode.get("standard") or "")
            if standard:
                names.setdefault(standard, {}).setdefault(place, str(mode["name"]))
            else:
                apart.setdefault(place, []).append(str(mode["name"]))
    rows = [ModeRow(standard, next(iter(places.values())), places) for standard, places in names.items()]
    return ModeTable([source for source, _ in found], rows, apart, page)


def names_of(table: Iterable[ModeRow], standard: str) -> Sequence[str]:
    """Return what a mode is called, each name once; none where nobody has it."""
    return list(dict.fromkeys(name for row in table if row.standard == standard for name in row.names.values()))


def all_versions(session: Session, *, actor: Actor, page: int = 1) -> tuple[Sequence[CatalogueVersion], Page]:
    """Return a page of the versions of all catalogues, by title, the newest version first; two queries.

    Raises NotAllowed.
    """
    require(actor, Action.VIEW_BATCH)
    shown = page_of(session.scalar(select(func.count(CatalogueVersion.id))) or 0, page)
    rows = session.scalars(
        select(CatalogueVersion)
        .order_by(CatalogueVersion.title, CatalogueVersion.key, CatalogueVersion.version.desc())
        .limit(shown.size)
        .offset(shown.offset)
    ).all()
    return rows, shown
