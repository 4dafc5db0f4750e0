"""The pace towards each mail host: no more than it allows, slower when it complains, a pause when it is in trouble.

Nothing here sleeps or reads a clock: `at` is in monotonic seconds, and whoever asks waits by its own means.
All may be shared by the sending threads of one process.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

SHORTEST_BACKOFF_SECONDS = 60.0
LONGEST_BACKOFF_SECONDS = 3600.0
DOUBLINGS = 6  # enough to get from the shortest to the longest

SLOWEST_SHARE = 1 / 64
RECOVERY_SECONDS = 600.0  # after a complaint, until the pace is doubled again

FAILURES_TO_OPEN = 5
PROBE_SECONDS = 120.0  # a probe not reported back by then counts as lost


def backoff_seconds(attempt: int, random_unit: float) -> float:
    """Return how long to wait after the n-th try in vain: one to two minutes at first, doubling, an hour at most.

    attempt: from 1. random_unit: in [0, 1), so that what failed together does not come back together.
    """
    doubled: int = 2 ** min(max(attempt, 1), DOUBLINGS)
    longest = min(LONGEST_BACKOFF_SECONDS, SHORTEST_BACKOFF_SECONDS * doubled)
    return longest / 2 * (1 + random_unit)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    share: float = 1.0  # of the pace allowed
    complained_at: float = 0.0


class HostRate:
    """A token bucket for each host, holding one second's worth of mails.

    per_minute: mails to one host, above 0. Raises ValueError otherwise.
    """

    def __init__(self, per_minute: float) -> None:
        if not per_minute > 0:
            raise ValueError("每分钟发件数应大于 0。")
        self._per_second = per_minute / 60
        self._capacity = max(1.0, self._per_second)
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def wait_for(self, host: str, at: float) -> float:
        """Return 0 and count one mail if it may leave now; else the seconds after which to ask again."""
        with self._lock:
            bucket = self._filled(host, at)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / (self._per_second * bucket.share)

    def slow_down(self, host: str, at: float) -> None:
        """Halve the pace towards a host that answered with a rate limit (F26); it doubles again every ten minutes."""
        with self._lock:
            bucket = self._filled(host, at)
            bucket.share = max(SLOWEST_SHARE, bucket.share / 2)
            bucket.complained_at = at
            bucket.tokens = 0.0

    def _filled(self, host: str, at: float) -> _Bucket:
        bucket = self._buckets.setdefault(host, _Bucket(self._capacity, at))
        while bucket.share < 1 and at - bucket.complained_at >= RECOVERY_SECONDS:
            bucket.share = min(1.0, bucket.share * 2)
            bucket.complained_at += RECOVERY_SECONDS
        passed = max(0.0, at - bucket.filled_at)
        bucket.tokens = min(self._capacity, bucket.tokens + passed * self._per_second * bucket.share)
        bucket.filled_at = max(bucket.filled_at, at)
        return bucket


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    pauses: int = 0
    until: float = 0.0  # end of the pause, or of the patience with the probe
    is_probed: bool = False


class HostBreaker:
    """Stops trying a host that fails for everybody, and lets one mail probe it after each pause (F23)."""

    def __init__(self, *, failures_to_open: int = FAILURES_TO_OPEN) -> None:
        self._failures_to_open = failures_to_open
        self._circuits: dict[str, _Circuit] = {}
        self._lock = Lock()

    def wait_for(self, host: str, at: float) -> float:
        """Return 0 if one mail may be tried now, else the seconds until the next probe.

        The caller of a 0 reports `succeeded` or `failed`; while a probe is out, the others wait.
        """
        with self._lock:
            circuit = self._circuits.get(host)
            if circuit is None or circuit.failures < self._failures_to_open:
                return 0.0
            if at < circuit.until:
                return circuit.until - at
            circuit.is_probed = True
            circuit.until = at + PROBE_SECONDS
            return 0.0

    def succeeded(self, host: str) -> None:
        """Close the circuit: the host answers, even if it refused the one mail."""
        with self._lock:
            self._circuits.pop(host, None)

    def failed(self, host: str, at: float, random_unit: float) -> None:
        """Count one failure that concerns the host as a whole; from the fifth in a row, pause by `backoff_seconds`.

        A failure that comes in during a pause, from a mail that was already under way, does not prolong it.
        """
        with self._lock:
            circuit = self._circuits.setdefault(host, _Circuit())
            circuit.failures += 1
            is_paused = at < circuit.until and not circuit.is_probed
            if circuit.failures >= self._failures_to_open and not is_paused:
                circuit.pauses += 1
                circuit.is_probed = False
                circuit.until = at + backoff_seconds(circuit.pauses, random_unit)
