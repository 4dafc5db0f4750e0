"""The presets of the two provinces for tests: complete answers for their forms, and what refuses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from domain.definition import Definition, Evidence, Field, FieldKind, Form, Mark, Section
from domain.forms import Aspect, Checked, Leaf, Setting, check_case, leaves
from presets import FOLDER
from services.definitions import load_file
from services.expressions import evaluate
from tests.support.presets import squeezed

SAMPLES: Mapping[FieldKind, str] = {
    FieldKind.PHONE: "0571-87058143",
    FieldKind.MOBILE: "13800000000",
    FieldKind.EMAIL: "someone@applicant.example",
    FieldKind.DATE: "2015-01-01",
    FieldKind.INTEGER: "0",
    FieldKind.NUMBER: "100",
    FieldKind.PERCENT: "10",
    FieldKind.MONEY: "100",
    FieldKind.YEAR: "2018",
    FieldKind.POSTCODE: "310007",
    FieldKind.URL: "https://platform.example",
    FieldKind.COMMITMENT: "yes",
}


@lru_cache
def preset(name: str) -> Definition:
    """Return the definition of a preset ("shanxi-2021")."""
    return load_file(FOLDER / f"{name}.yaml")


def notice(name: str) -> str:
    """Return the text of a preset's notice without any white space."""
    return squeezed((FOLDER / "notices" / f"{name}.txt").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """Return a text without white space, with half-width punctuation and brackets, to compare labels."""
    return squeezed(text).translate(str.maketrans("，：（）％", ",:()%"))


def waiting(definition: Definition) -> dict[str, Evidence]:
    """Return by path what a person must still confirm before the batch can be published."""
    return {item.path: item for item in definition.unconfirmed}


def confirmed(definition: Definition) -> Definition:
    """Return the definition as if somebody had answered for every inferred value."""
    kept = tuple(
        replace(item, mark=Mark.CONFIRMED, confirmed_by="王主任 2026-11-21") if item.mark is Mark.INFERRED else item
        for item in definition.evidence
    )
    return replace(definition, evidence=kept)


def section(form: Form, key: str) -> Section:
    return next(section for section in form.sections if section.key == key)


def typed(field: Field) -> list[Field]:
    """Return the rows or columns of a nested field that people fill in."""
    return [inner for inner in field.fields if not inner.computed]


def field_of(form: Form, key: str) -> Field:
    """Return a field of a form, which must have it."""
    found = form.field(key)
    if found is None:
        raise AssertionError(f"{form.title} has no field {key}")
    return found


def labels(fields: Sequence[Field]) -> list[str]:
    return [field.label for field in fields]


def setting(definition: Definition, category: str, on: date) -> Setting:
    return Setting(definition.year, definition.modes_of(category), evaluate, on)


def answers(definition: Definition, category: str, on: date, **changes: str) -> dict[str, str]:
    """Return a complete and valid application of a category; `changes` are leaves with "__" for "."."""
    form, where = definition.form(category), setting(definition, category, on)
    found = {leaf.path: text for leaf in leaves(form, where, {}) if (text := _sample(leaf, where))}
    return found | {path.replace("__", "."): text for path, text in changes.items()}


def _sample(leaf: Leaf, where: Setting) -> str:
    field = leaf.field
    if leaf.aspect is Aspect.DATE:
        return where.on.isoformat()
    if field.computed or not leaf.is_required:
        return ""
    if leaf.aspect is not Aspect.VALUE:
        return "文字"
    if field.kind is FieldKind.MODES:
        return where.modes[0].key
    return field.choices[0] if field.choices else SAMPLES.get(field.kind, "文字")


def final(definition: Definition, category: str, given: Mapping[str, str], on: date) -> Checked:
    """Check an application as at submission."""
    return check_case(definition.form(category), given, setting(definition, category, on), is_final=True)


def refusals(definition: Definition, category: str, on: date, **changes: str) -> dict[str, str]:
    """Return the sentences by leaf that refuse a complete application with these changes."""
    checked = final(definition, category, answers(definition, category, on, **changes), on)
    return {problem.path: problem.sentence for problem in checked.problems}
