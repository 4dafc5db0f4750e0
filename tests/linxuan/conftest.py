"""An installation of its own for each test: an empty folder, and no settings of the machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linxuan.cli import main

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which commands run; its data folder is `var`."""
    for name in list(os.environ):
        if name.upper().startswith("LINXUAN_") or name.upper() in {"PREFECT_API_URL", "FORWARDED_ALLOW_IPS"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Return a way to run `linxuan` with arguments."""

    def invoke(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return invoke


@pytest.fixture
def migrated(run: Run) -> Run:
    """Return the same, with the database set up."""
    assert run("migrate").exit_code == 0
    return run
