"""Additional fields for tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.lists import Entity, ExtraField, ExtraKind
from services.extras.checking import FieldWords
from services.extras.managing import NewField, add_field
from tests.support.people import COORDINATOR, NOW


def add(
    session: Session, key: str, kind: ExtraKind, label: str, *, entity: Entity = Entity.UNIT, **words: Any
) -> ExtraField:
    """Add a field as the coordinator."""
    new = NewField(entity=entity, kind=kind, key=key, words=FieldWords(label=label, **words))
    return add_field(session, new, actor=COORDINATOR, now=NOW)


def field(key: str, kind: ExtraKind, label: str, **changes: Any) -> ExtraField:
    """Return a field that is in no database."""
    values: dict[str, Any] = {"choices": [], "is_required": False, "help": "", "position": 1, **changes}
    return ExtraField(entity=Entity.UNIT, key=key, kind=kind, label=label, **values)
