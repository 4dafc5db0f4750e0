"""What a bar reports, and how a line may be excused from it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class Bar(StrEnum):
    """The name of a bar, as printed and as written in an excuse."""

    MODULE_LENGTH = "module-length"
    FUNCTION_LENGTH = "function-length"
    ARGUMENTS = "arguments"
    CLOCK = "clock"
    PURE = "pure"
    CORE_IN_DOOR = "core-in-door"
    MARKUP = "markup"
    NO_ASSERTION = "no-assertion"
    PACKAGE = "package"
    UNFINISHED = "unfinished"
    NO_REASON = "no-reason"
    INLINE_SCRIPT = "inline-script"
    OUTSIDE_HOST = "outside-host"
    LOCK = "lock"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place below a bar. line: counted from 1, or 0 for the whole file."""

    path: str
    line: int
    bar: Bar
    sentence: str

    def __str__(self) -> str:
        """Return the line that editors and people can follow."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.sentence} [{self.bar}]"


@dataclass(frozen=True, slots=True)
class Source:
    """One text file of the repository. path: relative to the top."""

    path: PurePosixPath
    text: str

    @property
    def room(self) -> str:
        """Return the top folder, empty for a file at the top."""
        return self.path.parts[0] if len(self.path.parts) > 1 else ""

    @property
    def lines(self) -> list[str]:
        """Return the lines without their ends."""
        return self.text.splitlines()

    def line_of(self, offset: int) -> int:
        """Return the number of the line at a character offset."""
        return self.text.count("\n", 0, offset) + 1

    def finding(self, line: int, bar: Bar, sentence: str) -> Finding:
        """Return a finding in this file."""
        return Finding(str(self.path), line, bar, sentence)


# `bars: allow clock - the demo's clock is an offset of it`, in a comment of any language, on the very line.
EXCUSE = re.compile(r"bars: allow (?P<bar>[a-z-]+) - \S")


def unexcused(source: Source, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings whose line does not carry an excuse with a reason."""
    lines = source.lines
    for finding in findings:
        line = lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
        excuse = EXCUSE.search(line)
        if excuse is None or excuse["bar"] != finding.bar:
            yield finding
