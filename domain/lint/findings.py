"""What the check of a definition finds: one sentence for people, one code for machines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from domain.errors import Problem
from domain.instants import WEEKDAYS

SHOWN_CHARS = 80
MOST_LISTED = 12


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


def listed(names: Iterable[str], *, wrong: str = "") -> str:
    """Return what may be chosen, for an advice, at most twelve.

    names: texts that stand for themselves, or names by key; a key is told only where it is all that tells two apart,
        or where the name was written in its place.
    wrong: what stands there instead of a key; of many, those most like it are told.
    """
    known = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    if not known:
        return "尚未定义任何一项"
    # Sorting by likeness would only shuffle a list that is told whole.
    keys = get_close_matches(wrong, known, MOST_LISTED, 0) if wrong and len(known) > MOST_LISTED else list(known)
    counted = Counter(known.values())
    keys.sort(key=lambda key: known[key] != wrong)
    told = [
        _told(key, known[key], is_plain=counted[known[key]] == 1 and known[key] != wrong)
        for key in keys[:MOST_LISTED]
    ]
    more = f"等 {len(known)} 项" if len(known) > MOST_LISTED else ""
    return f"可用：{'、'.join(told)}{more}"


def _told(key: str, name: str, *, is_plain: bool) -> str:
    if not name:
        return f"「{key}」"
    return name if is_plain or name == key else f"{name}（{key}）"


def day_text(on: date) -> str:
    """Return "2021-11-20（周六）"."""
    return f"{on.isoformat()}（周{WEEKDAYS[on.weekday()]}）"
