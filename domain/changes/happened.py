"""What has happened in a batch, as far as a change of its definition must respect it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.milestones import BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The facts that a change is held against.

    cases: number of cases by category key, and by (category, sub-type). modes: number of cases that chose a mode.
    units: codes of the units that have answered, settled something, or hold cases.
    used: by quota key, the most places that a unit has taken, with the unit's name.
    """

    now: datetime
    state: BatchState
    cases: Mapping[str, int] = field(default_factory=dict)
    subtypes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    used: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def has_opened(self, stage: str) -> bool:
        """Tell whether a stage has opened, whether or not it has closed since."""
        return self.state.stage(stage).opened_at is not None
