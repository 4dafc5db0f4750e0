"""One Prefect run of a batch in a thread of its own, watched by the thread that needs its result."""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from flows.advancing import Steps, Superseded
from flows.handle import Handle, lent
from flows.server import Api
from services.batches.advancing import DueBatch

START_SECONDS = 10.0
STILL_SECONDS = 3.0
"""A flow that takes no step for so long is asked after."""
RUN_SECONDS = 30.0
LOOK_SECONDS = 0.5


class Flight:
    """A run under way.

    run_id: Prefect's, once the body has begun. applied: moments in the ledger, once it is done.
    ended: set when the thread is over, which may be long after the batch is advanced.
    """

    def __init__(self) -> None:
        self.run_id: str | None = None
        self.applied = 0
        self.ended = Event()
        self._is_done = False
        self._failure: BaseException | None = None
        self._settled = Event()
        self._abandoned = Event()
        self._began = self._moved = time.monotonic()

    def start(self, api: Api, due: DueBatch, steps: Steps, *, now: datetime, send: Callable[[], int]) -> None:
        """Begin the run; returns at once. `steps` must call `before`."""
        handle = Handle(steps, send, started=self._start_with, done=self._finish_with)
        work = Thread(target=self._fly, args=(api, due, handle, now), name=f"flow {due.code}", daemon=True)
        self._began = self._moved = time.monotonic()
        work.start()

    def before(self) -> None:
        """Note that the run moves. Raises Superseded when it has been given up."""
        if self._abandoned.is_set():
            raise Superseded("已改为直接推进")
        self._moved = time.monotonic()

    def wait(self, is_alive: Callable[[], bool]) -> str:
        """Return "" when the batch is advanced, else why this is not waited for; the run is given up then.

        is_alive: whether Prefect still answers.
        """
        while not self._settled.wait(LOOK_SECONDS):
            because = self._stuck_because(is_alive)
            if because:
                self._abandoned.set()
                return because
        if self._is_done:
            return ""
        self._abandoned.set()
        return f"Prefect 流程没有完成：{self._failure}"[:300]

    def _stuck_because(self, is_alive: Callable[[], bool]) -> str:
        at = time.monotonic()
        if self.run_id is None and at - self._began > START_SECONDS:
            return f"Prefect 流程 {START_SECONDS:.0f} 秒内没有开始"
        if at - self._began > RUN_SECONDS:
            return f"Prefect 流程 {RUN_SECONDS:.0f} 秒内没有完成"
        if at - self._moved > STILL_SECONDS and not is_alive():
            return "Prefect 中途失去联系"
        return ""

    def _start_with(self, run_id: str) -> None:
        self.run_id = run_id
        self._moved = time.monotonic()

    def _finish_with(self, applied: int) -> None:
        self.applied = applied
        self._is_done = True
        self._settled.set()

    def _fly(self, api: Api, due: DueBatch, handle: Handle, now: datetime) -> None:
        try:
            from flows import orchestrated  # noqa: PLC0415 - seconds to import, and not needed without Prefect

            with lent(handle), orchestrated.connected(api.url, api.auth):
                orchestrated.run_advance(due.code, due.id, now)
        except BaseException as failure:
            self._failure = failure  # Prefect also raises what is no Exception
        finally:
            self._settled.set()
            self.ended.set()
