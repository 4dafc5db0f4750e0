"""The presets as tests read them: definitions, their notices, and what a careful reader takes from these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from domain.definition import NUMERIC, Definition, Evidence, FieldKind, Form, Rule
from domain.forms import Aspect, Leaf, Setting, leaves
from domain.rules import Verdict, judge
from presets import FOLDER
from services.definitions import parse, read_yaml
from services.definitions.reading import read_file
from services.expressions import evaluate

DATA = Path(__file__).parents[1] / "data"


def facts(number: str) -> dict[str, Any]:
    """Return what a careful reader takes from a notice."""
    found: dict[str, Any] = json.loads((DATA / "facts" / f"{number}.json").read_text(encoding="utf-8"))
    return found


def notice(definition: Definition) -> str:
    """Return the text of a preset's notice."""
    assert definition.document.file is not None
    return (FOLDER / definition.document.file).read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    """Return a text without white space."""
    return re.sub(r"\s+", "", text)


def plain(text: str) -> str:
    """Return a text as it is read: without white space, emphasis and brackets around addresses."""
    return re.sub(r"[\s*<>]", "", text)


def mark_of(definition: Definition, path: str) -> Evidence | None:
    """Return the mark of a value, or of the nearest whole that it is a part of."""
    marks = {item.path: item for item in definition.evidence}
    parts = path.split(".")
    return next((marks[".".join(parts[:n])] for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in marks), None)


def rule_of(definition: Definition, key: str) -> Rule:
    """Return the rule with this key."""
    return next(rule for rule in definition.rules if rule.key == key)


def judged(definition: Definition, key: str, known: Mapping[str, object], on: date) -> Verdict:
    """Return the verdict of one rule of a preset on the day of submission."""
    return judge(rule_of(definition, key), known, on=on, evaluate=evaluate)


def setting(definition: Definition, category: str, on: date) -> Setting:
    """Return what a form of a preset is filled in for."""
    return Setting(year=definition.year, modes=definition.modes_of(category), evaluate=evaluate, on=on)


def labels(form: Form, section: str) -> list[str]:
    """Return the labels of a section, in order."""
    return [field.label for item in form.sections if item.key == section for field in item.fields]


def miit_with_form() -> Definition:
    """Return the ministry's batch with the small form of the tests, as an office would add it later."""
    raw: Any = read_file(FOLDER / "miit-2023.yaml")
    added: Any = read_yaml((DATA / "miit-2023-form.yaml").read_text(encoding="utf-8"))
    raw["forms"] += added["forms"]
    for stage in raw["stages"]:
        if stage["key"] == "declare":
            stage["declare"] |= added["declare"]
    return parse(raw, base_dir=FOLDER)


TYPED = {
    FieldKind.PHONE: "0379-65953693",
    FieldKind.MOBILE: "13900000000",
    FieldKind.EMAIL: "a@applicants.example",
    FieldKind.URL: "https://platform.example",
    FieldKind.DATE: "2020-01-01",
    FieldKind.PERCENT: "60",
}


def filled(form: Form, where: Setting, **given: str) -> dict[str, str]:
    """Return answers with which a form is complete; `given` (with "__" for ".") is typed as it is."""
    answers = {path.replace("__", "."): text for path, text in given.items()}
    while True:
        asked = [leaf for leaf in leaves(form, where, answers) if leaf.is_required and leaf.path not in answers]
        if not asked:
            return answers
        answers |= {leaf.path: _typed(leaf, where) for leaf in asked}


def _typed(leaf: Leaf, where: Setting) -> str:
    kind = leaf.field.kind
    if leaf.aspect is Aspect.DATE:
        return where.on.isoformat()
    if kind is FieldKind.COMMITMENT:
        return "张三" if leaf.aspect is Aspect.NAME else "yes"
    if leaf.aspect is not Aspect.VALUE:
        return "说明文字"
    if kind is FieldKind.MODES:
        return where.modes[0].key
    if kind is FieldKind.CHOICE:
        return leaf.field.choices[0]
    return TYPED.get(kind, "100" if kind in NUMERIC else "文字")
