"""Checks and computed values of a form: only that their names exist; whether they can be read, the services tell."""

from collections.abc import Iterator

from domain.definition import NESTED, Check, Definition, Field, FieldKind, Form
from domain.expressions import BadExpression, names_in
from domain.forms.expressions import as_name
from domain.lint.findings import Finding, error, listed
from domain.lint.forms.places import placed
from domain.lint.naming import Names, field_names

COMPUTABLE_NOT = NESTED | {FieldKind.OUTLINE, FieldKind.COMMITMENT}


def check(form: Form, definition: Definition) -> Iterator[Finding]:
    """Yield checks and computed fields that name something the form does not have."""
    top = dict(_top_names(form, definition.year))
    for item in form.checks:
        yield from _check(f"forms.{form.key}.checks.{item.key}", item, form, top)
    for place in placed(form):
        field = place.field
        if not field.computed:
            continue
        if field.kind in COMPUTABLE_NOT:
            sentence = "这种填写方式不能“自动计算”"
            yield error("computed_out_of_place", f"{place.path}.computed", sentence, value=field.kind)
        own = as_name(field.key)
        names = top if place.within is None else {**top, **_own_names(place.within)}
        # Inside a table the own name may still be that of a field outside.
        known = {
            name: label for name, label in names.items() if name != own or (place.within is not None and name in top)
        }
        yield from _names(f"{place.path}.computed", field.computed, known)


def _check(path: str, item: Check, form: Form, top: Names) -> Iterator[Finding]:
    keys = field_names(form.all_fields)
    within = form.field(item.table) if item.table is not None else None
    if item.table is not None and (within is None or within.kind not in NESTED):
        tables = field_names(field for field in form.all_fields if field.kind in NESTED)
        sentence = f"没有「{item.table}」这个表格或重复行"
        yield error(
            "unknown_table", f"{path}.table", sentence, advice=listed(tables, wrong=item.table), value=item.table
        )
        return
    if within is not None:
        keys = field_names(within.fields)
    if not item.fields:
        yield error("check_without_fields", f"{path}.fields", "没有选定“提示位置”", advice=listed(keys))
    for key in item.fields:
        # A leaf inside a table or row is named whole; its field must exist.
        if key.partition(".")[0] not in keys:
            yield error(
                "unknown_field", f"{path}.fields", f"没有「{key}」这一项", advice=listed(keys, wrong=key), value=key
            )
    yield from _names(f"{path}.expression", item.expression, {**top, **_own_names(within)})


def _names(path: str, expression: str, known: Names) -> Iterator[Finding]:
    try:
        names = names_in(expression)
    except BadExpression:
        return
    for name in sorted(names - known.keys()):
        sentence = f"算式中的「{name}」不是表中的项"
        yield error("unknown_name", path, sentence, advice=_offered(name, known), value=name)


def _offered(name: str, known: Names) -> str:
    """Return what could be meant, the most alike first; an expression is written with the names in brackets."""
    return listed({one: f"{label}（{one}）" for one, label in known.items()}, wrong=name)


def _own_names(within: Field | None) -> Names:
    return {as_name(field.key): field.label for field in within.fields} if within is not None else {}


def _top_names(form: Form, year: int) -> Iterator[tuple[str, str]]:
    """Yield what every expression of a form may name, each with what people call it."""
    for field in form.all_fields:
        if field.kind is FieldKind.TABLE:
            for row in field.fields:
                for offset in field.years:
                    yield as_name(f"{field.key}.{row.key}.{year + offset}"), f"{row.label} {year + offset} 年"
        elif field.kind is FieldKind.ROWS:
            yield from ((as_name(f"{field.key}.{column.key}"), column.label) for column in field.fields)
        elif field.kind is not FieldKind.OUTLINE:
            yield as_name(field.key), field.label
