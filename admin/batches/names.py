"""Names for lists that hold only keys: of programmes, batches, and what batches call their categories and classes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import g
from sqlalchemy import select

from models import Batch, BatchCategory, BatchVersion, Programme
from web import current


@dataclass(frozen=True, slots=True)
class Names:
    """Names by key, of one batch. subtypes: by category's and subtype's key."""

    classes: Mapping[str, str]
    categories: Mapping[str, str]
    subtypes: Mapping[tuple[str, str], str]


def load_names(batch_ids: Iterable[int]) -> None:
    """Read the names of some batches in one query, for the rest of the request."""
    document = BatchVersion.document
    found = current.db().execute(
        select(BatchVersion.batch_id, document["unit_classes"], document["categories"])
        .join(Batch, (Batch.id == BatchVersion.batch_id) & (Batch.revision == BatchVersion.revision))
        .where(BatchVersion.batch_id.in_(set(batch_ids)))
    )
    g.names = {
        batch_id: Names(
            {one["key"]: one["name"] for one in classes},
            {one["key"]: one["name"] for one in categories},
            {(one["key"], sub["key"]): sub["name"] for one in categories for sub in one["subtypes"]},
        )
        for batch_id, classes, categories in found
    }


def names_of(batch_id: int) -> Names:
    """Return the names of a batch that were read before."""
    found: Names = g.names[batch_id]
    return found


def load_titles(batch_ids: Iterable[int | None]) -> None:
    """Read the titles of some batches in one query, for the rest of the request."""
    wanted = {batch_id for batch_id in batch_ids if batch_id is not None}
    found = current.db().execute(select(Batch.id, Batch.title).where(Batch.id.in_(wanted)))
    g.titles = {row.id: row.title for row in found}


def title_of(batch_id: int | None) -> str:
    """Return the title of a batch that was read before; "" for none."""
    titles: Mapping[int | None, str] = g.titles
    return titles.get(batch_id, "")


def load_programmes(programme_ids: Iterable[int]) -> None:
    """Read the names of some programmes, and what their batches call categories, for the rest of the request."""
    wanted = set(programme_ids)
    found = current.db().execute(select(Programme.id, Programme.name).where(Programme.id.in_(wanted)))
    g.programmes = {row.id: row.name for row in found}
    categories = (
        select(Batch.programme_id, BatchCategory.key, BatchCategory.name)
        .join(Batch, Batch.id == BatchCategory.batch_id)
        .where(Batch.programme_id.in_(wanted))
        .order_by(Batch.id)
    )
    g.categories = {(row.programme_id, row.key): row.name for row in current.db().execute(categories)}


def programme_name(programme_id: int) -> str:
    """Return the name of a programme that was read before; "" for none."""
    names: Mapping[int, str] = g.programmes
    return names.get(programme_id, "")


def category_name(programme_id: int, key: str) -> str:
    """Return what the newest batch of a programme calls a category; its key where no batch has it."""
    names: Mapping[tuple[int, str], str] = g.categories
    return names.get((programme_id, key), key)
