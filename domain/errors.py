"""The refusals of linxuan.

RuleBroken              a rule refuses an act; says why and what would be allowed
├── NotAllowed          the actor may not do this at all
├── NotFound            nothing there, or nothing there for this actor
├── TooEarly, TooLate   the act is outside its window of time
├── Conflict            somebody else changed the same thing meanwhile
└── Invalid             several values are wrong; carries every Problem at once
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong value.

    path: dotted place, list items by their stable key ("stages.contacts.due.on").
    value: what stood there, as text, at most 80 characters.
    sentence: what is wrong, for people.
    allowed: what would be accepted; empty when the sentence says it.
    """

    path: str
    value: str
    sentence: str
    allowed: str = ""

    def __str__(self) -> str:
        """Return one line for a terminal."""
        shown = f"（现为 {self.value}）" if self.value else ""
        hint = f"；{self.allowed}" if self.allowed else ""
        return f"{self.path}: {self.sentence}{shown}{hint}"


class RuleBroken(Exception):  # noqa: N818 - the name is the word of the trade
    """A rule refuses; `code` is for machines and tests, `sentence` for people."""

    code = "rule_broken"

    def __init__(self, sentence: str, *, code: str | None = None, **params: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.params = params
        if code is not None:
            self.code = code


class NotAllowed(RuleBroken):
    """The actor's role or branch does not permit the act."""

    code = "not_allowed"


class NotFound(RuleBroken):
    """The thing does not exist, or the actor may not know that it does."""

    code = "not_found"


class TooEarly(RuleBroken):
    """The stage has not opened yet."""

    code = "too_early"


class TooLate(RuleBroken):
    """The deadline has passed."""

    code = "too_late"


class Conflict(RuleBroken):
    """The row was changed by somebody else since it was read."""

    code = "conflict"


class Invalid(RuleBroken):
    """Values are wrong; every problem is gathered before anything is stored."""

    code = "invalid"

    def __init__(self, problems: Iterable[Problem], sentence: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__(sentence or "；".join(str(problem) for problem in self.problems))
