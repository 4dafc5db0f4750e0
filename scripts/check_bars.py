"""Check the bars of the house over every file that git knows or would add; exit code 1 if one is not met."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from scripts.bars.finding import Bar, Finding, Source, unexcused
from scripts.bars.pages import check_page
from scripts.bars.python import check_python
from scripts.bars.text import check_text

ROOMS = frozenset(
    {
        *("domain", "models", "templates", "notifications", "documents", "notices", "services"),
        *("flows", "web", "admin", "portal", "api", "linxuan", "presets"),
    }
)
PAGES = frozenset({".html", ".css", ".xml"})
TEXTS = PAGES | {".cfg", ".js", ".json", ".lock", ".mako", ".py", ".sh", ".toml", ".yaml"}


def repository_files(root: Path) -> list[PurePosixPath]:
    """Return the files of a work tree that are not ignored, relative to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    paths = {PurePosixPath(name) for name in listed.split("\0") if name}
    return sorted(path for path in paths if (root / path).is_file())


def check_source(source: Source) -> Iterator[Finding]:
    """Yield what one file breaks, without what it excuses."""
    findings = list(check_text(source))
    if source.path.suffix == ".py":
        findings += check_python(source)
    if source.path.suffix in PAGES and source.room not in {"tests", "docs"}:
        findings += check_page(source)
    return unexcused(source, findings)


def check_packages(paths: Iterable[PurePosixPath]) -> Iterator[Finding]:
    """Yield the folders of Python in a room that are no packages."""
    python = {path for path in paths if path.suffix == ".py" and path.parts[0] in ROOMS}
    folders = {parent for path in python for parent in path.parents if parent.parts}
    for folder in sorted(folders):
        if folder / "__init__.py" not in python:
            yield Finding(str(folder), 0, Bar.PACKAGE, "no __init__.py: the wheel would leave this folder out")


def check_repository(root: Path) -> list[Finding]:
    """Return all findings of a work tree, in the order of paths and lines."""
    paths = repository_files(root)
    findings = list(check_packages(paths))
    for path in paths:
        if path.suffix in TEXTS:
            findings += check_source(Source(path, (root / path).read_text(encoding="utf-8")))
    return sorted(findings)


def main() -> int:
    """Print the findings of this repository; return the exit code."""
    findings = check_repository(Path(__file__).resolve().parent.parent)
    for finding in findings:
        print(finding)
    print(f"bars: {len(findings)} findings" if findings else "bars: all met")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
