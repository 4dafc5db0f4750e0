"""Bars for every text file: unfinished marks, suppressions without a reason, locks that name a host."""

import re
from collections.abc import Iterator

from scripts.bars.finding import Bar, Finding, Source

# Written in two halves, so that the rule does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b(?!\s*\(#\d+\))")
UNFINISHED_IN = frozenset({".py", ".html", ".css", ".js", ".sh", ".yaml", ".cfg", ".toml", ".xml", ".mako"})
NO_REASON = re.compile(r"#\s*(?:noqa(?::[\sA-Z0-9,]+)?|type: ignore(?:\[[\w, -]+\])?)\s*$")


def check_text(source: Source) -> Iterator[Finding]:
    """Yield what a file of any kind breaks."""
    if source.path.suffix == ".lock" or source.path.name == "package-lock.json":
        yield from _lock(source)
        return
    for number, line in enumerate(source.lines, 1):
        if source.path.suffix in UNFINISHED_IN and UNFINISHED.search(line):
            yield source.finding(number, Bar.UNFINISHED, "unfinished: name its issue, (#number)")
        if source.path.suffix == ".py" and NO_REASON.search(line):
            yield source.finding(number, Bar.NO_REASON, "a suppression gives its reason after it")


def _lock(source: Source) -> Iterator[Finding]:
    mark = '"resolved"' if source.path.suffix == ".json" else "://"
    for number, line in enumerate(source.lines, 1):
        if mark in line:
            yield source.finding(number, Bar.LOCK, "a lock names no registry; each machine has its own")
