"""The history of a case for people: files put in one after the other by one person make one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.cases.history import Line, LineKind

FILES = frozenset({LineKind.FILE, LineKind.FILE_ENDED})


@dataclass(frozen=True, slots=True)
class Folded:
    """One line that is shown. names: of the files that it is about, the newest first."""

    line: Line
    names: tuple[str, ...]

    def __getattr__(self, name: str) -> object:
        """Return what the line itself says."""
        return getattr(self.line, name)


def folded(lines: Sequence[Line]) -> list[Folded]:
    """Return the lines in their order, neighbours about files of one person on one day together."""
    found: list[Folded] = []
    for line in lines:
        names = (str(line.detail["file"]),) if "file" in line.detail else ()
        last = found[-1] if found else None
        if last is not None and line.kind in FILES and _key(last.line) == _key(line):
            found[-1] = Folded(last.line, (*last.names, *names))
        else:
            found.append(Folded(line, names))
    return found


def _key(line: Line) -> tuple[LineKind, str, datetime]:
    return line.kind, line.by, line.at.replace(hour=0, minute=0, second=0, microsecond=0)
