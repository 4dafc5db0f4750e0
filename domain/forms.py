"""Checking the answers of a form, so that page, import and API obey the same rules.

Answers arrive as text. A checked answer is trimmed and in normal form; every problem is gathered before refusing.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, Problem

DEFAULT_MAX = {FieldKind.LONG_TEXT: 2000}
PLAIN_MAX = 200
EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
PHONE = re.compile(r"^(\+?86[- ]?)?(0\d{2,3}[- ]?)?\d{7,8}([- ]\d{1,6})?$|^400[- ]?\d{3}[- ]?\d{4}$")
MOBILE = re.compile(r"^(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$")
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\u200b\ufeff]"
)


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
    text = raw.strip()
    if field.kind in {FieldKind.PHONE, FieldKind.MOBILE, FieldKind.EMAIL, FieldKind.DATE}:
        text = unicodedata.normalize("NFKC", text).strip()
    if field.kind is FieldKind.EMAIL and "@" in text:
        local, _, domain = text.rpartition("@")
        text = f"{local}@{domain.lower()}"
    return text.replace("\r\n", "\n")


def _problem(field: Field, value: str) -> str:
    if not value:
        return f"请填写{field.label}" if field.required else ""
    if FORBIDDEN.search(value):
        return f"{field.label}含有不可见的控制字符，请删除后重填"
    limit = field.max_chars or DEFAULT_MAX.get(field.kind, PLAIN_MAX)
    if len(value) > limit:
        return f"{field.label}最多 {limit} 字，现为 {len(value)} 字"
    return _kind_problem(field, value)


def _kind_problem(field: Field, value: str) -> str:
    match field.kind:
        case FieldKind.EMAIL if not EMAIL.match(value):
            return "电子邮箱格式不对，应如 name@example.cn，且只填一个"
        case FieldKind.PHONE if not (PHONE.match(value) or MOBILE.match(value)):
            return "电话格式不对，应如 010-68205191 或 11 位手机号，且只填一个"
        case FieldKind.MOBILE if not MOBILE.match(value):
            return "手机号应为 11 位，以 13 至 19 开头"
        case FieldKind.DATE if not _is_date(value):
            return "日期格式不对，应如 2023-03-20"
        case FieldKind.CHOICE if value not in field.choices:
            return f"请从下列选项中选择：{'、'.join(field.choices)}"
        case FieldKind.TEXT if "\n" in value:
            return f"{field.label}只能填写一行"
        case _:
            return ""


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
