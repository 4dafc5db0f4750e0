"""The race for the last place: many recommenders at once, one place, whichever database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.duties import Settlement
from domain.errors import Conflict
from domain.quota import QuotaFull
from models import Case, CaseAct, CaseState, Duty, Place, Recommendation
from models.scope import Scope
from models.session import Database
from services.batches.context import load
from services.cases.access import get_case
from services.duties.loads import settle_units
from services.recommending.forwarding import forward
from services.recommending.places import take
from tests.support.recommending import (
    NOW,
    PROVINCE,
    QUOTAS,
    opened,
    passed,
    passed_many,
    person,
    unit,
    with_places,
)

RACERS = 50
ROUNDS = 3
SOAK_ROUNDS = 200
PATIENCE_S = 60.0


@dataclass
class Course:
    """A province with one place left, and fifty checked cases that each want it."""

    database: Database
    case_ids: list[int]
    officer: Actor


@pytest.fixture
def course(database_url: str, database: Database) -> Iterator[Course]:
    """Yield a course on a database with room for a connection a racer."""
    wide = Database(database_url, pool_size=RACERS)
    quotas = (QUOTAS[2],)
    with wide.write(Scope()) as session:
        context = opened(session, with_places(quotas=quotas))
        cases = passed_many(session, context, PROVINCE, RACERS, category_key="platform", subtype_key="sharing")
        found = Course(wide, [case.id for case in cases], person(session, PROVINCE))
    yield found
    wide.dispose()


SENTENCE = (
    "“示范平台（共享制造类）”推荐名额 1 个，已用 1 个，剩余 0 个。依据：共享制造类不超过1个。"
    "可先撤回报送其他申报件，或申请名额调剂。"
)


def race(course: Course) -> list[str]:
    """Let every case be forwarded at the same moment, each in a thread and session of its own.

    Return what each racer was told, "" for who won.
    """
    start = threading.Barrier(RACERS)

    def run(case_id: int) -> str:
        start.wait(PATIENCE_S)
        try:
            with course.database.write(Scope.of(course.officer)) as session:
                forward(session, case_id, received_at=NOW, actor=course.officer)
        except QuotaFull as refused:
            return refused.sentence
        return ""

    with ThreadPoolExecutor(RACERS) as racers:
        return list(racers.map(run, course.case_ids))


def require_one_winner(course: Course, told: list[str]) -> None:
    assert sorted(told) == ["", *[SENTENCE] * (RACERS - 1)]
    winner = course.case_ids[told.index("")]
    with course.database.read(Scope()) as session:
        assert session.execute(select(Place.case_id, Place.number)).all() == [(winner, 1)]
        assert session.scalars(select(Case.id).where(Case.state == CaseState.FORWARDED)).all() == [winner]
        assert session.scalars(select(Recommendation.case_id)).all() == [winner]
        assert session.scalar(select(func.count()).select_from(CaseAct)) == 1


def start_again(course: Course) -> None:
    with course.database.write(Scope()) as session:
        for table in (Place, Recommendation, CaseAct):
            session.execute(delete(table))
        session.execute(update(Case).values(state=CaseState.PASSED, forwarded_at=None))


def winners(course: Course, rounds: int) -> int:
    """Return how many of so many races were won by exactly one."""
    won = 0
    for _ in range(rounds):
        require_one_winner(course, race(course))
        start_again(course)
        won += 1
    return won


def test_of_fifty_who_want_the_last_place_one_gets_it(course: Course) -> None:
    """S003-20: one wins, 49 read the clause and what is left; nothing of theirs is kept."""
    assert winners(course, ROUNDS) == ROUNDS


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_last_place_is_given_once_in_two_hundred_races(course: Course) -> None:
    assert winners(course, SOAK_ROUNDS) == SOAK_ROUNDS


def test_the_database_is_a_wall_behind_the_lock(db: Session) -> None:
    """A case that takes a place twice is refused by the database, and the first place stays."""
    context = opened(db)
    case = passed(db, context, PROVINCE, 1)
    found = get_case(db, case.id, actor=person(db, PROVINCE), action=Action.RECOMMEND)
    take(db, found, case.at_unit_id, at=NOW)

    with pytest.raises(Conflict, match="刚刚被占用"):
        take(db, found, case.at_unit_id, at=NOW)

    assert db.execute(select(Place.case_id, Place.number)).all() == [(case.id, 1)]


def test_two_who_forward_the_last_two_cases_leave_nothing_owed(database_url: str, database: Database) -> None:
    """Each sees the other's case as sent, or is waited for: the duty is done once both are through."""
    with database.write(Scope()) as session:
        context = opened(session, with_places(quotas=()))
        officer_ = person(session, PROVINCE)
        unit_id = unit(session, PROVINCE).id
    for number in range(1, ROUNDS + 1):
        with database.write(Scope()) as session:
            pair = [case.id for case in passed_many(session, context, PROVINCE, 2, first=number * 10)]
            settle_units(session, load(session, context.batch.id), [unit_id], at=NOW)
        start = threading.Barrier(2)

        def run(case_id: int, start: threading.Barrier = start) -> None:
            start.wait(PATIENCE_S)
            with database.write(Scope.of(officer_)) as session:
                forward(session, case_id, received_at=NOW, actor=officer_)

        with ThreadPoolExecutor(2) as both:
            list(both.map(run, pair))

        with database.read(Scope()) as session:
            rows = select(Duty.settled_as).where(Duty.unit_id == unit_id, Duty.stage_key == "recommend")
            assert session.scalars(rows).all() == [Settlement.DONE]
