"""Checking the answers of a small form, so that page, import and API obey the same rules.

Answers arrive as text. A checked answer is trimmed and in normal form; every problem is gathered before refusing.
"""

from collections.abc import Mapping

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, Problem
from domain.forms.scalars import normal, problem
from domain.forms.texts import FORBIDDEN, composed, half_width


def check_answers(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers by field key, trimmed and normalised; optional empty ones are "".

    Raises Invalid with one Problem per wrong field (path is the field's key), unknown keys included.
    """
    problems: list[Problem] = []
    checked: dict[str, str] = {}
    known = {field.key for field in form.fields}
    problems.extend(Problem(key, "", "表中没有这一项") for key in answers if key not in known)
    for field in form.fields:
        raw = answers.get(field.key, "")
        value = _normal(field, raw)
        sentence = _problem(field, value)
        if sentence:
            problems.append(Problem(field.key, raw[:80], sentence))
        checked[field.key] = value
    for group in form.one_of:
        if not any(checked.get(key) for key in group):
            labels = "、".join(field.label for field in form.fields if field.key in group)
            problems.append(Problem(group[0], "", f"请至少填写一项：{labels}"))
    if problems:
        raise Invalid(problems)
    return checked


def _normal(field: Field, raw: str) -> str:
    # A small form takes a day in one form only, which is what its input sends.
    return half_width(composed(raw)) if field.kind is FieldKind.DATE else normal(field, raw, field.choices)


def _problem(field: Field, value: str) -> str:
    if not value:
        return f"请填写{field.label}" if field.required else ""
    if FORBIDDEN.search(value):
        return f"{field.label}含有不可见的控制字符，请删除后重填"
    return problem(field, value, field.label, field.choices)
