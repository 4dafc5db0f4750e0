"""The expressions of a definition checked: each can be read, and names only what is there when it is asked."""

from collections.abc import Collection, Iterator

from domain.definition import Definition, Field, FieldKind, Form
from domain.expressions import BadExpression, names_in
from domain.lint.findings import Finding, error
from domain.rules import FACTS, identifier
from domain.rules.subjects import declared_with, subjects
from services.expressions import check_expression


def check_expressions(definition: Definition) -> list[Finding]:
    """Return what is wrong with the expressions of rules, quotas and forms, in this order."""
    return [*_rules(definition), *_quotas(definition), *_forms(definition)]


def _rules(definition: Definition) -> Iterator[Finding]:
    for rule in definition.rules:
        if rule.expression:
            categories = rule.categories or tuple(category.key for category in definition.categories)
            names = _of_cases(definition, categories, rule.expression)
            yield from _one(f"rules.{rule.key}.expression", rule.expression, names)


def _quotas(definition: Definition) -> Iterator[Finding]:
    for quota in definition.quotas:
        if quota.free_when:
            names = _of_cases(definition, (quota.category,), quota.free_when)
            yield from _one(f"quotas.{quota.key}.free_when", quota.free_when, names)


def _forms(definition: Definition) -> Iterator[Finding]:
    for form in definition.forms:
        path = f"forms.{form.key}"
        plain = _of_form(definition, form)
        for check in form.checks:
            table = form.field(check.table) if check.table else None
            names = plain | _within(table) if table is not None else plain
            yield from _one(f"{path}.checks.{check.key}.expression", check.expression, names)
        places = [("fields", form.fields), *((f"sections.{item.key}.fields", item.fields) for item in form.sections)]
        for place, fields in places:
            for field in fields:
                yield from _computed(f"{path}.{place}.{field.key}", field, plain)


def _computed(path: str, field: Field, names: Collection[str]) -> Iterator[Finding]:
    if field.computed:
        yield from _one(f"{path}.computed", field.computed, names)
    inner = set(names) | _within(field)
    for nested in field.fields:
        if nested.computed:
            yield from _one(f"{path}.fields.{nested.key}.computed", nested.computed, inner)


def _one(path: str, expression: str, names: Collection[str]) -> Iterator[Finding]:
    sentence = check_expression(expression, names)
    if sentence:
        advice = "名称是表中各项的代号，其中的“.”和“-”写作“_”"
        yield error("bad_expression", path, sentence.rstrip("。"), advice=advice, value=expression)


def _of_cases(definition: Definition, categories: Collection[str], expression: str) -> set[str]:
    """Return the names that an expression about a case may use: its facts, and what every form concerned asks.

    While none of the categories has a form, any name may turn out to be in it.
    """
    facts = {identifier(path) for path in FACTS}
    asked: list[set[str]] = []
    for category in definition.categories:
        form = declared_with(definition, category.key) if category.key in categories else None
        if form is not None:
            known = subjects(form, definition.year, definition.modes_of(category.key))
            asked.append({identifier(path) for path in known})
    if asked:
        return facts | set.intersection(*asked)
    try:
        return facts | names_in(expression)
    except BadExpression:
        return facts


def _of_form(definition: Definition, form: Form) -> set[str]:
    """Return the names of the plain fields of a form and of the cells of its tables."""
    plain = {identifier(path) for path in subjects(form, definition.year, definition.offered_modes)}
    columns = {
        identifier(f"{field.key}.{nested.key}")
        for field in form.all_fields
        if field.kind is FieldKind.ROWS
        for nested in field.fields
    }
    relative = {
        identifier(f"{field.key}.{nested.key}.{year}")
        for field in form.all_fields
        if field.kind is FieldKind.TABLE
        for nested in field.fields
        for year in field.years
    }
    return plain - columns - relative


def _within(field: Field) -> set[str]:
    return {identifier(nested.key) for nested in field.fields}
