"""What could be done about a finding: fixes that say their whole effect, and never bring an error of their own.

Where more than one reading is possible each is offered by itself, or none; a person presses the button, and what the
notice does not say is marked as inferred.
"""

from collections import Counter
from collections.abc import Mapping

from domain.calendar import Calendar
from domain.definition import Definition
from domain.errors import RuleBroken
from domain.lint import Finding, Level
from services.definitions.linting import findings
from services.designing.edits import edited
from services.designing.fixing.base import Asked, Fix, Maker
from services.designing.fixing.dates import DATES
from services.designing.fixing.forms import FORMS
from services.designing.fixing.keys import KEYS
from services.designing.fixing.references import REFERENCES
from services.designing.fixing.reminders import REMINDERS
from services.designing.fixing.taking_part import TAKING_PART

__all__ = ["MENDABLE", "Fix", "fixes"]

MAKERS: Mapping[str, Maker] = {**DATES, **FORMS, **KEYS, **REFERENCES, **REMINDERS, **TAKING_PART}
MENDABLE = frozenset(MAKERS)
"""Codes for which a fix may be offered. To ask for the fixes of a finding takes some ten milliseconds for each."""


def fixes(definition: Definition, finding: Finding, calendar: Calendar) -> list[Fix]:
    """Return what mends a finding, the likeliest first; empty where only a person can tell.

    finding: as the linter tells of this very definition. Each fix is tried: one that leaves the finding, or brings
    an error that was not there, is not offered.
    """
    make = MAKERS.get(finding.code)
    if make is None:
        return []
    before = findings(definition, calendar)
    made = make(Asked(definition, finding, calendar))
    return [fix for fix in made if _mends(definition, fix, finding, before, calendar)]


def _mends(definition: Definition, fix: Fix, finding: Finding, before: list[Finding], calendar: Calendar) -> bool:
    try:
        after = findings(edited(definition, fix.edits), calendar)
    except RuleBroken:
        return False
    were, are = Counter(item.code for item in before), Counter(item.code for item in after)
    errors = {item.code for item in after if item.level is Level.ERROR}
    return are[finding.code] < were[finding.code] and all(are[code] <= were[code] for code in errors)
