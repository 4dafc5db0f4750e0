"""What is made once in the data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from linxuan.data_dir import instance_id, secret_key
from linxuan.settings import SettingsError, load_settings


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_key_and_id_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "deep" / "var"

    first = secret_key(data_dir), instance_id(data_dir)

    assert (secret_key(data_dir), instance_id(data_dir)) == first
    assert len(first[0]) == 64
    assert [mode(data_dir), mode(data_dir / "secret_key"), mode(data_dir / "instance_id")] == [0o700, 0o600, 0o600]
    assert sorted(path.name for path in data_dir.iterdir()) == ["instance_id", "secret_key"]


def test_a_key_that_others_can_read_is_closed_again(tmp_path: Path) -> None:
    kept = secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)

    assert secret_key(tmp_path) == kept
    assert mode(tmp_path / "secret_key") == 0o600


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    code = "import pathlib, sys, linxuan.data_dir as d; print(d.secret_key(pathlib.Path(sys.argv[1])))"
    top = Path(__file__).resolve().parents[2]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "var")], stdout=subprocess.PIPE, text=True, cwd=top
        )
        for _ in range(6)
    ]

    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_data_folder_that_cannot_be_made_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("LINXUAN_DATA_DIR", str(folder / "file" / "var"))

    with pytest.raises(SettingsError, match=os.sep + "file"):
        load_settings().secret()
