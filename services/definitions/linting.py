"""The check of a definition as `linxuan lint` and the backoffice show it."""

from pathlib import Path
from typing import TypedDict

from domain.calendar import Calendar
from domain.definition import Definition
from domain.errors import Invalid
from domain.lint import ORDER, Finding, Level, check
from services.calendar import official_calendar
from services.definitions.expressions import check_expressions
from services.definitions.reading import parse_unchecked, read_file
from services.definitions.wording import check_texts


class FindingRow(TypedDict):
    """One finding; `level` is error, warning or info, `code` names the rule."""

    level: str
    code: str
    path: str
    sentence: str
    advice: str
    value: str


class Report(TypedDict):
    """All findings, errors first."""

    findings: list[FindingRow]


def findings(definition: Definition, calendar: Calendar | None = None) -> list[Finding]:
    """Return all findings about a definition, the gravest first.

    calendar: None means the official one.
    """
    found = [
        *check_texts(definition),
        *check_expressions(definition),
        *check(definition, calendar or official_calendar()),
    ]
    return sorted(found, key=lambda finding: ORDER[finding.level])


def report(checked: Definition | Invalid, calendar: Calendar | None = None) -> Report:
    """Return the findings about a definition, or about what could not become one.

    calendar: None means the official one.
    """
    if isinstance(checked, Invalid):
        found = [
            Finding(Level.ERROR, "shape", problem.path, problem.sentence, problem.allowed, problem.value)
            for problem in checked.problems
        ]
    else:
        found = findings(checked, calendar)
    return Report(findings=[_row(finding) for finding in found])


def lint_file(path: Path) -> Report:
    """Return the findings about a YAML file, whatever state it is in."""
    try:
        return report(parse_unchecked(read_file(path), base_dir=path.parent))
    except Invalid as refused:
        return report(refused)


def _row(finding: Finding) -> FindingRow:
    return FindingRow(
        level=finding.level.value,
        code=finding.code,
        path=finding.path,
        sentence=finding.sentence,
        advice=finding.advice,
        value=finding.value,
    )
