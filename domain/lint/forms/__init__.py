"""Forms that can be filled in: choices to choose from, limits that leave room, groups of fields that exist."""

from collections.abc import Iterator

from domain.definition import Definition, Field, FieldKind, Form
from domain.lint.findings import Finding, error, listed
from domain.lint.forms import expressions, kinds, links, papers
from domain.lint.forms.places import placed
from domain.lint.naming import field_names

LONGEST_ANSWER = 20_000
CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what makes a form impossible to fill in, or what a person should look at before it is."""
    for form in definition.forms:
        if not form.all_fields:
            yield error("no_fields", f"forms.{form.key}.fields", "表中没有任何一项", advice="至少写一项")
        for place in placed(form):
            yield from _field(place.path, place.field)
            yield from kinds.check(place, definition)
        yield from _groups(form)
        yield from links.check_form(form, definition)
        yield from expressions.check(form, definition)
        yield from papers.check_form(form, definition)
    yield from links.check_stages(definition)


def _field(path: str, field: Field) -> Iterator[Finding]:
    is_choice = field.kind in CHOOSING
    if is_choice and not field.choices:
        yield error("no_choices", f"{path}.choices", f"「{field.label}」是选择项，却没有选项", advice="填写“选项”")
    if field.choices and not is_choice:
        advice = "删去“选项”，或把“填写方式”改为“单选”或“多选”"
        yield error("choices_out_of_place", f"{path}.choices", "只有选择项可写选项", advice=advice, value=field.kind)
    for choice in sorted({choice for choice in field.choices if field.choices.count(choice) > 1}):
        yield error("duplicate_choice", f"{path}.choices", f"选项「{choice}」重复", value=choice)
    if "" in field.choices:
        yield error("empty_choice", f"{path}.choices", "选项不能是空的")
    if field.max_chars is not None and not 1 <= field.max_chars <= LONGEST_ANSWER:
        advice = f"可填 1 至 {LONGEST_ANSWER}"
        yield error("bad_limit", f"{path}.max_chars", "“最多字数”不合理", advice=advice, value=field.max_chars)


def _groups(form: Form) -> Iterator[Finding]:
    path, keys = f"forms.{form.key}.one_of", field_names(form.all_fields)
    for group in form.one_of:
        if not group:
            yield error("empty_group", path, "“至少填一项”的一组是空的", advice="写明是哪几项，或删去")
        for key in group:
            if key not in keys:
                yield error(
                    "unknown_field", path, f"表中没有「{key}」这一项", advice=listed(keys, wrong=key), value=key
                )
