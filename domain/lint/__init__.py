"""The check of a definition (配置检查): what is impossible, what is doubtful, what is good to know.

Errors refuse a definition before anything is stored; the rest is shown to the coordinator. Pure: the same definition
and calendar give the same findings.
"""

from collections.abc import Iterator
from datetime import date

from domain.calendar import Calendar
from domain.definition import Definition
from domain.instants import due_day, local_day
from domain.lint import forms, keys, marks, references, repeats, texts
from domain.lint.cases import casework, catalogues, collects, quotas, rules
from domain.lint.findings import Finding, Level
from domain.lint.people import taking_part, units
from domain.lint.timing import dates, reminders, sequence
from domain.milestones import BatchState, Milestone, milestones
from domain.plan import Moment, plan

__all__ = ["Finding", "Level", "check"]

ORDER = {level: position for position, level in enumerate(Level)}


def check(definition: Definition, calendar: Calendar) -> list[Finding]:
    """Return all findings, the gravest first, otherwise in the order of the definition's parts."""
    timing = [
        *keys.check(definition),
        *references.check_order(definition),
        *dates.check_written(definition),
        *reminders.check_written(definition),
    ]
    found = [
        *timing,
        *texts.check(definition),
        *references.check(definition),
        *catalogues.check(definition),
        *collects.check(definition),
        *forms.check(definition),
        *units.check(definition),
        *units.check_office(definition),
        *quotas.check(definition),
        *rules.check(definition),
        *casework.check(definition),
        *sequence.check_written(definition),
        *taking_part.check(definition),
        *repeats.check(definition),
        *marks.check(definition),
    ]
    # With unknown stages or impossible dates there is nothing to compute.
    if not any(finding.level is Level.ERROR for finding in timing):
        found += _computed(definition, calendar)
    return sorted(found, key=lambda finding: ORDER[finding.level])


def _computed(definition: Definition, calendar: Calendar) -> Iterator[Finding]:
    known = milestones(definition, BatchState(), calendar)
    moments = plan(definition, BatchState(), calendar)
    yield from dates.check_computed(definition, known, calendar)
    yield from sequence.check_computed(definition, known)
    yield from reminders.check_computed(definition, known, calendar)
    yield from reminders.check_ceilings(definition, moments)
    yield from dates.check_published(_days(definition, known, moments), calendar)


def _days(definition: Definition, known: dict[str, Milestone], moments: list[Moment]) -> dict[date, str]:
    zone, days = definition.zone, {}
    for moment in moments:
        days[local_day(moment.at, zone)] = f"stages.{moment.stage}"
    for key, milestone in known.items():
        if milestone.due_at is not None:
            days[due_day(milestone.due_at, zone)] = f"stages.{key}.due"
        if milestone.opens_at is not None:
            days[local_day(milestone.opens_at, zone)] = f"stages.{key}.opens"
    return days
