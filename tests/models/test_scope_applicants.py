"""What an applicant sees: its own rows and nothing else of any unit, in every table there is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from models import Admission, Base, BatchUnit, Mail, Organisation, StoredFile
from models.organisations import OrganisationScoped
from models.scope import Scope, seeing_all, set_scope
from models.scoped import BranchScoped
from tests.support.rows import VALID, lay_parents, put

OWN = {Organisation, StoredFile, Admission, *OrganisationScoped.__subclasses__()}
"""What belongs to an applicant."""


@pytest.fixture
def full(db: Session) -> Session:
    """One row in every table; what can belong to an applicant belongs to the first or the second of two."""
    connection = db.connection()
    lay_parents(connection)
    for table in Base.metadata.sorted_tables:
        if table.name in VALID:
            changes = {"organisation_id": 2} if "organisation_id" in VALID[table.name] else {}
            put(connection, table.name, {**VALID[table.name], **changes})
    return db


def of_units() -> list[Any]:
    return sorted({*BranchScoped.__subclasses__(), Mail}, key=lambda cls: str(cls.__name__))


def owners(session: Session, cls: Any) -> set[int | None]:
    """Return whose rows of a table a session sees."""
    key = Organisation.id if cls is Organisation else getattr(cls, "organisation_id", None)
    rows = session.execute(select(cls.id if key is None else key)).all()
    return {row[0] if key is not None else 0 for row in rows}


def reader(full: Session, scope: Scope) -> Session:
    found = Session(bind=full.connection())
    set_scope(found, scope)
    return found


@pytest.mark.parametrize("number", [1, 2])
def test_an_applicant_sees_its_own_rows_alone(full: Session, number: int) -> None:
    """S003-31, S003-69: whatever belongs to another, or to no applicant, is not there."""
    applicant = Actor("申报人", Role.APPLICANT, user_id=1, organisation_id=number)
    with reader(full, Scope.of(applicant)) as own:
        seen = {cls: owners(own, cls) for cls in of_units()}
        counts = {cls: own.scalar(select(func.count()).select_from(cls)) or 0 for cls in of_units()}

    in_full = {cls: owners(full, cls) for cls in of_units()}
    assert all(in_full.values()), "a table without a row has nothing to leak"
    for cls in of_units():
        expected = {number} & in_full[cls] if cls in OWN else {0} if cls is BatchUnit else set()
        assert seen[cls] == expected, cls.__name__
        assert (counts[cls] > 0) == bool(expected), cls.__name__


def test_who_belongs_to_no_office_and_no_organisation_sees_nothing_of_a_unit(full: Session) -> None:
    """An applicant whose membership names no organisation, and an expert."""
    for role in (Role.APPLICANT, Role.EXPERT):
        with reader(full, Scope.of(Actor("某人", role, user_id=1))) as stranger:
            seen = {cls.__name__ for cls in of_units() if owners(stranger, cls)}
        assert seen == {"BatchUnit"}


def test_an_applicant_changes_no_row_of_another(full: Session) -> None:
    """S04: a bulk change stays within the own rows."""
    with reader(full, Scope(organisation=1)) as own:
        own.execute(update(Organisation).values(site="changed").execution_options(synchronize_session=False))

    assert dict(full.execute(select(Organisation.id, Organisation.site)).all()) == {1: "changed", 2: ""}


def test_a_question_beyond_the_scope_sees_all_and_gives_the_scope_back(full: Session) -> None:
    """For limits that hold whoever asks; the reader's own view is narrow again afterwards, even after a fault."""
    with reader(full, Scope(organisation=1)) as own:
        with seeing_all(own):
            assert owners(own, Organisation) == {1, 2}
        assert owners(own, Organisation) == {1}
        with pytest.raises(ZeroDivisionError), seeing_all(own):
            _ = 1 / 0
        assert owners(own, Organisation) == {1}


def test_a_session_without_a_scope_may_ask_beyond_it_and_sees_nothing_afterwards(full: Session) -> None:
    with Session(bind=full.connection()) as unscoped:
        with seeing_all(unscoped):
            assert owners(unscoped, Organisation) == {1, 2}
        assert owners(unscoped, Organisation) == set()
