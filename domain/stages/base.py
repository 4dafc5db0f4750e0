"""What every stage kind must answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.definition import Stage
from domain.facts import DutyKey, TitleRef, UnitLoad, UnitRef


@dataclass(frozen=True, slots=True)
class Facts:
    """What duties follow from: the units of the batch, the titles of the registry, the cases counted by unit."""

    units: Sequence[UnitRef]
    titles: Sequence[TitleRef] = ()
    loads: Mapping[int, UnitLoad] = field(default_factory=dict)


class StageRules(Protocol):
    """The rules of one stage kind."""

    @property
    def name(self) -> str:
        """Return the kind's name for people."""
        ...

    def owing(self, stage: Stage, facts: Facts) -> Iterable[DutyKey]:
        """Return the duties that the stage lays on units and titles."""
        ...

    def blocked_because(self, stage: Stage) -> str:
        """Return why the stage cannot open, empty when it can."""
        ...
