"""Dates for applicants and lower units where a notice gives only the last one, counted back in working days.

A proposal is never a date in force; a person sets it. Each day comes with the days passed on the way, so that people
see which holidays were skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.calendar import Calendar, Computed

DAYS_FOR_LEVEL = 3
"""Working days that a level gets to check and forward, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed last day of a level.

    level: names who must be done by then, as the caller asked. computed: the counting from the day above.
    is_possible: False when it does not lie after the day on which the batch begins.
    """

    level: str
    computed: Computed
    is_possible: bool

    @property
    def on(self) -> date:
        """Return the proposed last day, inclusive."""
        return self.computed.result


def propose(
    due_on: date, levels: Sequence[tuple[str, int]], calendar: Calendar, *, begins_on: date
) -> list[Proposal]:
    """Return a last day for each level below the one that is due on a day, the nearest first.

    due_on: inclusive last day of the upper level. levels: (who, working days that the level above needs after it has
    everything), from the upper downwards; the applicants come last. begins_on: the day before which nothing can be
    asked of anybody. A day proposed is always a working day.
    """
    proposals: list[Proposal] = []
    current = due_on
    for level, working_days in levels:
        computed = calendar.move(current, -max(1, working_days))
        current = computed.result
        proposals.append(Proposal(level, computed, current > begins_on))
    return proposals


def shared_out(
    due_on: date, levels: Sequence[str], calendar: Calendar, *, begins_on: date, longest: int = DAYS_FOR_LEVEL
) -> list[Proposal]:
    """Return a last day for each level as `propose` does, each with the same share of the working days there are.

    The applicants, who come last, keep what is left: never less than a level gets. longest: most working days that a
    level above the applicants needs.
    """
    available = calendar.count(begins_on, due_on)
    share = max(1, min(longest, available // (len(levels) + 1)))
    return propose(due_on, [(level, share) for level in levels], calendar, begins_on=begins_on)
