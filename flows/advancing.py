"""The loop that brings a batch up to an instant, shared by the direct path and the Prefect flow.

They differ only in who runs a step. Each step is one service call in one short transaction, so a run that breaks off
anywhere is completed by the next one, and two runs at a time do nothing twice.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Batch
from models.failpoints import failpoint
from models.scope import Scope
from models.session import Database
from services import leases
from services.batches import advancing, steps
from services.batches.advancing import ROUNDS, DueStage
from services.batches.steps import StepKind

CLOCK = "clock"
"""The role of the one process that advances batches and sends mail."""

logger = logging.getLogger(__name__)


class Superseded(Exception):  # noqa: N818 - not an error: somebody else does the work
    """The run is not to go on: another process leads, or the direct path has taken over."""


@dataclass(frozen=True, slots=True)
class RunName:
    """What a run is called; its text is `code@instant`."""

    code: str
    at: datetime

    def __str__(self) -> str:
        """Return the name."""
        return f"{self.code}@{self.at.isoformat(timespec='seconds')}"


class Runner(Protocol):
    """Who runs the steps: plain calls, or Prefect."""

    def advance_stage(self, batch_id: int, stage: DueStage, *, now: datetime) -> int:
        """Take the due steps of one stage; return how many moments went into the ledger."""
        ...

    def hand_over(self, batch_id: int, *, now: datetime) -> None:
        """Settle what follows, and when the batch is due again."""
        ...


def _go_on() -> None:
    """Do nothing: nobody watches."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps, each in a transaction of its own.

    fence: of the clock's lease; a step is refused once another process leads. None for work outside the clock.
    before: called before each step; may raise Superseded.
    """

    database: Database
    fence: int | None = None
    before: Callable[[], None] = _go_on

    def due(self, batch_id: int, now: datetime) -> list[DueStage]:
        """Return the stages that have something due."""
        with self.database.read(Scope()) as session:
            return advancing.due_stages(session, batch_id, now)

    def take(self, batch_id: int, stage_key: str, *, step: StepKind, now: datetime) -> int:
        """Take one step of one stage; return how many moments went into the ledger. Raises Superseded."""
        with self._write() as session:
            applied = steps.take_step(session, batch_id, stage_key, step, now)
            failpoint("advance.before_commit")
        failpoint("advance.after_commit")
        return applied

    def hand_over(self, batch_id: int, now: datetime) -> None:
        """Settle what follows, and when the batch is due again. Raises Superseded."""
        with self._write() as session:
            steps.hand_over(session, batch_id, now)

    def name_of(self, batch_id: int, now: datetime) -> RunName:
        """Return the names of a run: the batch's code, and the instant in the batch's own zone."""
        with self.database.read(Scope()) as session:
            code, zone = session.execute(select(Batch.code, Batch.timezone).where(Batch.id == batch_id)).one()
        return RunName(code, now.astimezone(ZoneInfo(zone)))

    @contextmanager
    def _write(self) -> Iterator[Session]:
        self.before()
        with self.database.write(Scope()) as session:
            if self.fence is not None and not leases.is_held(session, CLOCK, self.fence):
                raise Superseded("租约已被另一个时钟进程接管")
            yield session


@dataclass(frozen=True, slots=True)
class Direct:
    """Runs the steps by plain calls."""

    steps: Steps

    def advance_stage(self, batch_id: int, stage: DueStage, *, now: datetime) -> int:
        """Take the due steps of one stage, in order."""
        return sum(self.steps.take(batch_id, stage.key, step=step, now=now) for step in stage.steps)

    def hand_over(self, batch_id: int, *, now: datetime) -> None:
        """Settle what follows."""
        self.steps.hand_over(batch_id, now)


def advance(by: Steps, batch_id: int, now: datetime, *, run: Runner) -> int:
    """Do everything that is due in a batch, round after round; return how many moments went into the ledger.

    A stage that fails holds up no other stage. Raises ExceptionGroup with what failed, Superseded.
    """
    applied = 0
    for number in range(ROUNDS):
        stages = by.due(batch_id, now)
        if stages or number == 0:
            applied += _round(batch_id, stages, run, now)
        if not stages:
            return applied
    logger.error("batch %s still has something due after %s rounds", batch_id, ROUNDS)
    return applied


def _round(batch_id: int, stages: list[DueStage], run: Runner, now: datetime) -> int:
    """Advance each stage, then hand over; a batch without anything due is handed over too, or it would stay due."""
    applied, failures = 0, []
    for stage in stages:
        try:
            applied += run.advance_stage(batch_id, stage, now=now)
        except Superseded:
            raise
        except Exception as failure:
            logger.exception("batch %s, stage %s", batch_id, stage.key)
            failures.append(failure)
    run.hand_over(batch_id, now=now)
    if failures:
        raise ExceptionGroup(f"批次 {batch_id} 有环节未能推进", failures)
    return applied
