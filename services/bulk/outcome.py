"""What a file would do, row by row, and what it did."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from domain.errors import Conflict, Problem
from services.bulk.columns import What


class Effect(StrEnum):
    """What a row does."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a row sets. label: heading of its column. before: "" where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one row would do. name: whom it is about. problems: path is a heading, "" for the whole row.

    note: what a person should know besides.
    """

    number: int
    name: str
    effect: Effect
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    note: str = ""

    @property
    def words(self) -> list[object]:
        """Return all that is said of the row, in a fixed order."""
        changes = [(one.label, one.before, one.after) for one in self.changes]
        problems = [(one.path, one.value, one.sentence, one.allowed) for one in self.problems]
        return [self.number, self.name, self.effect.value, changes, problems, self.note]


@dataclass(frozen=True, slots=True)
class Issued:
    """A secret that was made for a row and is shown once. secret: of an invitation's link."""

    number: int
    name: str
    unit: str
    secret: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at the confirmation, by the service that the form calls, too."""

    number: int
    run: Callable[[], Issued | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows of a file and what is to be done, in the order in which it can be done."""

    lines: Sequence[Line]
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class Preview:
    """What a file would do. lines: in the order of the file. skipped: rows that only show how to fill in."""

    what: What
    sha256: str
    lines: tuple[Line, ...]
    skipped: int = 0

    @cached_property
    def counts(self) -> dict[Effect, int]:
        """Return how many rows have each effect."""
        counts = dict.fromkeys(Effect, 0)
        for line in self.lines:
            counts[line.effect] += 1
        return counts

    @cached_property
    def fingerprint(self) -> str:
        """Return the hash of the file and of all that it would do, so that another state of things shows."""
        words = [self.what.value, self.sha256, [line.words for line in self.lines]]
        return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()

    def of(self, effect: Effect) -> tuple[Line, ...]:
        """Return the rows with an effect."""
        return tuple(line for line in self.lines if line.effect is effect)


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did."""

    counts: dict[Effect, int]
    issued: tuple[Issued, ...] = field(default=())


class NotAsShown(Conflict):
    """The file would do something else than what was looked at; `preview` says what."""

    code = "not_as_shown"

    def __init__(self, preview: Preview) -> None:
        super().__init__("预览之后数据有变动，没有导入。下面是按现在的数据重新核对的结果，请再确认一次。")
        self.preview = preview
