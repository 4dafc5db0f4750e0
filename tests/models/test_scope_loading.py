"""What is loaded from a row later is narrowed like the row itself, and caches know no reader."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Duty, Programme, Unit
from models.scope import Scope, set_scope
from tests.support.rows import AT, LATER, SEEN_DUTIES


def test_relationships_are_narrowed_however_they_are_loaded(readers: dict[str, Session]) -> None:
    """S03: lazily, joined, or in a second query."""
    lower, programme = readers["lower"], readers["both"]

    unit = lower.scalars(select(Unit)).one()
    assert unit.upper is None
    joined = lower.scalars(
        select(Unit).options(joinedload(Unit.upper)).execution_options(populate_existing=True)
    ).one()
    assert joined.upper is None
    duties = programme.scalars(select(Duty).options(selectinload(Duty.unit), selectinload(Duty.batch))).all()
    assert [(duty.unit.code, duty.batch.code) for duty in duties] == [("440", "b1")]


def test_collections_are_narrowed_however_they_are_loaded(readers: dict[str, Session]) -> None:
    for load in (None, joinedload(Unit.lower), selectinload(Unit.lower)):
        seen = {}
        for name in ("all", "branch"):
            question = select(Unit).where(Unit.code == "44").execution_options(populate_existing=True)
            unit = readers[name].scalars(question.options(load) if load else question).unique().one()
            seen[name] = [below.code for below in unit.lower]
        assert seen == {"all": ["4403"], "branch": ["4403"]}
    set_scope(readers["branch"], Scope(branch="/44/", programmes=frozenset({1})))
    programmes = readers["branch"].scalars(select(Programme).options(selectinload(Programme.batches))).all()
    assert [[batch.code for batch in programme.batches] for programme in programmes] == [["b1"]]


def test_a_row_got_by_its_key_loads_its_neighbours_within_the_scope(readers: dict[str, Session]) -> None:
    """A row fetched by key carries the scope to what is loaded from it later."""
    unit = readers["lower"].get_one(Unit, 3)

    assert unit.upper_id == 1
    assert unit.upper is None
    readers["lower"].expire(unit)
    assert unit.upper is None
    readers["lower"].refresh(unit)
    assert unit.upper is None


def test_a_row_made_in_the_session_loads_its_neighbours_within_the_scope(readers: dict[str, Session]) -> None:
    """S05: naming a stranger's key on a new row does not open the stranger's row."""
    reader = readers["branch"]
    duty = Duty(batch_id=1, unit_id=2, stage_key="plan", opens_at=AT, due_at=LATER)
    reader.add(duty)
    reader.flush()

    assert duty.unit is None


def test_scopes_of_one_process_do_not_leak_through_caches(readers: dict[str, Session]) -> None:
    """Statements are compiled once for all readers; what a reader may see must not be compiled in."""
    for _ in range(3):
        for name, expected in [*SEEN_DUTIES.items(), *reversed(SEEN_DUTIES.items())]:
            readers[name].expire_all()
            duties = readers[name].scalars(select(Duty).order_by(Duty.id)).all()
            assert len(duties) == expected, name
            assert all(duty.unit is not None and duty.batch is not None for duty in duties), name
            uppers = [duty.unit.upper is not None for duty in duties if duty.unit.code == "4403"]
            assert all(uppers) is (name != "lower") or not uppers, name
