"""The normal form and the check of one answer, for every kind of field that is not nested."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date

from domain.credit_code import normal_credit_code
from domain.definition import NUMERIC, Field, FieldKind
from domain.forms.numbers import normal_number, number_problem
from domain.forms.texts import (
    DEFAULT_MAX,
    EMAIL,
    LONGEST_TEXT,
    MOBILE,
    PHONE,
    PLAIN_MAX,
    POSTCODE,
    URL,
    composed,
    half_width,
)

NUMBERS = NUMERIC | {FieldKind.YEAR}
SEVERAL = frozenset({FieldKind.CHOICES, FieldKind.MODES})
PLAIN_CHARACTERS = frozenset(
    {*(FieldKind.PHONE, FieldKind.MOBILE, FieldKind.EMAIL, FieldKind.POSTCODE, FieldKind.URL, FieldKind.DATE)}
)
DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")


def is_date(value: str) -> bool:
    """Tell whether a text is a day of the calendar in the form "2023-03-20"."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


FORMATS: Mapping[FieldKind, tuple[Callable[[str], object], str]] = {
    FieldKind.EMAIL: (EMAIL.match, "电子邮箱格式不对，应如 name@example.cn，且只填一个"),
    FieldKind.PHONE: (
        lambda value: PHONE.match(value) or MOBILE.match(value),
        "电话格式不对，应如 010-60000000 或 11 位手机号，且只填一个",
    ),
    FieldKind.MOBILE: (MOBILE.match, "手机号应为 11 位，以 13 至 19 开头"),
    FieldKind.DATE: (is_date, "日期格式不对，应如 2023-03-20"),
    FieldKind.URL: (URL.fullmatch, "网址格式不对，应如 https://www.example.cn，且只填一个"),
    FieldKind.POSTCODE: (POSTCODE.fullmatch, "邮政编码应为 6 位数字"),
}


def normal(field: Field, raw: str, options: Collection[str] = ()) -> str:
    """Return an answer trimmed and in normal form; one that cannot be read stays as it was typed.

    options: what may be chosen, in order; choices are brought into this order, one per line.
    """
    text = composed(raw)
    if not text:
        return ""
    if field.kind in NUMBERS:
        return normal_number(field, text)
    if field.kind in PLAIN_CHARACTERS:
        return _plain(field, half_width(text))
    if field.kind in SEVERAL:
        chosen = dict.fromkeys(line for part in text.split("\n") if (line := part.strip()))
        known = [option for option in options if option in chosen]
        return "\n".join([*known, *(line for line in chosen if line not in options)])
    if field.kind is FieldKind.CREDIT_CODE:
        code = half_width(text)
        return code.upper() if code.isascii() else code
    return text


def _plain(field: Field, text: str) -> str:
    if field.kind is FieldKind.EMAIL and "@" in text:
        local, _, domain = text.rpartition("@")
        # Lower case outside ASCII may leave the normal form, and no such address is accepted anyway.
        return f"{local}@{domain.lower()}" if domain.isascii() else text
    return normal_date(text) if field.kind is FieldKind.DATE else text


def normal_date(text: str) -> str:
    """Return "2023-03-05" for a day written in one of the usual ways, any other text as it is."""
    match = DAY.fullmatch(text.replace(" ", ""))
    try:
        return date(*(int(part) for part in match.groups())).isoformat() if match else text
    except ValueError:
        return text


def problem(field: Field, value: str, label: str, options: Collection[str] = ()) -> str:
    """Return what is wrong with an answer in normal form that is not empty, "" when nothing is.

    Asks nothing that only a finished form must meet, such as the fewest choices.
    """
    if field.kind in NUMBERS:
        return number_problem(field, value, label)
    if field.kind in SEVERAL:
        return _several_problem(field, value.split("\n"), label, options)
    sentence = too_long(value, field.max_chars or DEFAULT_MAX.get(field.kind, PLAIN_MAX), label)
    return sentence or kind_problem(field, value, label)


def too_long(value: str, limit: int | None, label: str) -> str:
    """Return the sentence about a text of too many characters, "" when it fits."""
    most = limit or LONGEST_TEXT
    return f"{label}最多 {most} 字，现为 {len(value)} 字" if len(value) > most else ""


def kind_problem(field: Field, value: str, label: str) -> str:
    """Return what is wrong with a text of this kind, "" when nothing is."""
    if field.kind in FORMATS:
        fits, sentence = FORMATS[field.kind]
        return "" if fits(value) else sentence
    if field.kind is FieldKind.CREDIT_CODE:
        return _code_problem(value)
    if field.kind is FieldKind.CHOICE and value not in field.choices:
        return f"请从下列选项中选择：{'、'.join(field.choices)}"
    return f"{label}只能填写一行" if field.kind is FieldKind.TEXT and "\n" in value else ""


def _code_problem(value: str) -> str:
    try:
        normal_credit_code(value)
    except ValueError as error:
        return str(error)
    return ""


def _several_problem(field: Field, chosen: list[str], label: str, options: Collection[str]) -> str:
    strange = [value for value in chosen if value not in options]
    if strange:
        return f"{label}没有这样的选项：{'、'.join(strange)[:80]}"
    if field.max_choices is not None and len(chosen) > field.max_choices:
        return f"{label}最多选 {field.max_choices} 项，现选了 {len(chosen)} 项"
    return ""


def exclusive_problem(field: Field, chosen: list[str], names: dict[str, str]) -> str:
    """Return the sentence about choices that exclude each other, with the clause; "" when none do.

    names: what people call each choice.
    """
    for group in field.exclusive:
        both = [names.get(value, value) for value in chosen if value in group]
        if len(both) > 1:
            clause = f"。依据：“{field.clause}”" if field.clause else ""
            return f"{'、'.join(f'「{name}」' for name in both)}不能同时选择{clause}"
    return ""
