"""The names that a definition gives to its categories and unit classes, for lists that hold only their keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import g
from sqlalchemy import select

from models import Batch, BatchVersion
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
