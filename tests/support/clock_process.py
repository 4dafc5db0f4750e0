"""Clocks as processes of their own, to be killed.

They are forked from a server that has imported everything once, since importing takes longer than what is tested.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from flows.clock import Clock, Pulse
from flows.running import Conductor
from flows.sending import Outgoing, Posting
from models import failpoints
from models.session import Database
from notifications.account import parse_smtp_url
from notifications.address import AllowList
from services.mail.composing import Sender
from web.clock import wall_now

SENDER = Sender(
    "遴选 <no-reply@linxuan.example>", "http://linxuan.example", "0123456789", AllowList.parse("*.example")
)


@dataclass(frozen=True)
class ClockOptions:
    """How a clock runs. now: the effective now at its start, which moves on. failpoint: as in LINXUAN_FAILPOINT."""

    url: str
    smtp: str
    owner: str
    now: datetime
    log: Path
    failpoint: str = ""
    lease_seconds: float = 1.0
    rest_seconds: float = 1.0
    connections: int = 2


class ClockProcess:
    """A clock in a process of its own; a context manager that leaves none behind."""

    def __init__(self, options: ClockOptions) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._process: BaseProcess = context.Process(target=run_clock, args=(options,), daemon=True)

    def __enter__(self) -> ClockProcess:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.signal(signal.SIGCONT)
        self._process.kill()
        self._process.join()

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, negative for the number of the signal that killed it; None while it runs."""
        return self._process.exitcode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if the process is still there."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, number)

    def wait(self, seconds: float = 20.0) -> int | None:
        """Return the exit code as soon as there is one; None when there is none in time."""
        self._process.join(seconds)
        return self.exit_code


def run_clock(options: ClockOptions) -> None:
    """Keep time in this process until told to stop."""
    logging.basicConfig(filename=options.log, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # Read from the environment when the module is loaded, which was in the server that all are forked from.
    failpoints._armed = options.failpoint
    database = Database(options.url)
    ahead = options.now - wall_now()
    outgoing = Outgoing(
        database,
        Posting(
            account=parse_smtp_url(options.smtp),
            sender=SENDER,
            lease=timedelta(seconds=options.lease_seconds),
            uncertain_rest=timedelta(seconds=options.rest_seconds),
            connections=options.connections,
        ),
        owner=options.owner,
    )
    clock = Clock(
        database,
        lambda: wall_now() + ahead,
        conductor=Conductor(database),
        outgoing=outgoing,
        pulse=Pulse(lease=options.lease_seconds, tick=0.5, post=0.1),
        owner=options.owner,
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: clock.stop())
    sys.exit(0 if clock.run() else 1)
