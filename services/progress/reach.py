"""What a reader may see of the rows that no mixin narrows, because they need not belong to a unit."""

from typing import cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Unit
from models.scope import KEY, Scope


def sees_all_units(session: Session) -> bool:
    """Tell whether the session's scope holds every unit."""
    scope = cast(Scope | None, session.info.get(KEY))
    return scope is not None and scope.branch is None


def in_branch(session: Session, unit_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool] | None:
    """Return the condition that a row belongs to a unit of the scope; None when no condition is needed.

    Rows of no unit, such as mail to the office that names many, are for those who see every unit.
    """
    return None if sees_all_units(session) else unit_id.in_(select(Unit.id))
