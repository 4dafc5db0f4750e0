"""Where a skipped test is an error: the plugin for continuous integration, in a real pytest."""

import subprocess
import sys
from pathlib import Path

from scripts.requirements_report import ROOT

SAMPLE = """\
import pytest

def test_one():
    assert True

@pytest.mark.skipif({condition}, reason="no browser here")
def test_two():
    assert True
"""


def run(folder: Path, *, skips: bool, workers: int = 0) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(SAMPLE.format(condition=skips))
    command = [sys.executable, "-m", "pytest", "-p", "scripts.no_skips", "-n", str(workers), "--rootdir", str(folder)]
    return subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_skipped_test_fails_the_run_and_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, skips=True)

    assert done.returncode == 1
    assert "skipped, which CI forbids" in done.stdout
    assert "no browser here" in done.stdout


def test_a_skipped_test_in_another_process_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, skips=True, workers=1)

    assert done.returncode == 1
    assert "no browser here" in done.stdout


def test_a_run_without_skips_passes(tmp_path: Path) -> None:
    assert run(tmp_path, skips=False).returncode == 0
