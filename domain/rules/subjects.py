"""What rules and expressions may name of a form: every leaf, cells also by relative year, and columns of rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.definition import Definition, Field, FieldKind, Form, Mode
from domain.forms.leaves import Leaf

CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.MODES})


@dataclass(frozen=True, slots=True)
class Subject:
    """A place of a form that a rule may name.

    is_value: False for words beside the value ("其他", a guided text).
    cell: of a cell, its path with the year as it is; "" for everything else.
    """

    path: str
    label: str
    field: Field
    is_value: bool = True
    cell: str = ""

    @property
    def place(self) -> str:
        """Return what two names of one place have in common."""
        return self.cell or self.path


def subjects(form: Form, year: int, modes: Iterable[Mode]) -> dict[str, Subject]:
    """Return what may be named of a form by path.

    "share", "nature.other", "indicators.revenue.2022" and "indicators.revenue.-1" (relative to the batch's year),
    "investors.share" (all rows of a column), "body.practice", "promise.name".
    """
    found = (subject for field in form.all_fields for subject in _of_field(field, year, tuple(modes)))
    return {subject.path: subject for subject in found}


def names_of(leaf: Leaf, year: int) -> tuple[str, ...]:
    """Return the paths by which rules may name a leaf, its own first."""
    if leaf.within is None:
        return (leaf.path,)
    if leaf.year is not None:
        return leaf.path, f"{leaf.within.key}.{leaf.field.key}.{leaf.year - year}"
    return leaf.path, f"{leaf.within.key}.{leaf.field.key}"


def declared_with(definition: Definition, category: str) -> Form | None:
    """Return the form with which a category is declared; None when there is none, or it is not in the definition."""
    stages = (stage.form_of(category) for stage in definition.stages if stage.declare is not None or stage.form)
    key = next((key for key in stages if key is not None), None)
    return next((form for form in definition.forms if form.key == key), None)


def _of_field(field: Field, year: int, modes: tuple[Mode, ...]) -> Iterator[Subject]:
    match field.kind:
        case FieldKind.TABLE:
            for row in field.fields:
                for offset in field.years:
                    label = f"{row.label}（{year + offset} 年）"
                    cell = f"{field.key}.{row.key}.{year + offset}"
                    yield Subject(cell, label, row, cell=cell)
                    yield Subject(f"{field.key}.{row.key}.{offset}", label, row, cell=cell)
        case FieldKind.ROWS:
            for column in field.fields:
                yield Subject(f"{field.key}.{column.key}", column.label, column)
        case FieldKind.OUTLINE:
            for part in field.parts:
                keys = [f"{part.key}.{mode.key}" for mode in modes] if part.per_mode else [part.key]
                yield from (Subject(f"{field.key}.{key}", part.title, field, is_value=False) for key in keys)
        case FieldKind.COMMITMENT:
            yield Subject(field.key, field.label, field)
            for key in ("name", "date"):
                yield Subject(f"{field.key}.{key}", field.label, field, is_value=False)
        case _:
            yield Subject(field.key, field.label, field)
            if field.kind in CHOOSING:
                yield Subject(f"{field.key}.other", field.label, field, is_value=False)
