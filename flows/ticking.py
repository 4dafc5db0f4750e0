"""One tick: ask in one query whether anything is due, and bring each due batch up to now; none holds up another."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flows.advancing import Superseded
from flows.running import Conductor, Ran
from models.failpoints import failpoint
from models.scope import Scope
from models.session import Database
from services.batches.advancing import DueBatch, closings_first, due_batches, next_wake

ORCHESTRATED_SECONDS = 30.0
"""A tick older than this takes the direct path for what is left: every closing is done within a minute."""
FIRST_SETBACK_SECONDS = 60.0
LONGEST_SETBACK_SECONDS = 600.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Setback:
    """How often a batch has failed in a row, and until when it rests (monotonic seconds)."""

    failures: int = 0
    until: float = 0.0


@dataclass(slots=True)
class Setbacks:
    """The batches that failed lately: tried again at the next tick, then ever less often."""

    _of: dict[int, Setback] = field(default_factory=dict)

    def rests(self, batch_id: int) -> bool:
        """Tell whether a batch is left alone this time."""
        found = self._of.get(batch_id)
        return found is not None and time.monotonic() < found.until

    def note(self, batch_id: int, *, has_failed: bool) -> None:
        """Note how it went."""
        if not has_failed:
            self._of.pop(batch_id, None)
            return
        found = self._of.setdefault(batch_id, Setback())
        if found.failures:
            wait = min(FIRST_SETBACK_SECONDS * 2 ** (found.failures - 1), LONGEST_SETBACK_SECONDS)
            found.until = time.monotonic() + wait
        found.failures += 1


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did. now: the effective now. failed: codes of batches. wake_at: when something is due next."""

    now: datetime
    ran: tuple[Ran, ...] = ()
    failed: tuple[str, ...] = ()
    wake_at: datetime | None = None


def tick(
    database: Database,
    now: datetime,
    *,
    conductor: Conductor,
    setbacks: Setbacks,
    fence: int | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> Ticked:
    """Bring every batch up to now; return what ran.

    fence: of the clock's lease; None outside the clock. on_progress: called after each batch.
    Raises Superseded when another process leads, and what the database raises when it is away.
    """
    began = time.monotonic()
    with database.read(Scope()) as session:
        wake_at = next_wake(session)
        if wake_at is None or wake_at > now:
            return Ticked(now, wake_at=wake_at)
        due = due_batches(session, now)
        waiting = [batch for batch in closings_first(session, due, now) if not setbacks.rests(batch.id)]
    failpoint("tick.due_found")
    ran, failed = [], []
    for batch in waiting:
        has_time = time.monotonic() - began < ORCHESTRATED_SECONDS
        done = _advance(conductor, batch, now, fence=fence, may_orchestrate=has_time)
        setbacks.note(batch.id, has_failed=done is None)
        if done is None:
            failed.append(batch.code)
        else:
            ran.append(done)
        on_progress()
    with database.read(Scope()) as session:
        return Ticked(now, tuple(ran), tuple(failed), next_wake(session))


def _advance(
    conductor: Conductor, batch: DueBatch, now: datetime, *, fence: int | None, may_orchestrate: bool
) -> Ran | None:
    """Advance one batch; None when it failed, which is logged."""
    try:
        return conductor.run_batch(batch, now, fence=fence, may_orchestrate=may_orchestrate)
    except Superseded:
        raise
    except Exception:
        logger.exception("batch %s could not be advanced", batch.code)
        return None
