"""What holds for each preset, and what must never leave them: the words and numbers of a notice."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from domain.definition import Definition
from domain.lint import Level, check
from presets import FOLDER
from services.calendar import official_calendar
from services.catalogues import is_catalogue, load_catalogue
from services.definitions import canonical_json, dump, from_canonical, load_file, parse, read_yaml
from services.definitions.reading import read_file

ROOT = FOLDER.parent
PRESETS = {path.stem: load_file(path) for path in sorted(FOLDER.glob("*.yaml"))}
ROOMS = ("domain", "models", "services", "notifications", "templates", "flows", "web", "admin", "portal", "linxuan")
SUFFIXES = {".py", ".html", ".txt", ".js", ".css"}


def code_of(path: Path) -> str:
    """Return a file without the docstrings and comments of Python, which may give an example."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not is_docstring(part)] or [ast.Pass()]
    return ast.unparse(tree)


def is_docstring(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)


@cache
def code() -> dict[str, str]:
    """Return the text of every file of the product, but not of what others wrote."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*")) if path.suffix in SUFFIXES]
    return {
        str(path.relative_to(ROOT)): code_of(path)
        for path in paths
        if not {"vendor", "node_modules", "__pycache__"} & set(path.parts)
    }


@pytest.mark.parametrize("code", PRESETS)
def test_a_preset_is_named_after_its_batch_and_has_no_errors(code: str) -> None:
    wanted = PRESETS[code]

    assert wanted.code == code
    assert [item for item in check(wanted, official_calendar()) if item.level is Level.ERROR] == []


@pytest.mark.parametrize("code", PRESETS)
def test_a_preset_survives_every_way_out_and_in(code: str) -> None:
    wanted = PRESETS[code]
    bare = replace(wanted, units_file=None, catalogue_file=None)

    assert parse(read_yaml(dump(wanted)), base_dir=FOLDER) == wanted
    assert parse(read_yaml(dump(bare)), base_dir=None) == bare
    assert from_canonical(canonical_json(wanted)) == bare


@pytest.mark.parametrize("code", PRESETS)
def test_the_files_that_a_preset_names_are_there(code: str) -> None:
    document = PRESETS[code].document
    named = [document.file, *(annex.file for annex in document.annexes)]

    assert [name for name in named if name is None or not (FOLDER / name).is_file()] == []


@pytest.mark.parametrize("code", PRESETS)
def test_every_address_of_a_preset_reaches_nobody(code: str) -> None:
    wanted = PRESETS[code]
    addresses = [wanted.office.email, *(unit.email for unit in wanted.units)]

    assert [address for address in addresses if address and not address.endswith(".example")] == []


@pytest.mark.parametrize("path", sorted((FOLDER / "catalogues").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_catalogue_loads_and_is_no_batch(path: Path) -> None:
    assert is_catalogue(read_file(path))
    assert load_catalogue(path).catalogue.key == path.stem


def spoken(wanted: Definition) -> set[str]:
    """Return words of a notice by which code could only mean this notice."""
    words = {wanted.code, wanted.title, wanted.issuer.name, wanted.document.number, *wanted.document.bases}
    words |= {contact.phone for contact in wanted.office.contacts} | {wanted.office.address, wanted.office.site}
    words |= {unit.name for unit in wanted.units} | {wanted.office.published_email}
    words |= {rule.clause for rule in wanted.rules} | {quota.clause for quota in wanted.quotas}
    words |= {item.quote for item in wanted.evidence}
    words |= {criterion.text for mode in wanted.offered_modes for criterion in mode.criteria}
    return {word for word in words if len(word) >= 6}


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_of_a_notice_stands_in_code(name: str) -> None:
    """Design 2.1: no clause of any notice lives in code, nor its names and numbers."""
    pattern = re.compile("|".join(map(re.escape, sorted(spoken(PRESETS[name]), key=len, reverse=True))))

    assert {(path, match[0]) for path, text in code().items() if (match := pattern.search(text))} == set()
