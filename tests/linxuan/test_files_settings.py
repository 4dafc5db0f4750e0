"""The settings of uploaded files."""

from __future__ import annotations

from pathlib import Path

import pytest

from linxuan.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_files_lie_in_the_data_folder_unless_a_store_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LINXUAN_DATA_DIR", str(tmp_path / "data"))
    assert load_settings().files.root == str(tmp_path / "data" / "files")

    monkeypatch.setenv("LINXUAN_FILES_URL", "papers")
    assert load_settings().files.root == str(tmp_path / "papers")
    monkeypatch.setenv("LINXUAN_FILES_URL", "memory://papers")
    assert load_settings().files.root == "/papers"


def test_the_scan_is_the_operators_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().files.scanner is None

    monkeypatch.setenv("LINXUAN_SCAN_COMMAND", "clamdscan --no-summary -")
    scanner = load_settings().files.scanner

    assert scanner is not None
    assert scanner.command == ("clamdscan", "--no-summary", "-")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LINXUAN_FILES_URL", "nothing://bucket", "s3://桶/目录"),
        ("LINXUAN_FILES_URL", "s3://bucket/papers", "另装程序库"),
        ("LINXUAN_SCAN_COMMAND", "scan 'open", "引号"),
    ],
)
def test_what_cannot_work_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as refusal:
        load_settings()

    assert told in str(refusal.value)
