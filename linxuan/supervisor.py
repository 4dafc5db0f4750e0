"""`linxuan run`: the web, the clock and the private Prefect server as children of one small process.

A child that crashes is started again, ever later if it keeps crashing; none outlives this process, not even when it
is killed. The web starts first and alone: the first page waits neither for the clock nor for Prefect.
"""

import ctypes
import http.client
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING

from linxuan.data_dir import prefect_folder

if TYPE_CHECKING:
    from linxuan.settings import Settings

ME = (sys.executable, "-m", "linxuan")
FIRST_PAGE_SECONDS = 10.0
ANSWER_SECONDS = 1.0
LOOK_SECONDS = 0.2
DRAIN_SECONDS = 40.0
"""More than the web server takes to finish its requests."""
SHORT_DRAIN_SECONDS = 5.0
"""For Prefect, which heeds no signal while it starts, and holds nothing that could be lost."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
WELL_SECONDS = 60.0
"""A child that lived so long was well: its crash counts as the first."""
WRONG_USE = 2
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """One process.

    serves: the others lean on it, so it ends after them. drain: seconds that it gets to end by itself.
    pause, again_at: between a crash and the restart.
    """

    name: str
    command: Sequence[str]
    serves: bool = False
    drain: float = DRAIN_SECONDS
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float | None = None

    def start(self) -> None:
        """Start the process, in a session of its own, so that an interrupt at the terminal reaches it through us."""
        self.started, self.again_at = time.monotonic(), None
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=_ending_with(os.getpid()),  # noqa: PLW1509 - one system call, loaded before
        )

    def look_after(self) -> None:
        """Start the process, and start it again after it has crashed, once its pause is over."""
        if self.process is None:
            self.start()
        if self.process is None or self.process.poll() is None:
            return
        at = time.monotonic()
        if self.again_at is None:
            was_well = self.pause == 0.0 or at - self.started > WELL_SECONDS
            self.pause = FIRST_PAUSE_SECONDS if was_well else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.again_at = at + self.pause
            logger.warning("%s ended with %s; again in %.1f s", self.name, self.process.returncode, self.pause)
        elif at >= self.again_at:
            self.start()

    @property
    def is_hopeless(self) -> bool:
        """Tell whether the process refused its settings, which will be the same next time."""
        return self.process is not None and self.process.poll() == WRONG_USE

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def join(self, since: float) -> None:
        """Wait until the process has ended, and kill it when it is too slow. since: when it was asked to end."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, since + self.drain - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s does not end and is killed", self.name)
            self.process.kill()
            self.process.wait()


def supervise(settings: "Settings | None" = None, web_options: Sequence[str] = ()) -> int:
    """Run the children until told to end; return the exit code.

    settings: None to load them, while the web is already starting. web_options: as for `linxuan web`.
    The children read their settings from the environment, like this process. Raises SettingsError.
    """
    web = Child("web", [*ME, "web", "--prepare", *web_options])
    children = [web]
    with _told_to_end() as is_told:
        try:
            web.start()
            chosen = settings or _load()
            port = _port(web_options) or chosen.port
            if _wait_for(lambda: _serves(port) or is_told() or web.is_hopeless) and not is_told():
                children += others(chosen)
            return _watch(children, is_told)
        finally:
            _end(children)


def _load() -> "Settings":
    from linxuan.settings import load_settings  # noqa: PLC0415 - seconds, during which the web starts already

    return load_settings()


def others(settings: "Settings") -> list[Child]:
    """Return what may start once people see the first page; together they would keep it waiting."""
    children = [Child("clock", [*ME, "clock"])]
    if settings.orchestrator == "auto" and not settings.prefect_api_url:
        folder = str(prefect_folder(settings.data_dir))
        children.append(
            Child("prefect", [sys.executable, "-m", "flows.server", folder], serves=True, drain=SHORT_DRAIN_SECONDS)
        )
    return children


def _port(web_options: Sequence[str]) -> int:
    """Return the port among the options of the web; 0 when it is not there."""
    return int(dict(pairwise(web_options)).get("--port", 0))


def _serves(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_for(is_so: Callable[[], bool]) -> bool:
    """Wait until it is so, but not for ever; return True, since the others start in any case."""
    until, pause = time.monotonic() + FIRST_PAGE_SECONDS, Event()
    while not is_so() and time.monotonic() < until:
        pause.wait(LOOK_SECONDS)
    return True


def _watch(children: Sequence[Child], is_told: Callable[[], bool]) -> int:
    pause = Event()
    while not is_told():
        for child in children:
            if child.is_hopeless:
                return WRONG_USE
            child.look_after()
        pause.wait(LOOK_SECONDS)
    return 0


def _end(children: Sequence[Child]) -> None:
    """Let the children finish what they are at: those that are served first."""
    for serves in (False, True):
        group = [child for child in children if child.serves is serves]
        since = time.monotonic()
        for child in group:
            child.terminate()
        for child in group:
            child.join(since)


@contextmanager
def _told_to_end() -> Iterator[Callable[[], bool]]:
    """Note the signals to end. A handler may only set a flag: it runs in the midst of anything."""
    told = []
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda number, _: told.append(number)) for number in signals]
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _ending_with(parent: int) -> Callable[[], None]:
    """Return what makes a child end when its parent does, however that ends; on Linux only."""

    def prepare() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)  # it ended before it could be watched

    return prepare
