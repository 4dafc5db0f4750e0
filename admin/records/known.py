"""What the keys and numbers of audit entries stand for, read at once for all entries of a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from admin.casework.cases import COLUMNS, PLACE
from domain.access import Action
from models import AuditEntry, Batch, ExtraField, Organisation, Programme, Unit, User
from services.batches.context import definition_of
from services.definitions.names import Names
from services.extras import PREFIX
from web import current

NAMED: Mapping[str, type[Any]] = {"unit_id": Unit, "user_id": User, "organisation_id": Organisation}
"""Tables with names, by the keys that hold a number of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names by key or number.

    programmes: by key. fields: what forms ask, by batch and key. extras: additional fields. lists: of the backoffice,
    by place; columns: of these, by place and name. rows: of tables, by the key that holds the number, and by number.
    """

    batches: Mapping[int, str]
    programmes: Mapping[str, str]
    fields: Mapping[int, Mapping[str, str]]
    extras: Mapping[str, str]
    lists: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Mapping[int, str]]

    def named(self, key: str, value: object) -> str:
        """Return what a number or a list's place stands for; "" for any other value."""
        if key == "list":
            return self.lists.get(str(value), "")
        return self.rows[key].get(value, f"序号 {value}") if key in NAMED and isinstance(value, int) else ""


def know(entries: Sequence[AuditEntry]) -> Known:
    """Read what some entries speak of."""
    batch_ids = {entry.batch_id for entry in entries}
    batches = current.db().scalars(select(Batch).where(Batch.id.in_(batch_ids))).all()
    answered = {entry.batch_id for entry in entries if entry.action == Action.ANSWER}
    views = [view for view in current_app.extensions["admin"][0]._views if hasattr(view, "offered")]
    return Known(
        batches={batch.id: batch.title for batch in batches},
        programmes={row.key: row.name for row in current.db().execute(select(Programme.key, Programme.name))},
        fields={batch.id: _fields(batch) for batch in batches if batch.id in answered},
        extras=_extras(entries),
        lists={view.endpoint: str(view.name) for view in views} | {PLACE: "申报件"},
        columns={view.endpoint: dict(view._list_columns) for view in views} | {PLACE: COLUMNS},
        rows={key: _names(table, _numbers(entries, key)) for key, table in NAMED.items()},
    )


def _numbers(entries: Iterable[AuditEntry], key: str) -> set[int]:
    """Return the numbers under a key, in the entries themselves and in what they changed."""
    held = {getattr(entry, key, None) for entry in entries}
    held |= {side.get(key) for entry in entries for side in entry.changes.values()}
    return {number for number in held if isinstance(number, int)}


def _names(table: type[Any], numbers: set[int]) -> dict[int, str]:
    if not numbers:
        return {}
    found = current.db().execute(select(table.id, table.name).where(table.id.in_(numbers)))
    return {row.id: row.name for row in found}


def _fields(batch: Batch) -> dict[str, str]:
    """Return what the forms of a batch call their fields, by key."""
    definition = definition_of(current.db(), batch)
    names = Names(definition)
    return {key: label for form in definition.forms for key, label in names.leaves(form).items()}


def _extras(entries: Iterable[AuditEntry]) -> dict[str, str]:
    keys = {key for entry in entries for side in entry.changes.values() for key in side if key.startswith(PREFIX)}
    if not keys:
        return {}
    wanted = [key.removeprefix(PREFIX) for key in keys]
    found = current.db().execute(select(ExtraField.key, ExtraField.label).where(ExtraField.key.in_(wanted)))
    return {f"{PREFIX}{row.key}": row.label for row in found}
