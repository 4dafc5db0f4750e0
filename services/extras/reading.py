"""The values of additional fields: checked alike whatever way they come, stored by key, shown as text.

A field is asked about by its key or by its label, so that a form and a workbook obey the same rules. Values of
retired fields are never touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, Problem
from domain.forms import check_answers
from domain.forms.numbers import plain_text
from domain.forms.scalars import normal_date
from models.lists import Entity, Extra, ExtraField, ExtraKind

PREFIX = "extra."
"""In front of a field's key, where it stands among an entity's own columns, answers and problems."""
MOST_FIELDS = 50
"""Fields in use that an entity can have."""
YES, NO = "是", "否"
KINDS: Mapping[ExtraKind, FieldKind] = {
    ExtraKind.TEXT: FieldKind.TEXT,
    ExtraKind.LONG_TEXT: FieldKind.LONG_TEXT,
    ExtraKind.NUMBER: FieldKind.NUMBER,
    ExtraKind.DATE: FieldKind.DATE,
    ExtraKind.CHOICE: FieldKind.CHOICE,
    ExtraKind.FLAG: FieldKind.CHOICE,
}


def fields_of(session: Session, entity: Entity) -> Sequence[ExtraField]:
    """Return the fields in use of an entity, in their order; one query."""
    found = select(ExtraField).where(ExtraField.entity == entity, ExtraField.retired_at.is_(None))
    return session.scalars(found.order_by(ExtraField.position, ExtraField.id).limit(MOST_FIELDS)).all()


def all_fields(session: Session, entity: Entity) -> Sequence[ExtraField]:
    """Return the fields of an entity in their order, retired ones too, at most five times MOST_FIELDS; one query."""
    found = select(ExtraField).where(ExtraField.entity == entity)
    ordered = found.order_by(ExtraField.retired_at.is_not(None), ExtraField.position, ExtraField.id)
    return session.scalars(ordered.limit(5 * MOST_FIELDS)).all()


def field_form(fields: Sequence[ExtraField]) -> Form:
    """Return fields as a form, by `PREFIX` and key, so that pages and checks treat them like any other."""
    return Form(key="extra", title="补充字段", fields=tuple(_asked(field) for field in fields))


def _asked(field: ExtraField) -> Field:
    choices = (YES, NO) if field.kind is ExtraKind.FLAG else tuple(field.choices)
    return Field(
        key=f"{PREFIX}{field.key}",
        label=field.label,
        kind=KINDS[field.kind],
        required=field.is_required,
        choices=choices,
        help=field.help,
    )


def with_fields(form: Form, fields: Sequence[ExtraField]) -> Form:
    """Return a form with additional fields behind its own."""
    return replace(form, fields=(*form.fields, *field_form(fields).fields))


def read_values(
    session: Session, entity: Entity, typed: Mapping[str, str], *, before: Extra | None = None
) -> dict[str, object]:
    """Return what was typed as values to store, by key, together with those of `before` that were not asked about.

    typed: text by key or label, with or without `PREFIX`. before: what the entity holds already; None for a new one,
    for which every required field must be given. One query; for many rows read the fields once and use `read_with`.
    Raises Invalid with every problem, each at `PREFIX` and key.
    """
    return read_with(fields_of(session, entity), typed, before=before)


def read_with(
    fields: Sequence[ExtraField], typed: Mapping[str, str], *, before: Extra | None = None
) -> dict[str, object]:
    """Return what was typed as values to store, like `read_values`, with fields that were read before."""
    by_name = {field.label: field for field in fields} | {field.key: field for field in fields}
    problems, answers = [], {}
    for name, text in typed.items():
        field = by_name.get(name.removeprefix(PREFIX).strip())
        if field is None:
            allowed = "、".join(one.label for one in fields) or "还没有补充字段"
            problems.append(Problem(name[:80], text[:80], f"没有补充字段“{name[:80]}”", f"现有：{allowed}"))
        else:
            answers[field] = normal_date(text) if field.kind is ExtraKind.DATE else text
    asked = [field for field in fields if before is None or field in answers]
    try:
        checked = check_answers(field_form(asked), {f"{PREFIX}{field.key}": text for field, text in answers.items()})
    except Invalid as refusal:
        raise Invalid([*problems, *refusal.problems]) from None
    problems += [problem for field in asked if (problem := _too_exact(field, checked[f"{PREFIX}{field.key}"]))]
    if problems:
        raise Invalid(problems)
    kept = {key: value for key, value in (before or {}).items() if key not in {field.key for field in asked}}
    given = {field.key: text for field in asked if (text := checked[f"{PREFIX}{field.key}"])}
    kinds = {field.key: field.kind for field in asked}
    return kept | {key: _stored(kinds[key], text) for key, text in given.items()}


def check_form(
    session: Session, entity: Entity, form: Form, values: Mapping[str, str], *, before: Extra | None = None
) -> tuple[dict[str, str], dict[str, object]]:
    """Return the checked answers of an entity's own form, and its additional values.

    values: by key of the form, and of additional fields by `PREFIX` and key. before: as in `read_values`. One query;
    for many rows read the fields once and use `check_with`. Raises Invalid with every problem of both.
    """
    return check_with(fields_of(session, entity), form, values, before=before)


def check_with(
    fields: Sequence[ExtraField], form: Form, values: Mapping[str, str], *, before: Extra | None = None
) -> tuple[dict[str, str], dict[str, object]]:
    """Return what `check_form` does, with fields that were read before."""
    problems: list[Problem] = []
    checked: dict[str, str] = {}
    extra: dict[str, object] = {}
    more = {key: text for key, text in values.items() if key.startswith(PREFIX)}
    try:
        checked = check_answers(form, {key: text for key, text in values.items() if key not in more})
    except Invalid as refusal:
        problems += refusal.problems
    try:
        extra = read_with(fields, more, before=before)
    except Invalid as refusal:
        problems += refusal.problems
    if problems:
        raise Invalid(problems)
    return checked, extra


def named(extra: Mapping[str, object]) -> dict[str, object]:
    """Return additional values as the audit log names them, by `PREFIX` and key."""
    return {f"{PREFIX}{key}": value for key, value in extra.items()}


def _too_exact(field: ExtraField, text: str) -> Problem | None:
    """Return the problem of a number that would not come back as it was typed."""
    if field.kind is not ExtraKind.NUMBER or not text or _number_text(_number(text)) == text:
        return None
    return Problem(f"{PREFIX}{field.key}", text[:80], f"{field.label}的有效数字过多", "最多 15 位")


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _number_text(value: float) -> str:
    return plain_text(Decimal(repr(value)))


def _stored(kind: ExtraKind, text: str) -> object:
    match kind:
        case ExtraKind.NUMBER:
            return _number(text)
        case ExtraKind.FLAG:
            return text == YES
        case _:
            return text


def shown_value(field: ExtraField, values: Mapping[str, object] | None) -> str:
    """Return a field's value as it is typed and shown; "" where there is none."""
    value = (values or {}).get(field.key)
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case int() | float():
            return _number_text(value)
        case _:
            return str(value)


def typed_values(fields: Sequence[ExtraField], values: Mapping[str, object] | None) -> dict[str, str]:
    """Return the values of an entity as a form shows them, by `PREFIX` and key."""
    return {f"{PREFIX}{field.key}": shown_value(field, values) for field in fields}
