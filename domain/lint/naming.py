"""What the parts of a definition are called in a finding: the names that people see, never only the keys."""

from collections.abc import Iterable

from domain.definition import Category, Definition, Field, Quota
from domain.rules.facts import FACTS
from domain.rules.subjects import Subject

Names = dict[str, str]
"""Names by key, in the order of the definition."""


def class_names(definition: Definition) -> Names:
    """Return the unit classes."""
    return {item.key: item.name for item in definition.unit_classes}


def category_names(definition: Definition) -> Names:
    """Return the categories."""
    return {category.key: category.name for category in definition.categories}


def subtype_names(categories: Iterable[Category]) -> Names:
    """Return the sub-types of some categories."""
    return {subtype.key: subtype.name for category in categories for subtype in category.subtypes}


def mode_names(definition: Definition) -> Names:
    """Return the modes that the batch offers."""
    return {mode.key: mode.name for mode in definition.offered_modes}


def stage_names(definition: Definition) -> Names:
    """Return the stages."""
    return {stage.key: stage.title for stage in definition.stages}


def form_names(definition: Definition) -> Names:
    """Return the forms."""
    return {form.key: form.title for form in definition.forms}


def field_names(fields: Iterable[Field]) -> Names:
    """Return the fields of a form, the rows of a table, or the columns of repeating rows."""
    return {field.key: field.label for field in fields}


def ladder_names(definition: Definition) -> Names:
    """Return the ladders by their own names, else by the stages that they serve, else by their number."""
    found: Names = {}
    for number, ladder in enumerate(definition.ladders, 1):
        served = "、".join(f"「{stage.title}」" for stage in definition.stages if stage.ladder == ladder.key)
        unnamed = f"{served}所用的一套" if served else f"第 {number} 套"
        found[ladder.key] = ladder.name or unnamed
    return found


def quota_name(definition: Definition, quota: Quota) -> str:
    """Return what a quota limits: "示范平台共享制造类（省级）"."""
    classes = class_names(definition)
    category = next((item for item in definition.categories if item.key == quota.category), None)
    subtypes = "、".join(item.name for item in category.subtypes if item.key in quota.subtypes) if category else ""
    whole = category.name if category is not None else quota.category
    return f"{whole}{subtypes}（{'、'.join(classes.get(key, key) for key in quota.classes)}）"


def subject_names(paths: Iterable[str], known: dict[str, Subject]) -> Names:
    """Return what rules may judge, each place of a form once although a cell has two paths.

    known: the places of a form by path; any other path is that of a fact.
    """
    found: Names = {}
    seen: set[str] = set()
    for path in paths:
        subject = known.get(path)
        place = subject.place if subject is not None else path
        if place not in seen:
            seen.add(place)
            found[path] = subject.label if subject is not None else FACTS[path].label
    return found


def circle(keys: Iterable[str], names: Names) -> str:
    """Return what waits for what, "「初审」→「推荐报送」→「初审」"."""
    return "→".join(f"「{names.get(key) or key}」" for key in keys)
