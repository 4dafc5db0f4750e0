"""What every stage kind must answer."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.definition import Stage
from domain.facts import DutyKey, TitleRef, UnitRef


class StageRules(Protocol):
    """The rules of one stage kind."""

    @property
    def name(self) -> str:
        """Return the kind's name for people."""
        ...

    def owing(self, stage: Stage, units: Sequence[UnitRef], titles: Sequence[TitleRef]) -> Iterable[DutyKey]:
        """Return the duties that the stage lays on units and titles."""
        ...

    def blocked_because(self, stage: Stage) -> str:
        """Return why the stage cannot open, empty when it can."""
        ...
