"""Where the fields of a form stand, so that every finding names its place."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.definition import Definition, Field, Form, StageKind


class Place(NamedTuple):
    """A field with its path in the definition; `within` is the table or the repeating rows around it."""

    path: str
    field: Field
    within: Field | None = None


def placed(form: Form) -> Iterator[Place]:
    """Yield every field of a form, those of its sections, and those of tables and repeating rows."""
    start = f"forms.{form.key}"
    yield from _all(f"{start}.fields", form.fields)
    for section in form.sections:
        yield from _all(f"{start}.sections.{section.key}.fields", section.fields)


def _all(path: str, fields: tuple[Field, ...], within: Field | None = None) -> Iterator[Place]:
    for field in fields:
        yield Place(f"{path}.{field.key}", field, within)
        if within is None:
            yield from _all(f"{path}.{field.key}.fields", field.fields, field)


def collected_forms(definition: Definition) -> frozenset[str]:
    """Return the keys of the forms that units answer while something is collected."""
    return frozenset(
        stage.collect.form for stage in definition.stages if stage.collect is not None and stage.collect.form
    )


def declared_forms(definition: Definition) -> frozenset[str]:
    """Return the keys of the forms with which cases are declared."""
    stages = [stage for stage in definition.stages if stage.kind is StageKind.DECLARE]
    named = {stage.form for stage in stages if stage.form is not None}
    return frozenset(
        named | {given.form for stage in stages if stage.declare is not None for given in stage.declare.forms}
    )
