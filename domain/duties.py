"""Who owes what until when.

A duty is a fact with two instants and, once settled, a settlement; whether it is open or overdue follows from `now`
and is stored nowhere, so nothing is lost because a job slept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.definition import Definition
from domain.facts import DutyKey, ExtensionRef
from domain.milestones import Milestone
from domain.stages import KINDS, Facts


class Settlement(StrEnum):
    """How a duty ended: answered, nothing to report, excused by a written explanation, or waived by the office."""

    DONE = "done"
    NONE = "none"
    EXEMPT = "exempt"
    WAIVED = "waived"


class DutyState(StrEnum):
    """What a duty is at a moment."""

    PLANNED = "planned"
    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    NONE = "none"
    EXEMPT = "exempt"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Window:
    """When a duty is owed; None where the stage's own dates are not known yet."""

    opens_at: datetime | None
    due_at: datetime | None


def state_of(window: Window, settled: Settlement | None, now: datetime) -> DutyState:
    """Return what a duty is now."""
    if settled is not None:
        return DutyState(settled.value)
    if window.opens_at is None or now < window.opens_at:
        return DutyState.PLANNED
    if window.due_at is not None and now >= window.due_at:
        return DutyState.OVERDUE
    return DutyState.OPEN


def expected_duties(
    definition: Definition,
    milestones: Mapping[str, Milestone],
    facts: Facts,
    extensions: Sequence[ExtensionRef],
) -> dict[DutyKey, Window]:
    """Return every duty of a batch with its window, recomputed from the facts alone.

    Of several deadlines that cover a duty the latest holds; extensions for all are already in the milestones.
    """
    longest: dict[DutyKey, datetime] = {}
    for extension in extensions:
        if extension.unit_id is not None:
            key = DutyKey(extension.stage, extension.unit_id, extension.title_id or 0)
            longest[key] = max(longest.get(key, extension.due_at), extension.due_at)
    found: dict[DutyKey, Window] = {}
    for stage in definition.stages:
        milestone = milestones[stage.key]
        for key in KINDS[stage.kind].owing(stage, facts):
            given = (milestone.due_at, longest.get(key), longest.get(DutyKey(key.stage, key.unit_id)))
            due_at = max((due for due in given if due is not None), default=None)
            found[key] = Window(milestone.opens_at, due_at)
    return found
