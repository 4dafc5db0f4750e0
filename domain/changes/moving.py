"""Which deadlines in force a changed definition moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from domain.calendar import Calendar
from domain.definition import Definition, Ladder, Stage
from domain.milestones import BatchState, StageState, milestones


@dataclass(frozen=True, slots=True)
class Moved:
    """A stage whose deadline in force, or whose reminders, are others from now on; `before` may equal `after`."""

    stage: str
    before: datetime | None
    after: datetime | None


def moved_deadlines(old: Definition, new: Definition, state: BatchState, calendar: Calendar) -> list[Moved]:
    """Return the stages whose deadline in force changes, or whose ladder does, in the new definition's order.

    A stage that has neither opened nor been given more time follows its definition by itself and is not listed. A
    deadline that was extended stays extended unless the definition's own one is changed.
    """
    return list(_moved(old, new, state, calendar))


def _moved(old: Definition, new: Definition, state: BatchState, calendar: Calendar) -> Iterator[Moved]:
    known = {stage.key: stage for stage in old.stages}
    fresh = {key: _unfixed(stage) for key, stage in state.stages.items()}
    dates = milestones(new, BatchState(fresh, state.applied), calendar)
    for stage in new.stages:
        base, was = state.stage(stage.key).base, known.get(stage.key)
        has_begun = base is not None or state.stage(stage.key).opened_at is not None
        if was is None or not has_begun:
            continue
        before = base.due_at if base is not None else None
        if _due(was) != _due(stage):
            yield Moved(stage.key, before, dates[stage.key].due_at)
        elif _ladder(old, was) != _ladder(new, stage):
            yield Moved(stage.key, before, before)


def _unfixed(state: StageState) -> StageState:
    """Return the state of a stage as if its deadline followed from its definition."""
    return replace(state, base=None)


def _due(stage: Stage) -> object:
    return stage.due


def _ladder(definition: Definition, stage: Stage) -> Ladder | None:
    return definition.ladder_of(stage)
