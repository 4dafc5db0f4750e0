"""How the table of findings is written: the smallest edit of a clean definition that provokes one, and another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from domain import definition as d
from services.calendar import official_calendar
from services.definitions.linting import findings
from tests.support.case_forms import FORM, MODES
from tests.support.definitions import changed, small_batch

Change = Callable[[d.Definition], d.Definition]
Found = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """edit provokes the code at the path, near does not; also: what comes with the edit by its nature."""

    code: str
    path: str
    edit: Change
    near: Change
    base: Callable[[], d.Definition]
    also: tuple[Found, ...] = ()


def on_small(code: str, path: str, edit: Change, near: Change, *also: Found) -> Row:
    """State a row on the smallest definition: two cities give a contact and recommend platforms."""
    return Row(code, path, edit, near, small_batch, also)


def on_cases(code: str, path: str, edit: Change, near: Change, *also: Found) -> Row:
    """State a row on a definition with the form of a case and all stages of its way."""
    return Row(code, path, edit, near, with_cases, also)


def value_on_small(code: str, path: str, wrong: Any, right: Any, *also: Found) -> Row:
    """State a row about one field of the smallest definition: a value that provokes a finding there, and another."""
    return on_small(code, path, *_values(path, wrong, right), *also)


def value_on_cases(code: str, path: str, wrong: Any, right: Any, *also: Found) -> Row:
    """State such a row on a definition with cases."""
    return on_cases(code, path, *_values(path, wrong, right), *also)


def _values(path: str, *values: Any) -> tuple[Change, ...]:
    place, _, name = path.rpartition(".")
    return tuple(at(place, **{name: value}) for value in values)


def at(path: str, **changes: Any) -> Change:
    """Change fields of the part at a path."""
    return lambda definition: changed(definition, path, **changes)


def both(*changes: Change) -> Change:
    """Make several changes, one after the other."""

    def apply(definition: d.Definition) -> d.Definition:
        for change in changes:
            definition = change(definition)
        return definition

    return apply


def same(definition: d.Definition) -> d.Definition:
    """Leave the definition as it is."""
    return definition


def added(path: str, name: str, *items: Any) -> Change:
    """Add items to the list `name` of the part at a path."""

    def apply(definition: d.Definition) -> d.Definition:
        part: Any = definition
        for step in path.split(".") if path else ():
            part = _child(part, step)
        result: d.Definition = changed(definition, path, **{name: (*getattr(part, name), *items)})
        return result

    return apply


def _child(part: Any, step: str) -> Any:
    if isinstance(part, tuple):
        return next(item for item in part if step in {getattr(item, "key", ""), getattr(item, "code", "")})
    return getattr(part, step)


def found(definition: d.Definition) -> list[Found]:
    """Return code and path of every finding, expressions and mail texts included."""
    return [(finding.code, finding.path) for finding in findings(definition, official_calendar())]


def found_beyond(base: d.Definition, definition: d.Definition) -> list[Found]:
    """Return what is found in a definition and not in the one it was made from."""
    usual = found(base)
    return [item for item in found(definition) if item not in usual]


SLOT = d.Material(key="licence", label="营业执照")
LOCAL = d.UnitClass(key="county", name="县级")
COUNTY = d.UnitEntry(code="010101", name="甲县工信局", unit_class="county", upper="010100", email="c@units.example")


def with_cases() -> d.Definition:
    """Return a definition without errors or warnings in which cases are declared, checked and recommended."""
    small = small_batch()
    declare = d.Stage(
        key="declare",
        kind=d.StageKind.DECLARE,
        title="申报",
        opens=d.Opening(on=date(2023, 3, 6)),
        due=d.Due(on=date(2023, 3, 24), at="18:00"),
        declare=d.Declare(forms=(d.CategoryForm(category="platform", form="enterprise"),), one_case=d.OneCase.BATCH),
    )
    review = d.Stage(
        key="review",
        kind=d.StageKind.REVIEW,
        title="初审",
        opens=d.Opening(on=date(2023, 3, 6)),
        due=d.Due(on=date(2023, 4, 28), at="18:00"),
        ladder="contacts",
        review=d.Review(checks=(d.CheckItem(key="seen", label="材料齐全"),), return_days=5),
    )
    recommend = replace(small.stages[1], ladder="contacts", recommend=d.Recommend(classes=("city",)))
    category = replace(small.categories[0], modes=tuple(mode.key for mode in MODES))
    form = replace(FORM, materials=(SLOT,))
    return replace(
        small,
        modes=MODES,
        categories=(category,),
        forms=(*small.forms, form),
        rules=(
            d.Rule(key="size", clause="员工不少于 10 人", subject="staff", operator=d.Operator.AT_LEAST, value="10"),
        ),
        stages=(small.stages[0], declare, review, recommend),
    )
