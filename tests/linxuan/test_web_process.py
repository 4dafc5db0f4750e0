"""The web server as a process: it starts, answers, and drains when told to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.linxuan.conftest import Run

TOP = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(migrated: Run, folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    environment = {**os.environ, "LINXUAN_DATA_DIR": str(folder / "var"), "PYTHONPATH": str(TOP)}
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "linxuan", "web", "--port", str(port), "--workers", "1", "--threads", "2"],
        stdout=log, stderr=log, text=True, env=environment, cwd=folder,
    )  # fmt: skip
    yield process, port
    if process.poll() is None:
        process.kill()
    process.wait(30)
    log.close()


def answer(port: int, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - http, as written above
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def first_answer(process: subprocess.Popen[str], port: int) -> tuple[int, str]:
    """Ask until somebody answers."""
    until = monotonic() + 60
    while monotonic() < until and process.poll() is None:
        try:
            return answer(port, "/healthz")
        except (urllib.error.URLError, ConnectionError):
            continue
    raise AssertionError("nobody answered")


def test_the_server_answers_its_own_host_and_ends_when_told(server: tuple[subprocess.Popen[str], int]) -> None:
    """S17 F54"""
    process, port = server

    assert first_answer(process, port) == (200, '{"status":"degraded"}\n')
    assert answer(port, "/sign-in")[0] == 200
    assert answer(port, "/sign-in", Host="evil.example")[0] == 400
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0


def test_a_server_does_not_start_on_a_database_that_is_not_set_up(run: Run) -> None:
    """F50"""
    result = run("web", "--port", str(free_port()))

    assert (result.exit_code, "linxuan migrate" in result.stderr) == (1, True)


def test_a_demo_is_served_on_this_machine_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S56"""
    monkeypatch.setenv("LINXUAN_DEMO", "1")
    assert run("migrate").exit_code == 0

    result = run("web", "--host", "192.0.2.1", "--port", str(free_port()))

    assert (result.exit_code, "--host" in result.stderr) == (2, True)
