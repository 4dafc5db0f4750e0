"""The documentation is true: what it names exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linxuan.cli import COMMANDS
from linxuan.settings import Settings, name_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def test_every_command_stands_in_the_handbook_and_no_other() -> None:
    named = set(re.findall(r"^\| `linxuan ([a-z]+)`", text("docs/handbook.md"), flags=re.MULTILINE))

    assert named == set(COMMANDS)


def test_every_setting_stands_in_the_handbook_and_no_other() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", text("docs/handbook.md"), flags=re.MULTILINE))

    assert named == {name_of(field) for field in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_rooms_of_the_architecture_are_the_rooms_of_the_house() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "scripts", "presets", "tests"}

    assert [room for room in sorted(rooms) if f"{room}/" not in text("docs/architecture.md")] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


def test_both_readmes_have_the_same_two_commands() -> None:
    chinese, english = (
        re.findall(r"^make .*$", text(page), flags=re.MULTILINE) for page in ("README.md", "README.en.md")
    )

    assert chinese == english == ["make install", "make demo"]
