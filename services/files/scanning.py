"""The virus scan: a command of the operator's that is given the bytes; without one nothing is scanned."""

import logging
import shlex
import subprocess
from dataclasses import dataclass
from enum import StrEnum

logger = logging.getLogger(__name__)

INFECTED = 1
"""Exit code of the usual scanners for a virus found; 0 is clean, any other means that they could not tell."""


class Verdict(StrEnum):
    """What a scan found; UNKNOWN: the scanner could not be reached or could not tell."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scanner:
    """A command that reads a file from its standard input, such as `clamdscan --no-summary -`.

    patience: seconds after which it counts as unreachable.
    """

    command: tuple[str, ...]
    patience: float = 60.0

    @classmethod
    def of(cls, line: str) -> "Scanner | None":
        """Return the scanner of a command line; None for an empty one. Raises ValueError for open quotes."""
        words = tuple(shlex.split(line))
        return cls(words) if words else None

    def scan(self, content: bytes) -> Verdict:
        """Return what the command says of some bytes."""
        try:
            done = subprocess.run(
                self.command,
                input=content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.patience,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            logger.error("virus scan with %s failed: %s", self.command[0], error)
            return Verdict.UNKNOWN
        if done.returncode == 0:
            return Verdict.CLEAN
        if done.returncode == INFECTED:
            return Verdict.INFECTED
        logger.error("virus scan with %s ended with code %s", self.command[0], done.returncode)
        return Verdict.UNKNOWN


def scan_line(value: str) -> str:
    """Return the command line of a virus scan as it is. Raises ValueError, with a sentence, for a broken one."""
    try:
        Scanner.of(value)
    except ValueError:
        raise ValueError("命令写得不完整，请检查引号") from None
    return value
