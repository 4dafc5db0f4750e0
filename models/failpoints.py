"""Named points at which a test may kill the process, to prove that nothing is lost between two of them.

Armed by LINXUAN_FAILPOINT="name" or "name:3" (the third passing); unarmed it costs one dictionary look-up.
"""

import os
import signal
from collections import Counter

POINTS = (
    "tick.leased",
    "tick.due_found",
    "open.before_write",
    "open.after_write",
    "remind.before_write",
    "remind.after_write",
    "close.before_write",
    "close.after_write",
    "advance.before_commit",
    "advance.after_commit",
    "send.before_claim",
    "send.claimed",
    "send.rendered",
    "send.stored",
    "send.handed_over",
    "send.before_record",
    "send.recorded",
)
_armed = os.environ.get("LINXUAN_FAILPOINT", "")
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Kill the process here if this point is armed; `name` is one of POINTS."""
    if not _armed:
        return
    wanted, _, nth = _armed.partition(":")
    if name == wanted:
        _passed[name] += 1
        if _passed[name] == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
