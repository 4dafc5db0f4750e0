"""A definition with the form of a case, for the findings about such forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.definition import (
    CategoryForm,
    Check,
    Declare,
    Definition,
    Due,
    Field,
    Material,
    OneCase,
    Opening,
    Section,
    Stage,
    StageKind,
)
from tests.domain.lint.cases import Change, Found, at, found
from tests.support.case_forms import FORM, MODES
from tests.support.definitions import small_batch

START = "forms.enterprise"
BASICS, NUMBERS, BODY = (f"{START}.sections.{key}.fields" for key in ("basics", "numbers", "body"))
KINDS_AT, INVESTORS = f"{START}.sections.kinds.fields.kinds", f"{START}.sections.investors.fields.investors"
INDICATORS, NATURE, STAFF = f"{NUMBERS}.indicators", f"{BASICS}.nature", f"{BASICS}.staff"
OUTLINE, PROMISE = f"{BODY}.body", f"{START}.sections.promise.fields.promise"
FORMS = "stages.declare.declare.forms"
SLOT = Material(key="licence", label="营业执照")
DECLARE = Stage(
    key="declare",
    kind=StageKind.DECLARE,
    title="申报",
    opens=Opening(on=date(2023, 3, 6)),
    due=Due(on=date(2023, 3, 24)),
    declare=Declare(forms=(CategoryForm(category="platform", form="enterprise"),), one_case=OneCase.BATCH),
)


def casework() -> Definition:
    small = small_batch()
    category = replace(small.categories[0], modes=tuple(mode.key for mode in MODES))
    return replace(
        small,
        modes=MODES,
        categories=(category,),
        forms=(*small.forms, replace(FORM, materials=(SLOT,))),
        stages=(*small.stages, DECLARE),
    )


def found_after(change: Change) -> list[Found]:
    """Return what the change brings; what the casework itself gives is no business of the forms."""
    usual = found(casework())
    return [item for item in found(change(casework())) if item not in usual]


def err(code: str, path: str) -> Found:
    return ("error", code, path)


def more_checks(**changes: Any) -> Change:
    given: dict[str, Any] = {"key": "more", "expression": "staff > 0", "sentence": "x", "fields": ("staff",)}
    return at(START, checks=(*FORM.checks, Check(**(given | changes))))


def section(key: str, *fields: Field, **changes: Any) -> Change:
    return at(START, sections=(*FORM.sections, Section(key=key, title="另一部分", fields=fields, **changes)))


def of_contact(field: Field) -> Change:
    contact = small_batch().form("contact")
    return at("forms.contact", fields=(*contact.fields, field))
