"""Waiting for something to become true, without guessing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

BETWEEN_SECONDS = 0.05


def until(is_true: Callable[[], bool], what: str, *, seconds: float = 60.0) -> None:
    """Return as soon as it is true; fail, saying what was awaited, when it is not in time."""
    deadline = time.monotonic() + seconds
    pause = Event()
    while not is_true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(BETWEEN_SECONDS)
