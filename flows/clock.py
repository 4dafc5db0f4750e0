"""The clock: one leader among any number of processes, its ticks, its wake-up at the next due instant, its sender.

APScheduler only wakes threads: its jobs live in memory, hold no truth, and may be missed, repeated or lost without
harm, since every tick asks the rows what is due. A leader that no longer ticks stops renewing its lease, so the lease
tells whether time is being kept.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from flows.advancing import CLOCK, Superseded
from flows.running import Conductor
from flows.sending import Outgoing
from flows.ticking import Setbacks, tick
from models.failpoints import failpoint
from models.session import Database
from services import leases
from web.clock import wall_now

STALE_SECONDS = 300.0
"""A tick that brings no batch forward for so long is stuck."""
WATCH_SECONDS = 0.5
FIRST_HOUSEKEEPING = timedelta(minutes=1)
RENEWALS = 3
"""Renewals in the length of a lease, so that two may fail."""
LONGEST_RENEWAL_SECONDS = 5.0
"""So that a lead which was given back is taken soon, however long leases are."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How often the clock does things, in seconds. lease: how long its lead outlives its last sign of life.

    tick: at least; it also wakes at the next due instant. A batch that was just published waits no longer than this.
    house: between two rounds of housekeeping, the first of them a minute after the start.
    """

    lease: float = 15.0
    tick: float = 10.0
    post: float = 2.0
    house: float = 3600.0


def process_name() -> str:
    """Return a name for this process that no other has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Clock:
    """A process's part in keeping time.

    now: the effective now. outgoing: None when no mail host is set.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        conductor: Conductor,
        outgoing: Outgoing | None = None,
        pulse: Pulse = Pulse(),
        owner: str = "",
    ) -> None:
        self.owner = owner or process_name()
        self._database, self._now, self._pulse = database, now, pulse
        self._conductor, self._outgoing = conductor, outgoing
        self._housekeeping: Callable[[], None] | None = None
        self._setbacks = Setbacks()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._fence: int | None = None
        self._leads_until = 0.0
        self._moved = time.monotonic()
        self._is_ticking, self._is_leading = Lock(), Lock()
        self._stopped, self._has_mail = Event(), Event()
        self._is_told = False

    def run(self) -> bool:
        """Keep time until told to stop.

        Returns False when it broke down: threads may hang then, and the process is to be replaced.
        """
        self._conductor.warm_up()
        sender = Thread(target=self._send_on, name="sender", daemon=True)
        self._scheduler.start()
        renewal = timedelta(seconds=min(self._pulse.lease / RENEWALS, LONGEST_RENEWAL_SECONDS))
        self._every(renewal, self.lead, "lead")
        self._every(timedelta(seconds=self._pulse.tick), self.tick, "tick")
        if self._housekeeping is not None:
            self._every(timedelta(seconds=self._pulse.house), self.keep_house, "house", after=FIRST_HOUSEKEEPING)
        sender.start()
        is_well = True
        while is_well and not self._is_told:
            self._stopped.wait(WATCH_SECONDS)
            is_well = self._is_well()
        self._stopped.set()
        self._has_mail.set()
        if not is_well:
            return False
        with self._is_ticking:  # the scheduler must not wait for the tick: it would hold the lock that a tick needs
            self._scheduler.shutdown(wait=False)
        if self._outgoing is not None:
            self._outgoing.close()
        self._conductor.close()
        self._resign()
        return True

    def besides(self, housekeeping: Callable[[], None]) -> "Clock":
        """Let the leader do something now and then besides, which must be harmless to repeat; before `run`."""
        self._housekeeping = housekeeping
        return self

    def stop(self) -> None:
        """Ask `run` to end; it finishes the step and the mails under way.

        Only sets a flag: a signal handler may run in the midst of anything, and an event's lock may be held then.
        """
        self._is_told = True

    @property
    def leads(self) -> bool:
        """Tell whether this process leads, by its own monotonic clock: a late renewal is a lost one."""
        return self._fence is not None and time.monotonic() < self._leads_until and not self._stopped.is_set()

    def lead(self) -> None:
        """Take the lead if it is free, or renew it; called often."""
        if self._is_stuck():
            logger.critical("no tick for %s s; the lead is left to another process", STALE_SECONDS)
            return
        with self._is_leading:
            is_new = not self._stopped.is_set() and self._take_lead()
        if is_new:
            logger.info("%s leads (%s)", self.owner, self._fence)
            self._wake_at(wall_now())
            self._has_mail.set()

    def tick(self) -> None:
        """Do what is due, if this process leads; then set the wake-up for what is due next."""
        fence = self._fence
        if not self.leads or fence is None:
            self._moved = time.monotonic()
            return
        failpoint("tick.leased")
        with self._is_ticking:
            try:
                now = self._now()
                done = tick(
                    self._database,
                    now,
                    conductor=self._conductor,
                    setbacks=self._setbacks,
                    fence=fence,
                    on_progress=self._progress,
                )
            except Superseded:
                logger.warning("another process leads now")
                return
            except SQLAlchemyError:
                logger.exception("the tick failed; the next one catches up")
                return
            finally:
                self._moved = time.monotonic()
        if done.ran:
            self._has_mail.set()
        if done.wake_at is not None and done.wake_at > now:
            self._wake_at(wall_now() + (done.wake_at - now))

    def keep_house(self) -> None:
        """Do what is done now and then, if this process leads; a failure is told and waits for the next round."""
        if not self.leads or self._housekeeping is None:
            return
        try:
            self._housekeeping()
        except Exception:
            logger.exception("housekeeping failed; the next round tries again")

    def _take_lead(self) -> bool:
        """Take or renew the lease; return whether the lead is new."""
        asked = time.monotonic()
        try:
            with self._database.mark() as session:
                length = timedelta(seconds=self._pulse.lease)
                lease = leases.take(session, CLOCK, owner=self.owner, wall_now=wall_now(), length=length)
                fence = lease.fence if lease is not None else None
        except SQLAlchemyError:
            logger.exception("the lease could not be renewed")
            return False
        is_new = fence is not None and fence != self._fence
        self._fence, self._leads_until = fence, asked + self._pulse.lease
        return is_new

    def _progress(self) -> None:
        self._moved = time.monotonic()
        self._has_mail.set()

    def _every(
        self, interval: timedelta, work: Callable[[], None], name: str, *, after: timedelta = timedelta(0)
    ) -> None:
        first = wall_now() + min(after, interval)
        self._scheduler.add_job(work, "interval", seconds=interval.total_seconds(), id=name, next_run_time=first)

    def _wake_at(self, at: datetime) -> None:
        """Let the next tick come no later than this wall time."""
        job = self._scheduler.get_job("tick")
        if job is not None and (job.next_run_time is None or at < job.next_run_time):
            job.modify(next_run_time=at)

    def _send_on(self) -> None:
        while not self._stopped.is_set():
            if self.leads and self._outgoing is not None:
                try:
                    self._outgoing.drain(self._now, go_on=lambda: self.leads)
                except Exception:
                    logger.exception("sending failed; it goes on in a moment")
            self._has_mail.wait(self._pulse.post)
            self._has_mail.clear()

    def _is_stuck(self) -> bool:
        return time.monotonic() - self._moved > max(STALE_SECONDS, 3 * self._pulse.tick)

    def _is_well(self) -> bool:
        """Look after the scheduler, and after a wall clock that was set back, which would stop its intervals."""
        if self._is_stuck() or not self._scheduler.running:
            return False
        for job in self._scheduler.get_jobs():
            longest = max(self._pulse.tick, self._pulse.lease) if job.id != "house" else self._pulse.house
            if job.next_run_time is not None and job.next_run_time - wall_now() > timedelta(seconds=longest + 1):
                logger.warning("the wall clock was set back; %s goes on at once", job.id)
                job.modify(next_run_time=wall_now())
        return True

    def _resign(self) -> None:
        with self._is_leading:
            if self._fence is None:
                return
            try:
                with self._database.mark() as session:
                    leases.release(session, CLOCK, owner=self.owner, wall_now=wall_now())
            except SQLAlchemyError:
                logger.exception("the lead could not be given back; it lapses by itself")
