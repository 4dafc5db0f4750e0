"""Catalogues in a file of their own, and what is refused of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.errors import Invalid
from presets import FOLDER
from services.catalogues import is_catalogue, load_catalogue, parse_catalogue

SMALL: dict[str, Any] = {
    "key": "modes",
    "title": "基本模式",
    "modes": [{"key": "a", "name": "甲模式", "criteria": [{"key": "x", "label": "内容", "text": "有内容。"}]}],
}


def test_a_catalogue_has_modes_and_is_no_batch() -> None:
    """S002-13"""
    assert is_catalogue(SMALL)
    assert not is_catalogue(SMALL | {"code": "batch-2023"})
    assert not is_catalogue(SMALL | {"stages": []})
    assert not is_catalogue({"key": "modes"})
    assert not is_catalogue([SMALL])
    with pytest.raises(Invalid, match="不是模式目录"):
        parse_catalogue({"code": "batch-2023"})


def test_a_catalogue_is_read_with_its_source_beside_it_or_above_it(tmp_path: Path) -> None:
    """S002-14: the source as supplied, to the last blank."""
    folder = tmp_path / "catalogues"
    folder.mkdir()
    text = "key: modes\ntitle: 基本模式\nfile: source.txt\nmodes: [{key: a, name: 甲}]\n"
    (folder / "modes.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "source.txt").write_text("原文 \n", encoding="utf-8")

    assert load_catalogue(folder / "modes.yaml").source == "原文 \n"
    (folder / "source.txt").write_text("旁边的", encoding="utf-8")
    assert load_catalogue(folder / "modes.yaml").source == "旁边的"


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "nowhere.txt"])
def test_a_source_outside_or_missing_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.txt").write_text("外面", encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "modes.yaml"
    path.write_text(f"key: modes\ntitle: 模式\nfile: {name}\nmodes: [{{key: a, name: 甲}}]\n", encoding="utf-8")

    with pytest.raises(Invalid) as refused:
        load_catalogue(path)

    assert [problem.path for problem in refused.value.problems] == ["file"]


def test_a_source_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_bytes(b"\xff\xfe\x00")
    path = tmp_path / "modes.yaml"
    path.write_text("key: m\ntitle: 模式\nfile: source.txt\nmodes: [{key: a, name: 甲}]\n", encoding="utf-8")

    with pytest.raises(Invalid, match="不是 UTF-8"):
        load_catalogue(path)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"modes": []}, ["modes"]),
        ({"key": "Modes"}, ["key"]),
        ({"title": 3, "surprise": 1}, ["title", "surprise"]),
        ({"modes": [{"key": "a", "name": "甲"}, {"key": "a", "name": "乙"}]}, ["modes.a"]),
        ({"modes": [{"key": "a", "name": ""}]}, ["modes.a.name"]),
        (
            {"modes": [{"key": "a", "name": "甲", "criteria": [{"key": "x", "label": "内容", "text": ""}]}]},
            ["modes.a.criteria.x.text"],
        ),
    ],
)
def test_every_slip_is_named_by_its_place(changes: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_catalogue(SMALL | changes)

    assert sorted(problem.path for problem in refused.value.problems) == sorted(paths)


def test_the_preset_is_one() -> None:
    assert load_catalogue(FOLDER / "catalogues" / "henan-modes.yaml").catalogue.key == "henan-modes"
