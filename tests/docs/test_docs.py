"""The documents say what is there: a command, a setting, a room or a word that they miss is a failure."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from linxuan.cli import COMMANDS
from linxuan.settings import Settings, name_of
from scripts.requirements_report import ID, TABLES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = ("domain", "models", "templates", "notifications", "services", "flows", "web", "admin", "portal", "linxuan")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
QUOTED = re.compile(r"`([^`\s]+)`")
WORDS = {
    "case": ["申报件"],
    "applicant": ["申报单位"],
    "unit": ["推荐单位"],
    "officer": ["经办人"],
    "coordinator": ["主办处室管理员"],
    "duty": ["待办事项"],
    "milestone": ["时间节点"],
    "stage": ["环节"],
    "extension": ["延期"],
    "return": ["退回补正"],
    "refuse": ["不予推荐"],
    "forward": ["报送"],
    "quota": ["推荐名额"],
    "none": ["零报告"],
    "waiting line": ["递补排序"],
    "exemption": ["免报说明"],
    "escalation": ["提请上级催办"],
    "dispatch": ["寄送登记"],
    "receipt": ["收件登记"],
    "rehearsal": ["模拟运行"],
    "linter": ["配置检查"],
    "evidence": ["原文依据"],
    "publicity": ["公示"],
    "objection": ["异议"],
    "winner": ["获评单位"],
    "registry of titles": ["示范名单库"],
    "conflict of interest": ["回避情形"],
    "site visit": ["现场核查"],
    "outbox": ["发件记录"],
    "late permit": ["补报"],
    "call note": ["催办记录"],
}
"""The words that code and interface agree on; renaming one is a decision, made in both places."""
UNWANTED = ("配额", "案件", "演练")
"""Words that the house does not use for 推荐名额, 申报件 and 模拟运行."""
# Written in two halves, so that the rule does not find itself.
MACHINES = re.compile(
    "(?<![\\w.])/(?:ro" + "ot|ho" + "me/[a-z]|Us" + "ers/[a-z]|wo" + "rk/(?:main|shared)|tm" + "p/l\\b)"
)
REGISTRIES = re.compile(
    "(?:py" + "pi|pythonho" + "sted|np" + "mjs|np" + "mmirror|artifac" + "tory)\\.[a-z]", re.IGNORECASE
)


def pages() -> list[Path]:
    """Return every page of the repository that people read."""
    return [path for path in files() if path.suffix == ".md"]


def files() -> list[Path]:
    """Return every file that is, or would be, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_handbook(command: str) -> None:
    assert f"`linxuan {command}" in text("handbook.md")


def test_the_handbook_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"`linxuan ([a-z]+)", text("handbook.md")))

    assert named == set(COMMANDS)


def test_every_setting_is_in_the_handbook_and_no_other() -> None:
    """A setting that is not written down does not exist for an operator."""
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", text("handbook.md"), re.MULTILINE))

    assert named == {name_of(field) for field in Settings.model_fields}


def test_every_room_of_the_house_is_in_the_architecture_and_the_other_way_round() -> None:
    """A room is a folder, or it says that it is not built."""
    page = text("architecture.md")
    rows = re.findall(r"^\| ((?:`[a-z]+/`(?:, )?)+) \| (.*) \|$", page, re.MULTILINE)
    named = {room for cell, _ in rows for room in re.findall(r"`([a-z]+)/`", cell)}

    assert set(ROOMS) - {"linxuan", "templates"} <= named
    for room in {*named, *re.findall(r"`([a-z]+)/`", page)}:
        places = [ROOT / room, *(ROOT / home / room for home in ROOMS)]
        is_there = any(place.is_dir() for place in places)
        assert is_there or re.search(rf"`{room}/` \(not built yet\)", page), room


def test_every_file_that_the_architecture_points_at_is_there() -> None:
    """Prose that no test checks goes stale first."""
    missing = []
    for quoted in QUOTED.findall(text("architecture.md")):
        if quoted.startswith(tuple(f"{room}/" for room in ROOMS)):
            path, _, attribute = quoted.rstrip("/").partition(".")
            is_module = (ROOT / f"{path}.py").is_file()
            if not (ROOT / quoted).exists() and not (ROOT / path).is_dir() and not is_module:
                missing.append(quoted)
            elif is_module and attribute not in {"", "py"}:
                source = (ROOT / f"{path}.py").read_text(encoding="utf-8")
                if not re.search(rf"^(?:def|class) {attribute.partition('.')[0]}\b", source, re.MULTILINE):
                    missing.append(quoted)

    assert missing == []


def test_every_word_of_the_house_is_in_the_glossary_once() -> None:
    """Design 8: one word for one thing."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text("glossary.md"), re.MULTILINE)[1:]
    found = {code.strip(): shown for codes, shown in rows for code in re.split(r"[,·]", codes)}

    assert {code: word for code, words in WORDS.items() for word in words if word not in found.get(code, "")} == {}
    codes = [code.strip() for codes, _ in rows for code in re.split(r"[,·]", codes)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("word", UNWANTED)
def test_no_page_and_no_template_uses_a_word_that_the_house_does_not(word: str) -> None:
    """Design 8; the presets quote notices, which use their own words."""
    read = [path for path in files() if path.suffix in {".md", ".html", ".txt", ".py"}]
    users = [
        str(path.relative_to(ROOT))
        for path in read
        if path.parts[len(ROOT.parts)] not in {"presets", "tests"} and word in path.read_text(encoding="utf-8")
    ]

    assert users == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {found['target']}"
        for page in pages()
        for found in LINK.finditer(page.read_text(encoding="utf-8"))
        if not found["target"].startswith(("http://", "https://", "#", "mailto:"))
        and not (page.parent / found["target"].partition("#")[0]).exists()
    ]

    assert broken == []


def test_decisions_are_numbered_without_a_gap_and_headed_by_their_number() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for number, path in enumerate(decisions, 1):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name


def test_the_repository_names_no_machine_and_no_registry() -> None:
    """Whoever clones it has other folders and other mirrors."""
    found = []
    for path in files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if MACHINES.search(line) or REGISTRIES.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")

    assert found == []


def test_every_line_of_a_notice_that_a_test_names_is_there() -> None:
    """`make docs` lists what is proved; a slip in an id would hide an unproved line."""
    known = set(ID.findall((ROOT / TABLES).read_text(encoding="utf-8")))
    named = {
        found
        for path in files()
        if path.name.startswith("test_") and path.parent.name != "scripts"
        for found in ID.findall(path.read_text(encoding="utf-8"))
    }

    assert named - known == set()


def test_the_two_readmes_tell_the_same_commands() -> None:
    commands = [
        set(re.findall(r"(?:make|linxuan) [a-z]+", (ROOT / name).read_text(encoding="utf-8")))
        for name in ("README.md", "README.en.md")
    ]

    assert all({"make install", "make demo", "linxuan rehearse"} <= found for found in commands)
