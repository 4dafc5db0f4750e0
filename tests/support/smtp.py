"""A real SMTP server that keeps what it takes and fails on request.

As a process: python -m tests.support.smtp --port N --log FILE
It prints "listening on 127.0.0.1:N" and ends on SIGTERM. Each line of FILE is a JSON object, synced to the disk
before the answer: at (seconds since 1970), connection (from 1), sender, recipients (list), message_id, raw (base64).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import ssl
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.smtp_parts import Faults, Taken
from tests.support.smtp_session import Session

__all__ = ["Faults", "SmtpSink", "Taken"]


class SmtpSink:
    """The server in a thread of its own; a context manager.

    tls: offered by STARTTLS, or from the start if implicit_tls. login: user and password to ask for.
    log: file for JSON lines. seed: of the shares in `faults`. is_keeping: messages stay in memory, too.
    """

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
        pipelining: bool = True,
        seed: int = 1,
        is_keeping: bool = True,
    ) -> None:
        self.faults = faults or Faults()
        self.port = port
        self.tls = tls
        self.implicit_tls = implicit_tls
        self.login = login
        self.pipelining = pipelining
        self.connections = 0
        self._transports: set[asyncio.Transport] = set()
        self._is_deserted = asyncio.Event()
        self._is_deserted.set()
        self._log = log.open("a", encoding="utf-8") if log else None
        self._is_keeping = is_keeping
        self._random = random.Random(seed)
        self._messages: list[Taken] = []
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp sink", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        if self._log:
            self._log.close()

    @property
    def url(self) -> str:
        return f"{'smtps' if self.implicit_tls else 'smtp'}://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Taken]:
        with self._arrived:
            return list(self._messages)

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Taken]:
        """Return the messages as soon as there are that many; fail if there are not in time."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self._messages) >= count, seconds)
            assert arrived, f"{len(self._messages)} messages instead of {count} after {seconds} s"
            return list(self._messages)

    def hang_up_on_all(self) -> None:
        """Close all open connections, as a host does with idle ones."""

        async def close() -> None:
            for transport in list(self._transports):
                transport.close()
            await self._is_deserted.wait()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)

    def welcome(self, transport: asyncio.Transport) -> None:
        """Note an open connection."""
        self._transports.add(transport)
        self._is_deserted.clear()

    def farewell(self, transport: asyncio.Transport | None) -> None:
        """Note that a connection is closed."""
        if transport is not None:
            self._transports.discard(transport)
        if not self._transports:
            self._is_deserted.set()

    def chance(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def keep(self, taken: Taken) -> None:
        if self._log:
            self._log.write(taken.as_line())
            self._log.flush()
            os.fsync(self._log.fileno())
        if not self._is_keeping:
            return
        with self._arrived:
            self._messages.append(taken)
            self._arrived.notify_all()

    def run(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _session(self) -> Session:
        self.connections += 1
        return Session(self, self.connections)

    async def _listen(self) -> None:
        context = self.tls if self.implicit_tls else None
        self._server = await self._loop.create_server(self._session, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        for transport in list(self._transports):
            transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._is_deserted.wait()


def main() -> None:
    """Serve as a process until told to end."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.smtp", description="An SMTP server for trials.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--fail4", type=float, default=0.0)
    parser.add_argument("--refuse", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("--drop-after-data", type=float, default=0.0)
    parser.add_argument("--drop-before-data", type=float, default=0.0)
    parser.add_argument("--max-per-connection", type=int)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    faults = Faults(
        delay_ms=chosen.delay_ms,
        fail4=chosen.fail4,
        refuse=frozenset(chosen.refuse),
        drop_after_data=chosen.drop_after_data,
        drop_before_data=chosen.drop_before_data,
        max_per_connection=chosen.max_per_connection,
    )
    told_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_end.set())
    with SmtpSink(faults=faults, port=chosen.port, log=chosen.log, seed=chosen.seed, is_keeping=False) as sink:
        print(f"listening on 127.0.0.1:{sink.port}", flush=True)
        told_to_end.wait()


if __name__ == "__main__":
    main()
