"""Catalogues on the command line: a document that is only an annex makes no batch."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select

from linxuan.database import open_database
from linxuan.settings import load_settings
from models import Batch, CatalogueVersion
from models.scope import Scope
from presets import FOLDER
from tests.linxuan.conftest import Run

HENAN = FOLDER / "catalogues" / "henan-modes.yaml"


def counts() -> tuple[int, int]:
    """Return how many batches and catalogue versions are stored."""
    database = open_database(load_settings())
    with database.read(Scope()) as session:
        found = (
            session.scalar(select(func.count(Batch.id))) or 0,
            session.scalar(select(func.count(CatalogueVersion.id))) or 0,
        )
    database.dispose()
    return found


def test_an_annex_is_stored_as_a_catalogue_and_says_so(migrated: Run) -> None:
    """S002-13: no dates, no places, no batch."""
    result = migrated("load", str(HENAN))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "henan-modes：“河南省服务型制造示范遴选基本模式”第 1 版，9 种模式。模式目录，没有日期和名额，不产生批次\n"
    )
    assert counts() == (0, 1)


def test_what_did_not_change_is_not_stored_again(migrated: Run) -> None:
    """S002-03"""
    migrated("load", str(HENAN))

    assert "第 1 版（没有变化）" in migrated("load", str(HENAN)).stdout
    assert counts() == (0, 1)


def test_batches_and_catalogues_are_loaded_together_or_not_at_all(migrated: Run, folder: Path) -> None:
    bad = folder / "bad.yaml"
    bad.write_text("key: Bad\ntitle: 模式\nmodes: []\n", encoding="utf-8")

    refused = migrated("load", str(FOLDER / "luoyang-2023.yaml"), str(HENAN), str(bad))

    assert (refused.exit_code, refused.stdout, counts()) == (1, "", (0, 0))
    assert "modes" in refused.stderr and "key" in refused.stderr
    assert migrated("load", str(FOLDER / "luoyang-2023.yaml"), str(HENAN)).exit_code == 0
    assert counts() == (1, 1)


def test_a_catalogue_is_checked_like_a_definition(run: Run, folder: Path) -> None:
    bad = folder / "bad.yaml"
    bad.write_text("key: modes\ntitle: 模式\nmodes: []\n", encoding="utf-8")

    assert (run("lint", str(HENAN)).exit_code, run("lint", str(HENAN)).stdout) == (0, "")
    wrong = run("lint", str(bad), "--json")
    assert wrong.exit_code == 1
    assert [row["path"] for row in json.loads(wrong.stdout)["findings"]] == ["modes"]
