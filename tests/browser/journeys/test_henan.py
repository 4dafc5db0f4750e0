"""Henan's annex, 2023: nine modes with their criteria, which are used by Luoyang's form and make no batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from presets import FOLDER

COMMAND = (sys.executable, "-m", "linxuan")


def linxuan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of an installation as a process of its own."""
    there = {**os.environ, "LINXUAN_DATA_DIR": str(folder)}
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, env=there, timeout=60)


def test_the_annex_alone_is_a_catalogue_and_no_batch(tmp_path: Path) -> None:
    """S002-13: what Luoyang's form shows of it, its own journey sees."""
    linxuan(tmp_path, "migrate")

    loaded = linxuan(tmp_path, "load", str(FOLDER / "catalogues" / "henan-modes.yaml"))

    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert "9 种模式。模式目录，没有日期和名额，不产生批次" in loaded.stdout
