"""How fast mail may leave: under the rate that is set, slower when the host complains, none while it is away."""

import random
import re
import time
from threading import Lock

from notifications.handover import CLOSING, Outcome, Reply
from notifications.rate import HostBreaker, HostRate

OBSERVED_SECONDS = 60.0
SLOWEST_PER_MINUTE = 60.0
"""What an unlimited pace falls to at the first complaint, unless more was sent in the last minute."""

CLAIM_SECONDS = 10.0
FEWEST = 8

# RFC 3463: X.7.Y is policy; many hosts say in words that there were too many.
COMPLAINS = re.compile(r"\b4\.7\.\d|too many|too fast|rate|limit|throttl|频率|过多|限制", re.IGNORECASE)
LIMITING = frozenset({450, 451, 452})


class Pace:
    """The pace towards one mail host, shared by the sending threads of a process.

    per_minute: mails a minute; 0 for no limit until the host complains.
    """

    def __init__(self, host: str, per_minute: float) -> None:
        self._host = host
        self._per_minute = per_minute
        self._rate = HostRate(per_minute) if per_minute else None
        self._breaker = HostBreaker()
        self._paused_until = 0.0
        self._lock = Lock()
        self._since, self._sent = time.monotonic(), 0

    def at_most(self, mails: int) -> int:
        """Return how many mails to claim at a time: no more than leave within seconds, as each is checked then."""
        if self._rate is None:
            return mails
        return min(mails, max(FEWEST, int(self._per_minute / 60 * CLAIM_SECONDS)))

    def wait_seconds(self) -> float:
        """Return 0 and count one mail if the rate lets it leave now; else the seconds after which to ask again."""
        return 0.0 if self._rate is None else self._rate.wait_for(self._host, time.monotonic())

    def pause_seconds(self) -> float:
        """Return 0 if the host may be tried now; else the seconds of the pause that it deserves.

        Whoever gets a 0 tries one mail and calls `note`.
        """
        at = time.monotonic()
        pause = self._breaker.wait_for(self._host, at)
        self._paused_until = at + pause
        return pause

    def rest_seconds(self) -> float:
        """Return what is left of the last pause, without asking for a try."""
        return max(0.0, self._paused_until - time.monotonic())

    def note(self, reply: Reply) -> None:
        """Take the host's answer into account."""
        at = time.monotonic()
        with self._lock:
            self._note(reply, at)

    def _note(self, reply: Reply, at: float) -> None:
        if reply.is_host_trouble:
            self._breaker.failed(self._host, at, random.random())  # noqa: S311 - spreads tries, guards nothing
        else:
            self._breaker.succeeded(self._host)
        if reply.outcome is Outcome.OK:
            self._count(at)
        elif reply.code == CLOSING or (reply.code in LIMITING and COMPLAINS.search(reply.text)):
            self._slow_down(at)

    def _count(self, at: float) -> None:
        if at - self._since > OBSERVED_SECONDS:
            self._since, self._sent = at, 0
        self._sent += 1

    def _slow_down(self, at: float) -> None:
        if self._rate is None:
            observed = self._sent * 60 / max(at - self._since, 1.0)
            self._per_minute = max(observed, SLOWEST_PER_MINUTE)
            self._rate = HostRate(self._per_minute)
        self._rate.slow_down(self._host, at)
