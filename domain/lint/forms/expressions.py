"""Checks and computed values of a form: only that their names exist; whether they can be read, the services tell."""

from collections.abc import Iterator

from domain.definition import NESTED, Check, Definition, Field, FieldKind, Form
from domain.expressions import BadExpression, names_in
from domain.forms.expressions import as_name
from domain.lint.findings import Finding, error, listed
from domain.lint.forms.places import placed

COMPUTABLE_NOT = NESTED | {FieldKind.OUTLINE, FieldKind.COMMITMENT}


def check(form: Form, definition: Definition) -> Iterator[Finding]:
    """Yield checks and computed fields that name something the form does not have."""
    top = frozenset(_top_names(form, definition.year))
    for item in form.checks:
        yield from _check(f"forms.{form.key}.checks.{item.key}", item, form, top)
    for place in placed(form):
        field = place.field
        if not field.computed:
            continue
        if field.kind in COMPUTABLE_NOT:
            yield error("computed_out_of_place", f"{place.path}.computed", "这种项不能计算得出", value=field.kind)
        own = _own_names(place.within) - {as_name(field.key)}
        known = own | top if place.within is not None else top - {as_name(field.key)}
        yield from _names(f"{place.path}.computed", field.computed, known)


def _check(path: str, item: Check, form: Form, top: frozenset[str]) -> Iterator[Finding]:
    keys = [field.key for field in form.all_fields]
    within = form.field(item.table) if item.table is not None else None
    if item.table is not None and (within is None or within.kind not in NESTED):
        tables = [field.key for field in form.all_fields if field.kind in NESTED]
        sentence = f"没有「{item.table}」这个表格或重复行"
        yield error("unknown_table", f"{path}.table", sentence, advice=listed(tables), value=item.table)
        return
    if within is not None:
        keys = [field.key for field in within.fields]
    if not item.fields:
        yield error("check_without_fields", f"{path}.fields", "核对没有写明属于哪一项", advice=listed(keys))
    for key in item.fields:
        # A leaf inside a table or row is named whole; its field must exist.
        if key.partition(".")[0] not in keys:
            yield error("unknown_field", f"{path}.fields", f"没有「{key}」这一项", advice=listed(keys), value=key)
    yield from _names(f"{path}.expression", item.expression, _own_names(within) | top)


def _names(path: str, expression: str, known: frozenset[str]) -> Iterator[Finding]:
    try:
        names = names_in(expression)
    except BadExpression:
        return
    for name in sorted(names - known):
        yield error(
            "unknown_name", path, f"算式中的「{name}」不是表中的项", advice=listed(sorted(known)[:30]), value=name
        )


def _own_names(within: Field | None) -> frozenset[str]:
    return frozenset(as_name(field.key) for field in within.fields) if within is not None else frozenset()


def _top_names(form: Form, year: int) -> Iterator[str]:
    for field in form.all_fields:
        if field.kind is FieldKind.TABLE:
            for row in field.fields:
                yield from (as_name(f"{field.key}.{row.key}.{year + offset}") for offset in field.years)
        elif field.kind is FieldKind.ROWS:
            yield from (as_name(f"{field.key}.{column.key}") for column in field.fields)
        elif field.kind is not FieldKind.OUTLINE:
            yield as_name(field.key)
