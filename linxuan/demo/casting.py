"""Who plays in the demonstration: the private Prefect server, the conductor and the sender, as the clock has them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from flows.running import Conductor, answers
from flows.sending import Outgoing
from flows.server import find_api
from linxuan.data_dir import prefect_folder
from linxuan.demo.story import Cast
from linxuan.settings import Orchestrator, Settings
from linxuan.timekeeping import posting, prefect_finder
from models.session import Database

PREFECT_SECONDS = 25.0
"""How long the story waits for Prefect; after that it goes the direct way, as a deadline would."""
POLL_SECONDS = 0.2
GOODBYE_SECONDS = 5.0


@contextmanager
def prefect_server(settings: Settings) -> Iterator[Callable[[], bool]]:
    """Run the private Prefect server beside what is done inside; yield what waits until it answers."""
    if settings.orchestrator is Orchestrator.OFF:
        yield lambda: False
        return
    folder = prefect_folder(settings.data_dir)
    child = subprocess.Popen([sys.executable, "-m", "flows.server", str(folder)])
    try:
        yield lambda: _wait(folder, child)
    finally:
        child.terminate()
        try:
            child.wait(timeout=GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(folder: Path, child: "subprocess.Popen[bytes]") -> bool:
    until, pause = time.monotonic() + PREFECT_SECONDS, Event()
    while time.monotonic() < until and child.poll() is None:
        api = find_api(folder)
        if api is not None and answers(api):
            return True
        pause.wait(POLL_SECONDS)
    return False


@contextmanager
def cast(settings: Settings, database: Database) -> Iterator[Cast]:
    """Yield those who play: the conductor and the sender, as the clock has them."""
    chosen = posting(settings)
    assert chosen is not None  # noqa: S101 - the demonstration has a mail host of its own
    outgoing = Outgoing(database, chosen, owner="demo")
    conductor = Conductor(database, find=prefect_finder(settings), folder=prefect_folder(settings.data_dir))
    try:
        yield Cast(database, conductor, outgoing)
    finally:
        outgoing.close()
        conductor.close()
