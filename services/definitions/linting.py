"""The check of a definition as `linxuan lint` and the backoffice show it."""

import re
from collections.abc import Iterable, Sequence
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

NAMED = re.compile(r"(「[^」]*」)(.+)", re.DOTALL)
"""A sentence that begins with the thing that it is about."""


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


def grouped(found: Iterable[Finding]) -> list[list[Finding]]:
    """Return the findings in order, those that say the same of several named things together.

    Only what is good to know is put together: an error or a warning is counted and put right by itself.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(found):
        named = NAMED.fullmatch(finding.sentence)
        is_same = named is not None and finding.level is Level.INFO
        key = (finding.code, named[2], finding.advice) if named is not None and is_same else (str(number),)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def said(group: Sequence[Finding]) -> str:
    """Return what a group of `grouped` says, in one sentence that names all its things."""
    named = [NAMED.fullmatch(finding.sentence) for finding in group]
    titles = [match[1] for match in named if match is not None]
    if len(group) == 1 or len(titles) < len(group):
        return group[0].sentence
    return f"{'、'.join(titles)}{group[0].sentence.removeprefix(titles[0])}"


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
