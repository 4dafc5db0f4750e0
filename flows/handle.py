"""What a flow works with, handed to it beside its parameters: those are ids and instants only, and stay in Prefect.

A run in the clock's process gets its own handle; a run in a worker finds the one that the composition root installed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flows.advancing import Steps


@dataclass(frozen=True, slots=True)
class Handle:
    """The way from a flow to the product.

    send: sends what is ready, for a few seconds at most; returns how many mails the host took.
    started: told the flow run's id when the body begins. done: told the number of moments when the batch is advanced;
    what comes after that is for show, and nobody waits for it.
    """

    steps: Steps
    send: Callable[[], int]
    started: Callable[[str], None]
    done: Callable[[int], None]


_own: ContextVar[Handle] = ContextVar("linxuan_flow_handle")
_installed: list[Handle] = []


def install(handle: Handle) -> None:
    """Give the flows of this process their handle, for runs that are started from outside."""
    _installed[:] = [handle]


@contextmanager
def lent(handle: Handle) -> Iterator[None]:
    """Give the flows that are called in this block a handle of their own."""
    token = _own.set(handle)
    try:
        yield
    finally:
        _own.reset(token)


def current() -> Handle:
    """Return the handle of the running flow. Raises LookupError when nothing was installed."""
    found = _own.get(None) or next(iter(_installed), None)
    if found is None:
        raise LookupError("no handle installed: flows run in the clock, or through `linxuan worker`")
    return found
