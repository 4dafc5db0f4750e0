"""One filter narrows every read to the reader's branch: a session without a scope sees no row.

A class is scoped by a mixin of `models.scoped`. The filter works on every ORM statement (select, bulk update and
delete), so a list, a search, a count and an autocomplete cannot differ in what they show.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, event, false, select, true
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    aliased,
    with_loader_criteria,
)
from sqlalchemy.sql.base import ExecutableOption

from domain.access import Actor, Role
from models.admissions import Admission
from models.audit import AuditHead
from models.base import Base
from models.batches import Batch, BatchUnit, Programme
from models.files import StoredFile
from models.organisations import Organisation, OrganisationScoped
from models.outbox import Mail
from models.scoped import BatchScoped, BranchScoped
from models.system import DemoClock, Instance, Lease
from models.units import Unit

KEY = "linxuan_scope"
ESCAPED = re.compile(r"[%_/]")
Criterion = ColumnElement[bool] | Callable[[Any], ColumnElement[bool]]
SHARED = frozenset({AuditHead, DemoClock, Instance, Lease})
"""What the processes of an installation share; it tells nothing of units, batches or people."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a session may see; None in a field means everything in that direction.

    organisation: the applicant whose rows alone are seen; 0 for a person who acts for none, such as an expert.
    """

    branch: str | None = None
    programmes: frozenset[int] | None = None
    organisation: int | None = None

    @classmethod
    def of(cls, actor: Actor) -> "Scope":
        """Return the scope of an actor; the system sees all."""
        if actor.role is Role.SYSTEM:
            return cls()
        organisation = (actor.organisation_id or 0) if actor.role in OUTSIDE else None
        return cls(actor.branch, actor.programmes, organisation)


OUTSIDE = frozenset({Role.APPLICANT, Role.EXPERT})
"""Roles that belong to no office: no row of a unit is theirs unless it is their organisation's."""


def set_scope(session: Session, scope: Scope | None) -> None:
    """Give a session its scope; with None it sees nothing."""
    session.info[KEY] = scope


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    """Add the scope's criteria to a statement that does not carry them yet."""
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    if state.is_relationship_load and not _is_from_new_row(state):
        return
    criteria = _criteria(state.session.info.get(KEY))
    if criteria:
        state.statement = state.statement.options(*criteria)


def _is_from_new_row(state: ORMExecuteState) -> bool:
    """Tell whether a relationship is loaded from a row made in this session.

    A row that was read hands down the criteria it was read with; a new one has none to hand down, and would open
    whatever row its keys name.
    """
    return state.lazy_loaded_from is not None and not state.lazy_loaded_from.load_options


@lru_cache(maxsize=1024)
def _criteria(scope: Scope | None) -> tuple[ExecutableOption, ...]:
    """Return the loader options of a scope; cached, since a session runs many statements under one scope."""
    of_units, of_batches = BranchScoped.__subclasses__(), BatchScoped.__subclasses__()
    found: list[ExecutableOption] = []

    def narrow(cls: Any, condition: Criterion) -> None:
        found.append(with_loader_criteria(cls, condition, include_aliases=True))

    if scope is None:
        for mapper in Base.registry.mappers:
            if mapper.class_ not in SHARED:
                narrow(mapper.class_, false())
        return tuple(found)
    if scope.branch is not None:
        # Each criterion is a function of the entity, so that an alias is narrowed by its own columns.
        pattern = ESCAPED.sub(r"/\g<0>", scope.branch) + "%"
        inner = aliased(Unit, name="scope_units")
        units = select(inner.id).where(inner.path.like(pattern, escape="/"))
        narrow(Unit, lambda unit: unit.path.like(pattern, escape="/"))
        for unit_owned in of_units:
            narrow(unit_owned, lambda owned: owned.unit_id.in_(units))
        narrow(Mail, lambda mail: mail.unit_id.in_(units))
    if scope.organisation is not None:
        for unit_owned in of_units:
            narrow(unit_owned, _of_organisation(unit_owned, scope.organisation))
        narrow(Mail, false())
    if scope.programmes is not None:
        allowed = sorted(scope.programmes)
        inner_batch = aliased(Batch, name="scope_batches")
        batches = select(inner_batch.id).where(inner_batch.programme_id.in_(allowed))
        narrow(Programme, lambda programme: programme.id.in_(allowed))
        narrow(Batch, lambda batch: batch.programme_id.in_(allowed))
        for batch_owned in of_batches:
            narrow(batch_owned, lambda owned: owned.batch_id.in_(batches))
    return tuple(found)


def _of_organisation(cls: Any, organisation: int) -> Criterion:
    """Return which rows of a unit's table an applicant sees: its own, or none."""
    if cls is Organisation:
        return lambda own: own.id == organisation
    if issubclass(cls, OrganisationScoped) or cls in {StoredFile, Admission}:
        return lambda owned: owned.organisation_id == organisation
    if cls is BatchUnit:
        return true()
    return false()


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """Let a service look beyond the reader's scope for one question whose answer it does not show.

    For what must hold whoever asks: does this applicant hold a title, is the limit reached, is the code known.
    """
    before = session.info.get(KEY)
    session.info[KEY] = Scope()
    try:
        yield
    finally:
        session.info[KEY] = before
