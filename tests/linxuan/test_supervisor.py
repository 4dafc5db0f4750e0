"""`linxuan run`: one command, several processes, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from linxuan.settings import load_settings
from linxuan.supervisor import others
from tests.linxuan.test_web_process import TOP, free_port
from tests.support.polling import until

SLOW_SECONDS = 90.0
"""For a machine that does other things, too."""


class Running:
    """`linxuan run` in a folder, without Prefect."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "LINXUAN_DATA_DIR": str(folder / "var"),
            "LINXUAN_ORCHESTRATOR": "off",
            "LINXUAN_LEASE_SECONDS": "5",
            "PYTHONPATH": str(TOP),
        }
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "linxuan", "run", "--port", str(self.port)],
            stdout=self.log, stderr=self.log, env=environment, cwd=folder,
        )  # fmt: skip

    def children(self) -> dict[str, int]:
        """Return the process numbers of the living children by their command."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError, ValueError):  # a child between fork and exec has no command yet
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.process.pid and state != "Z":
                    command = (folder / "cmdline").read_text().split("\0")
                    found[command[command.index("linxuan") + 1]] = int(folder.name)
        return found

    def serves(self) -> bool:
        with suppress(urllib.error.URLError, OSError):
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close() is None)
        return False

    def await_all(self) -> dict[str, int]:
        until(lambda: self.serves() and set(self.children()) == {"web", "clock"}, "it runs", seconds=SLOW_SECONDS)
        return self.children()


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    found = Running(folder)
    yield found
    children = found.children()
    found.process.kill()
    found.process.wait(30)
    for number in children.values():
        until(lambda number=number: not is_alive(number), "a child ends", seconds=SLOW_SECONDS)
    found.log.close()


def is_alive(number: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_one_command_sets_up_the_database_and_ends_cleanly_when_told(running: Running) -> None:
    """F54, G-J: no settings are needed, and SIGTERM drains every child."""
    children = running.await_all()

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(SLOW_SECONDS) == 0
    assert [is_alive(number) for number in children.values()] == [False, False]


def test_children_end_when_their_parent_is_killed(running: Running) -> None:
    """SIGKILL leaves it no time to tell them."""
    children = running.await_all()

    running.process.kill()

    until(lambda: not any(map(is_alive, children.values())), "the children end", seconds=SLOW_SECONDS)
    assert not running.serves()


def test_a_child_that_crashes_is_started_again(running: Running) -> None:
    before = running.await_all()

    os.kill(before["clock"], signal.SIGKILL)

    until(lambda: running.children().get("clock") not in {None, before["clock"]}, "a new clock", seconds=SLOW_SECONDS)
    assert running.children()["web"] == before["web"]


def test_wrong_settings_end_it_with_a_sentence(folder: Path) -> None:
    environment = {**os.environ, "LINXUAN_MAIL_ALLOW": "nobody at all", "PYTHONPATH": str(TOP)}

    ended = subprocess.run(
        [sys.executable, "-m", "linxuan", "run", "--port", str(free_port())],
        capture_output=True, text=True, env=environment, cwd=folder, check=False, timeout=SLOW_SECONDS,
    )  # fmt: skip

    assert (ended.returncode, "LINXUAN_MAIL_ALLOW" in ended.stderr) == (2, True)


def test_a_private_prefect_is_started_unless_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [child.name for child in others(load_settings())] == ["clock", "prefect"]

    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example/api")
    assert [child.name for child in others(load_settings())] == ["clock"]
