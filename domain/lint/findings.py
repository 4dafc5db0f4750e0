"""What the check of a definition finds: one sentence for people, one code for machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.errors import Problem
from domain.instants import WEEKDAYS

SHOWN_CHARS = 80


class Level(StrEnum):
    """How grave a finding is: refused before anything is stored, worth a look, or good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    path: the place by stable keys, "stages.contacts.due.on"; empty when it is about the whole.
    advice: what could be done; empty when the sentence says it.
    value: what stands there, as text of at most 80 characters.
    """

    level: Level
    code: str
    path: str
    sentence: str
    advice: str = ""
    value: str = ""

    @property
    def problem(self) -> Problem:
        """Return the finding as a refusal's problem."""
        return Problem(self.path, self.value, self.sentence, self.advice)


def error(code: str, path: str, sentence: str, *, advice: str = "", value: object = "") -> Finding:
    """Return a finding that refuses the definition."""
    return Finding(Level.ERROR, code, path, sentence, advice, shown(value))


def warning(code: str, path: str, sentence: str, *, advice: str = "", value: object = "") -> Finding:
    """Return a finding that a person should look at."""
    return Finding(Level.WARNING, code, path, sentence, advice, shown(value))


def info(code: str, path: str, sentence: str, *, advice: str = "", value: object = "") -> Finding:
    """Return a finding that is good to know."""
    return Finding(Level.INFO, code, path, sentence, advice, shown(value))


def shown(value: object) -> str:
    """Return a value as text for people, cut to 80 characters."""
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"


def listed(names: Iterable[str]) -> str:
    """Return what may be chosen, for an advice."""
    known = "、".join(names)
    return f"可用：{known}" if known else "尚未定义任何一项"


def day_text(on: date) -> str:
    """Return "2021-11-20（周六）"."""
    return f"{on.isoformat()}（周{WEEKDAYS[on.weekday()]}）"
