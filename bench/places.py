"""Places: what forwarding a case costs beside the bare SQL that has the same effect, and what a page costs.

Bare SQL is one transaction that locks the unit, counts its places, inserts the next and moves the case: no rule is
asked, no duty is settled, nothing is written to the log.
"""

from __future__ import annotations

import time
from statistics import median

from sqlalchemy import text

from bench.tick import databases, timed
from domain.definition import Quota
from models.migrations.run import upgrade
from models.scope import Scope
from models.session import Database
from services import audit
from services.batches.context import load
from services.recommending.board import board
from services.recommending.forwarding import forward
from tests.support.recommending import NOW, PROVINCE, opened, passed_many, person, unit, with_places

CASES = 200
COUNT = text("SELECT count(*) FROM places WHERE batch_id = :batch AND quota_key = 'free' AND unit_id = :unit")
LOCK = "SELECT id FROM batch_units WHERE batch_id = :batch AND unit_id = :unit"
TAKE = text(
    "INSERT INTO places (batch_id, unit_id, quota_key, number, case_id, taken_at) "
    "VALUES (:batch, :unit, 'free', :number, :case, :at)"
)
SEND = text("UPDATE cases SET state = 'forwarded', forwarded_at = :at WHERE id = :case")


def bare(database: Database, batch: int, unit_id: int, case_id: int) -> None:
    locking = "" if database.engine.dialect.name == "sqlite" else " FOR UPDATE"
    given = {"batch": batch, "unit": unit_id}
    with database.engine.begin() as connection:
        connection.execute(text(LOCK + locking), given).all()
        number = connection.execute(COUNT, given).scalar_one() + 1
        connection.execute(TAKE, {**given, "number": number, "case": case_id, "at": NOW.isoformat(" ")})
        connection.execute(SEND, {"case": case_id, "at": NOW.isoformat(" ")})


def measure(database: Database) -> dict[str, tuple[float, float]]:
    """Return milliseconds of ours and of bare SQL, by what was done; they take turns."""
    upgrade(database.engine)
    with database.write(Scope()) as session:
        audit.ensure_chain(session)
        quotas = (Quota(key="free", classes=("province",), category="enterprise"),)
        context = opened(session, with_places(quotas=quotas))
        ids = [case.id for case in passed_many(session, context, PROVINCE, CASES)]
        actor, unit_id, batch = person(session, PROVINCE), unit(session, PROVINCE).id, context.batch.id
    ours: list[float] = []
    plain: list[float] = []
    pages: list[float] = []
    for number, case_id in enumerate(ids):
        if number % 2:
            with timed(plain):
                bare(database, batch, unit_id, case_id)
            continue
        with timed(ours), database.write(Scope.of(actor)) as session:
            forward(session, case_id, received_at=NOW, actor=actor)
    for _ in range(10):
        with timed(pages), database.read(Scope.of(actor)) as session:
            board(session, load(session, batch).batch, unit_id, actor=actor, now=NOW)
    return {"forward": (median(ours), median(plain)), "page": (median(pages), 0.0)}


def main() -> None:
    with databases() as found:
        for name, database in found.items():
            began = time.perf_counter()
            for what, (ours, plain) in measure(database).items():
                beside = f"   bare SQL {plain:7.2f} ms   ratio {plain / ours:.2f}" if plain else ""
                print(f"{name:<11} {what:<8} {ours:8.2f} ms{beside}")
            print(f"{name:<11} all in {time.perf_counter() - began:.1f} s")
