"""Write docs/requirements.md: which line of the notices is proved by which test, read from the docstrings of tests.

An id that no table knows is an error: a slip there would hide an unproved line.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = "docs/source/requirement-lines.md"
REPORT = "docs/requirements.md"

ID = re.compile(r"\bS\d{3}-\d{2,3}\b")
ROW = re.compile(r"^\| (?P<id>S\d{3}-\d{2,3}) \| (?P<capability>.+) \|$")
HEADING = re.compile(r"^## (?P<title>.+)$")

INTRODUCTION = """\
# What is proved

Made by `make docs` from the docstrings of the tests; the lines stand in `docs/source/requirement-lines.md`.
"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of a notice. notice: the heading of its table."""

    id: str
    capability: str
    notice: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that names a requirement. test: as pytest addresses it."""

    id: str
    test: str


def read_requirements(text: str) -> Iterator[Requirement]:
    """Yield the rows of the tables, in their order."""
    notice = ""
    for line in text.splitlines():
        if heading := HEADING.match(line):
            notice = heading["title"]
        elif row := ROW.match(line):
            yield Requirement(row["id"], row["capability"], notice)


def read_proofs(path: str, source: str) -> Iterator[Proof]:
    """Yield what the tests of one file say they prove; each id once a test."""
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for found in dict.fromkeys(ID.findall(ast.get_docstring(node) or "")):
                yield Proof(found, f"{path}::{node.name}")


def gather_proofs(root: Path) -> dict[str, list[str]]:
    """Return the tests of each id named anywhere under tests, both in the order of their names."""
    proofs: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        relative = path.relative_to(root).as_posix()
        for proof in read_proofs(relative, path.read_text(encoding="utf-8")):
            proofs.setdefault(proof.id, []).append(proof.test)
    return proofs


def render(requirements: Iterable[Requirement], proofs: Mapping[str, list[str]]) -> str:
    """Return the report: a summary, then a table a notice."""
    notices: dict[str, list[Requirement]] = {}
    for requirement in requirements:
        notices.setdefault(requirement.notice, []).append(requirement)
    counts = [(notice, sum(row.id in proofs for row in rows), len(rows)) for notice, rows in notices.items()]
    total = sum(proved for _, proved, _ in counts), sum(all_ for _, _, all_ in counts)
    lines = [INTRODUCTION, "| notice | proved | of |", "|---|---:|---:|"]
    lines += [f"| {notice} | {proved} | {all_} |" for notice, proved, all_ in counts]
    lines += [f"| together | {total[0]} | {total[1]} |"]
    for notice, rows in notices.items():
        lines += ["", f"## {notice}", "", "| id | capability | proved by |", "|---|---|---|"]
        lines += [f"| {row.id} | {row.capability} | {_tests(proofs.get(row.id, []))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _tests(tests: list[str]) -> str:
    return "<br>".join(f"`{test}`" for test in sorted(tests)) or "not yet"


def main() -> int:
    """Write the report, or with --check only tell whether it is up to date; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the report is stale")
    only_check = parser.parse_args().check
    requirements = list(read_requirements((ROOT / TABLES).read_text(encoding="utf-8")))
    proofs = gather_proofs(ROOT)
    unknown = sorted(proofs.keys() - {requirement.id for requirement in requirements})
    for id_ in unknown:
        print(f"{id_} stands in no table, but in {', '.join(proofs[id_])}")
    report, text = ROOT / REPORT, render(requirements, proofs)
    is_stale = not report.is_file() or report.read_text(encoding="utf-8") != text
    if only_check and is_stale:
        print(f"{REPORT} is stale: run make docs")
    elif is_stale:
        report.write_text(text, encoding="utf-8")
    print(f"requirements: {len(proofs) - len(unknown)} of {len(requirements)} proved")
    return 1 if unknown or (only_check and is_stale) else 0


if __name__ == "__main__":
    sys.exit(main())
