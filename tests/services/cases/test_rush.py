"""Many applicants submit around the deadline at once: none is lost, none is late, none goes twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from domain.access import Actor
from domain.errors import Conflict, TooLate
from models import Case, CaseAct, CaseState, CaseVersion, Duty
from models.scope import Scope
from models.session import Database
from services import audit
from services.cases.submitting import NotSubmitted, Receipt, submit
from tests.support.batches import running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import DUE, NOW, STATEMENTS, case_definition, fill, opened

THREADS = {"sqlite": 4, "postgresql": 40}
"""SQLite lets one writer in at a time and makes the others wait by polling, for five seconds at most."""
CASES = 60


@dataclass(frozen=True)
class Try:
    """One submission: which case, by whom, when it arrived."""

    case_id: int
    actor: Actor
    received_at: datetime


def send_all(database: Database, tries: list[Try]) -> list[Receipt | NotSubmitted]:
    """Submit all at once, each in a transaction of its own."""

    def send(one: Try) -> Receipt | NotSubmitted:
        with database.write(Scope.of(one.actor)) as session:
            return submit(session, one.case_id, statements=STATEMENTS, received_at=one.received_at, actor=one.actor)

    with ThreadPoolExecutor(THREADS[database.engine.dialect.name]) as pool:
        return list(pool.map(send, tries))


def test_around_the_deadline_none_is_lost_and_none_is_late(database: Database) -> None:
    """Every receipt stands for a version that was in time; whoever has none is told that it was too late."""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        cases = [fill(db, opened(db, context, organisation(db, number), "000004")) for number in range(CASES)]
        tries = [
            Try(case.id, applicant(case.organisation), DUE + timedelta(microseconds=number - CASES // 2))
            for number, case in enumerate(cases)
        ]

    results = send_all(database, tries)

    receipts = [result for result in results if isinstance(result, Receipt)]
    refusals = [result.refusal for result in results if isinstance(result, NotSubmitted)]
    assert len(receipts) == len(refusals) == CASES // 2
    assert all(isinstance(refusal, TooLate) for refusal in refusals)
    with database.read(Scope()) as db:
        versions = {version.case_id: version for version in db.scalars(select(CaseVersion))}
        assert {receipt.case_id: receipt.fingerprint for receipt in receipts} == {
            case_id: version.fingerprint for case_id, version in versions.items()
        }
        assert all(version.submitted_at < DUE for version in versions.values())
        states = select(Case.state, func.count()).group_by(Case.state)
        assert dict(iter(db.execute(states))) == {CaseState.SUBMITTED: CASES // 2, CaseState.DRAFT: CASES // 2}
        assert db.scalar(select(func.count()).select_from(Duty).where(Duty.stage_key == "review")) == 1
        assert audit.verify(db).is_whole


def test_of_two_cases_of_one_applicant_in_the_same_second_one_is_taken(database: Database) -> None:
    """S000-07"""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        tries = []
        for number in range(CASES // 3):
            declarer = organisation(db, number)
            for place in ("000001", "000002"):
                case = fill(db, opened(db, context, declarer, place))
                tries.append(Try(case.id, applicant(declarer), NOW))

    results = send_all(database, tries)

    taken = [isinstance(result, Receipt) for result in results]
    assert [one + two for one, two in zip(taken[::2], taken[1::2], strict=True)] == [1] * (CASES // 3)
    refusals = [result.refusal for result in results if isinstance(result, NotSubmitted)]
    assert all(isinstance(refusal, Conflict) and "示范项目" in refusal.sentence for refusal in refusals)


def test_one_case_sent_many_times_at_once_is_submitted_once(database: Database) -> None:
    with database.write(Scope()) as db:
        case = fill(db, opened(db, running(db, case_definition())))
        one = Try(case.id, applicant(case.organisation), NOW)

    results = send_all(database, [one] * 12)

    assert len(set(results)) == 1
    with database.read(Scope()) as db:
        assert db.scalar(select(func.count(CaseVersion.id))) == 1
        assert db.scalar(select(func.count(CaseAct.id)).where(CaseAct.kind == "submitted")) == 1
