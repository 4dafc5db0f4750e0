"""The tree of units keeps its paths right, whoever moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken
from models import AuditEntry, Unit
from models.scope import Scope
from models.session import Database
from services.units import Place, add_unit, change_unit, move_unit, set_active
from tests.support.batches import COORDINATOR, definition, duty_of, running
from tests.support.people import NOW
from tests.support.people import unit as unit_row

NAME = {"name": "郑州市工信局", "short": "", "email": "", "mobile": "", "phone": ""}


def paths(session: Session) -> dict[str, str]:
    return {row.code: row.path for row in session.execute(select(Unit.code, Unit.path))}


def test_a_unit_stands_below_its_upper_unit(db: Session) -> None:
    upper = unit_row(db)

    made = add_unit(db, Place(code="410100", upper_id=upper.id), NAME, actor=COORDINATOR, now=NOW)

    assert (made.path, made.upper_id, made.email) == ("/410000/410100/", upper.id, None)


def test_every_problem_of_a_new_unit_is_told_at_once(db: Session) -> None:
    with pytest.raises(Invalid) as refused:
        add_unit(db, Place(code="a b"), {**NAME, "name": "", "mobile": "1"}, actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["code", "name", "mobile"]


def test_code_and_name_are_given_once(db: Session) -> None:
    unit_row(db, "410100", name="郑州市工信局")

    with pytest.raises(Invalid) as refused:
        add_unit(db, Place(code="410100"), NAME, actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["name", "code"]


def test_a_refused_change_leaves_the_unit_usable(db: Session) -> None:
    unit_row(db, "1", name="甲")
    other = unit_row(db, "2", name="乙")

    with pytest.raises(Invalid, match="已属于另一个单位"):
        change_unit(db, other.id, {**NAME, "name": "甲"}, actor=COORDINATOR, now=NOW)

    assert change_unit(db, other.id, {**NAME, "name": "丙"}, actor=COORDINATOR, now=NOW).name == "丙"


def test_only_what_changed_is_recorded(db: Session) -> None:
    made = unit_row(db, "1", name="甲", phone="0371-65953693")

    change_unit(db, made.id, {**NAME, "name": "甲", "email": "a@X.example"}, actor=COORDINATOR, now=NOW)

    entry = db.scalars(select(AuditEntry)).one()
    assert entry.changes == {
        "before": {"email": "", "phone": "0371-65953693"},
        "after": {"email": "a@x.example", "phone": ""},
    }


def test_a_move_takes_the_branch_along_and_nothing_else(db: Session) -> None:
    a, b = unit_row(db, "a"), unit_row(db, "b")
    below = unit_row(db, "a1", a)
    unit_row(db, "a11", below)
    unit_row(db, "ab")

    move_unit(db, a.id, b.id, reason="机构改革", actor=COORDINATOR, now=NOW)

    assert paths(db) == {"a": "/b/a/", "b": "/b/", "a1": "/b/a/a1/", "a11": "/b/a/a1/a11/", "ab": "/ab/"}
    moved = move_unit(db, below.id, None, reason="独立", actor=COORDINATOR, now=NOW)
    assert (moved.path, moved.upper_id) == ("/a1/", None)
    assert paths(db)["a11"] == "/a1/a11/"


def test_signs_that_a_search_would_take_for_any_are_taken_as_they_are(db: Session) -> None:
    """S21"""
    first, upper = unit_row(db, "a_b"), unit_row(db, "u")
    unit_row(db, "axb")
    unit_row(db, "below", first)

    move_unit(db, first.id, upper.id, reason="x", actor=COORDINATOR, now=NOW)

    assert paths(db) == {"a_b": "/u/a_b/", "u": "/u/", "axb": "/axb/", "below": "/u/a_b/below/"}


def test_no_circle_is_made(db: Session) -> None:
    a = unit_row(db, "a")
    below = unit_row(db, "a1", a)

    for upper in (a.id, below.id):
        with pytest.raises(Invalid, match="不能移到本单位或其下级单位之下"):
            move_unit(db, a.id, upper, reason="x", actor=COORDINATOR, now=NOW)


def test_two_moves_at_once_make_no_circle(database: Database) -> None:
    """S66"""
    with database.write(Scope()) as session:
        a, b = unit_row(session, "a").id, unit_row(session, "b").id

    def move(pair: tuple[int, int]) -> str:
        try:
            with database.write(Scope()) as session:
                move_unit(session, pair[0], pair[1], reason="x", actor=COORDINATOR, now=NOW)
        except RuleBroken as refusal:
            return refusal.code
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(move, [(a, b), (b, a)]))

    assert ends == ["invalid", "moved"]
    with database.read(Scope()) as session:
        assert sorted(map(len, paths(session).values())) == [3, 5]


def test_a_unit_that_owes_something_in_a_running_batch_stays_on(db: Session) -> None:
    context = running(db, definition(2))
    first, second = (duty_of(db, context.batch, number) for number in (1, 2))
    with pytest.raises(Conflict, match="还有 1 项待办"):
        set_active(db, first.unit_id, is_active=False, reason="撤销", actor=COORDINATOR, now=NOW)

    second.settled_as, second.settled_at = "waived", NOW  # type: ignore[assignment]  # as the database holds it
    db.flush()

    assert not set_active(db, second.unit_id, is_active=False, reason="撤销", actor=COORDINATOR, now=NOW).is_active


def test_switching_needs_a_reason_and_a_change(db: Session) -> None:
    made = unit_row(db)

    with pytest.raises(Invalid, match="请填写原因"):
        set_active(db, made.id, is_active=False, reason=" ", actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="已经是这个状态"):
        set_active(db, made.id, is_active=True, reason="x", actor=COORDINATOR, now=NOW)


def test_nobody_acts_beyond_the_own_branch(db: Session) -> None:
    """S05"""
    own, foreign = unit_row(db, "1"), unit_row(db, "2")
    bound = replace(COORDINATOR, branch=own.path)

    for upper_id in (foreign.id, None):
        with pytest.raises(NotAllowed):
            add_unit(db, Place(code="9", upper_id=upper_id), NAME, actor=bound, now=NOW)
    with pytest.raises(NotAllowed):
        change_unit(db, foreign.id, NAME, actor=bound, now=NOW)
    with pytest.raises(NotAllowed):
        move_unit(db, foreign.id, own.id, reason="x", actor=bound, now=NOW)
    with pytest.raises(NotAllowed):
        set_active(db, foreign.id, is_active=False, reason="x", actor=bound, now=NOW)
    with pytest.raises(NotFound):
        change_unit(db, 99, NAME, actor=bound, now=NOW)
