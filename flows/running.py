"""Which way a batch is advanced: as a Prefect flow while Prefect answers, else directly; a deadline never waits.

The flow runs in a thread of its own. When it does not begin, stops moving or takes too long, it is told to stop at
its next step and the direct path does the same work: both ask the ledger, so what one did the other leaves alone.
"""

import http.client
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import urlsplit

from flows.advancing import Direct, Steps, advance
from flows.flight import Flight
from flows.server import Api, quiet
from models import FlowRun
from models.scope import Scope
from models.session import Database
from services.batches.advancing import DueBatch
from web.clock import wall_now

PROBE_SECONDS = 1.0
TRIP_SECONDS = 60.0
GOODBYE_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a batch was advanced. because: why without Prefect, empty when with it."""

    name: str
    moments: int
    is_orchestrated: bool
    because: str
    prefect_run_id: str | None = None


def answers(api: Api) -> bool:
    """Tell whether a Prefect server answers within a second."""
    parts = urlsplit(api.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", f"{parts.path}/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Conductor:
    """Advances batches, one call a batch.

    find: where Prefect is now, None when it is nowhere; left out when Prefect is not to be used.
    send: for the flow's last task; see `flows.handle.Handle`. folder: where Prefect keeps what it writes.
    """

    def __init__(
        self,
        database: Database,
        *,
        find: Callable[[], Api | None] | None = None,
        send: Callable[[], int] = lambda: 0,
        folder: Path | None = None,
    ) -> None:
        self._database = database
        self._find = find
        self._send = send
        self._tripped_until = 0.0
        self._flights: list[Flight] = []
        self._lock = Lock()
        if find is not None and folder is not None:
            for name, value in quiet(folder).items():
                os.environ.setdefault(name, value)

    def warm_up(self) -> None:
        """Import Prefect beside everything else, so that the first deadline does not wait for it."""
        if self._find is not None:
            Thread(target=_import_prefect, name="import prefect", daemon=True).start()

    def run_batch(
        self, due: DueBatch, now: datetime, *, fence: int | None = None, may_orchestrate: bool = True
    ) -> Ran:
        """Do everything that is due in a batch, and note how it ran.

        fence: of the clock's lease. may_orchestrate: False when there is no time for it.
        Raises what failed, as an ExceptionGroup, and Superseded when another process leads.
        """
        started_at, steps = wall_now(), Steps(self._database, fence)
        name = str(steps.name_of(due.id, now))
        api, because = self._chosen(may_orchestrate)
        ran = None
        if api is not None:
            ran, because = self._orchestrated(api, due, steps, now=now, name=name)
        if ran is None:
            ran = Ran(name, advance(steps, due.id, now, run=Direct(steps)), False, because)
        self._note(due, ran, started_at=started_at, now=now)
        return ran

    def close(self) -> None:
        """Wait a moment for flows that are only saying goodbye to Prefect."""
        until = time.monotonic() + GOODBYE_SECONDS
        for flight in self._flights:
            flight.ended.wait(max(0.0, until - time.monotonic()))

    def _chosen(self, may_orchestrate: bool) -> tuple[Api | None, str]:
        """Return the server to use, or None and the reason."""
        if self._find is None:
            return None, "未启用 Prefect"
        if not may_orchestrate:
            return None, "同时到期的批次较多，其余直接推进"
        if time.monotonic() < self._tripped_until:
            return None, "Prefect 刚才没有应答，暂不再试"
        api = self._find()
        if api is None:
            return None, "Prefect 尚未启动"
        if not answers(api):
            self._trip()
            return None, "Prefect 没有应答"
        return api, ""

    def _orchestrated(
        self, api: Api, due: DueBatch, steps: Steps, *, now: datetime, name: str
    ) -> tuple[Ran | None, str]:
        """Return how the flow did it, or None and why it did not."""
        flight = Flight()
        with self._lock:
            self._flights = [*(flown for flown in self._flights if not flown.ended.is_set()), flight]
        flight.start(api, due, replace(steps, before=flight.before), now=now, send=self._send)
        because = flight.wait(lambda: answers(api))
        if not because:
            return Ran(name, flight.applied, True, "", flight.run_id), ""
        logger.warning("%s: %s", name, because)
        if flight.run_id is None or not answers(api):
            self._trip()
        return None, because

    def _trip(self) -> None:
        self._tripped_until = time.monotonic() + TRIP_SECONDS

    def _note(self, due: DueBatch, ran: Ran, *, started_at: datetime, now: datetime) -> None:
        row = FlowRun(
            batch_id=due.id,
            started_at=started_at,
            now=now,
            is_orchestrated=ran.is_orchestrated,
            because=ran.because,
            prefect_run_id=ran.prefect_run_id,
            name=ran.name,
            moments=ran.moments,
        )
        with self._database.write(Scope()) as session:
            session.add(row)


def _import_prefect() -> None:
    import flows.orchestrated  # noqa: F401, PLC0415 - imported for its effect, where nobody waits
