"""What the audit log recorded, in words: every value that changed, under a label.

A key that only programs read is told by what it is called, or left to the record itself; other keys are what people
call a thing already: a unit, a check, a place of a definition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from admin.records.known import Known
from admin.records.words import CHOICES, IN_ACTION, LABELS
from domain.access import Action
from models import AuditEntry
from web.filters import opening

INTERNAL = re.compile(r"[a-z][a-z0-9_.-]*")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
PRINT_CHARS = 12
PRINTS = frozenset({"digest", "fingerprint", "sha256"})
TOLD_BESIDE = frozenset({"rule"})
"""Keys whose values other values of the act put in words: a rule by its clause."""
LOOKED_FOR = frozenset({"search", "text"})
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that an act changed, in words; before, after: "" for none."""

    label: str
    before: str
    after: str


def changes_of(entry: AuditEntry, known: Known) -> tuple[Sequence[Change], int]:
    """Return what an act changed, and how many values have no words: those stand in the record alone."""
    before, after = (entry.changes.get(side) or {} for side in ("before", "after"))
    labels = {key: _label(entry, key, known) for key in [*after, *before] if key not in TOLD_BESIDE}
    told = [
        Change(label, _said(key, before, known), _said(key, after, known)) for key, label in labels.items() if label
    ]
    return [one for one in told if one.before or one.after], len(labels) - len(told)


def in_one_line(entry: AuditEntry, known: Known) -> str:
    """Return what an act changed as one text, for a cell."""
    found, _ = changes_of(entry, known)
    return "；".join(f"{one.label}：{f'{one.before} → ' if one.before else ''}{one.after or '空'}" for one in found)


def _label(entry: AuditEntry, key: str, known: Known) -> str:
    """Return what a value is called; "" where nobody gave it a word."""
    if not INTERNAL.fullmatch(key):
        return key
    asked = known.fields.get(entry.batch_id or 0, {}).get(key, "") if entry.action == Action.ANSWER else ""
    return asked or IN_ACTION.get((entry.action, key)) or known.extras.get(key) or LABELS.get(key, "")


def _said(key: str, values: Values, known: Known) -> str:
    """Return a recorded value in words; "" for none."""
    value = values.get(key)
    if key == "columns" and isinstance(value, list):
        return _columns(value, known.columns.get(str(values.get("list")), {}))
    if key == "query" and isinstance(value, list):
        return _asked(value)
    if key == "programmes" and isinstance(value, list):
        return "、".join(known.programmes.get(one, one) for one in value)
    return known.named(key, value) or _plain(key, value)


def _plain(key: str, value: object) -> str:
    match value:
        case None:
            said = ""
        case bool():
            said = "是" if value else "否"
        case str():
            said = _text(key, value)
        case list() | tuple():
            said = "、".join(_plain(key, one) for one in value)
        case dict():
            said = "；".join(f"{name}：{_plain(name, one)}" for name, one in value.items())
        case _:
            said = str(value)
    return said


def _text(key: str, value: str) -> str:
    if key in PRINTS:
        return f"{value[:PRINT_CHARS]}…"
    if key == "asked":
        return _asked(parse_qsl(value))
    if INSTANT.fullmatch(value):
        return opening(datetime.fromisoformat(value))
    return CHOICES.get(key, {}).get(value, value)


def _columns(names: Sequence[str], labels: Mapping[str, str]) -> str:
    """Return columns of a list by what they are called; their number where the list is not known any more."""
    told = [labels.get(name, "" if INTERNAL.fullmatch(name) else name) for name in names]
    return "、".join(told) if all(told) else f"{len(names)} 列"


def _asked(pairs: Sequence[Sequence[str]]) -> str:
    """Return what narrowed a list: the words that were looked for, and how many other conditions there were."""
    looked = [f"查找“{value}”" for name, value in pairs if name in LOOKED_FOR]
    others = len(pairs) - len(looked)
    return "，".join([*looked, *([f"{others} 项条件"] if others else [])])
