"""One tick over all batches."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from domain.definition import Due
from flows.running import Conductor
from flows.ticking import Setbacks, Ticked, tick
from models import BatchVersion, FlowRun
from models.scope import Scope
from models.session import Database
from tests.support.batches import contacts_stage, definition, local
from tests.support.outbox import moments, publish_batch
from tests.support.statements import counted

OPENING = local("2023-03-06 09:00")


def run(database: Database, now: datetime = OPENING, setbacks: Setbacks | None = None) -> Ticked:
    return tick(database, now, conductor=Conductor(database), setbacks=setbacks or Setbacks())


def runs(database: Database) -> list[tuple[str, bool, str, int]]:
    with database.read(Scope()) as session:
        rows = session.scalars(select(FlowRun).order_by(FlowRun.id))
        return [(row.name, row.is_orchestrated, row.because, row.moments) for row in rows]


def test_an_idle_tick_is_one_query_and_leaves_no_trace(database: Database) -> None:
    """G-B2: nothing due costs one look at an index, and no run is recorded."""
    publish_batch(database, definition(units=3))

    with counted(database) as seen:
        done = run(database, OPENING - timedelta(seconds=1))

    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
    assert done == Ticked(OPENING - timedelta(seconds=1), wake_at=OPENING)
    assert runs(database) == []


def test_a_tick_runs_each_due_batch_once_and_says_when_to_wake(database: Database) -> None:
    """G-B3: one run for a batch that has something due, none for the others."""
    publish_batch(database, definition(units=2, code="batch-a"))
    late = contacts_stage(due=Due(on=date(2023, 6, 1)))
    publish_batch(database, definition(units=2, code="batch-b", stages=(late,)))

    done = run(database)

    assert [ran.moments for ran in done.ran] == [1, 1]
    assert done.wake_at == local("2023-03-13 09:00")
    assert runs(database) == [
        ("batch-a@2023-03-06T09:00:00+08:00", False, "未启用 Prefect", 1),
        ("batch-b@2023-03-06T09:00:00+08:00", False, "未启用 Prefect", 1),
    ]
    assert run(database).ran == ()


def test_a_batch_whose_deadline_has_come_goes_first(database: Database) -> None:
    """A closing does not wait for openings and reminders of others."""
    publish_batch(database, definition(units=2, code="batch-a"))
    closing = contacts_stage(due=Due(on=date(2023, 3, 20), at="09:00"), ladder=None)
    publish_batch(database, definition(units=2, code="batch-z", stages=(closing,)))
    run(database)

    done = run(database, local("2023-03-20 09:05"))

    assert [ran.name.partition("@")[0] for ran in done.ran] == ["batch-z", "batch-a"]
    assert moments(database)["close applied"] == 1


def test_a_batch_that_cannot_be_advanced_holds_up_no_other(database: Database) -> None:
    """F15: it is tried again at the next tick, then left alone for a while; the others go on."""
    broken = publish_batch(database, definition(units=2, code="batch-a"))
    publish_batch(database, definition(units=2, code="batch-b"))
    with database.write(Scope()) as session:
        session.execute(delete(BatchVersion).where(BatchVersion.batch_id == broken))
    setbacks = Setbacks()

    done = [run(database, setbacks=setbacks) for _ in range(3)]

    assert [one.failed for one in done] == [("batch-a",), ("batch-a",), ()]
    assert [len(one.ran) for one in done] == [1, 0, 0]
    assert moments(database) == Counter({"open applied": 1})
