"""Numbers as people type them, and their one normal form: plain decimal text without needless zeros.

Inside everything is a Decimal, so that a share at the very edge of a limit is judged as it was typed.
"""

import re
from decimal import Decimal

from domain.definition import Field, FieldKind
from domain.forms.texts import half_width

MOST_DIGITS = 15
"""Digits before the point; more is a slip."""
LONGEST_NUMBER = 60
YEARS = (Decimal(1900), Decimal(2100))
SIMPLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}([, ][0-9]{3})+(\.[0-9]*)?")
PLAIN = re.compile(r"(?!-0$)-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")
DECIMALS = {FieldKind.INTEGER: 0, FieldKind.YEAR: 0, FieldKind.MONEY: 2, FieldKind.PERCENT: 2}
UNITS = {FieldKind.MONEY: "万元", FieldKind.PERCENT: "%", FieldKind.YEAR: "年"}


def unit_of(field: Field) -> str:
    """Return the unit that stands beside a number: the definition's, or that of its kind."""
    return field.unit or UNITS.get(field.kind, "")


def decimals_of(field: Field) -> int:
    """Return how many digits may stand after the point."""
    if field.kind in {FieldKind.INTEGER, FieldKind.YEAR}:
        return 0
    return DECIMALS.get(field.kind, 4) if field.decimals is None else field.decimals


def range_of(field: Field) -> tuple[Decimal | None, Decimal | None]:
    """Return the smallest and largest allowed number, inclusive; None where it is open."""
    low, high = exact(field.minimum), exact(field.maximum)
    if field.kind is FieldKind.PERCENT:
        return (Decimal(0) if low is None else low), (Decimal(100) if high is None else high)
    if field.kind is FieldKind.YEAR:
        return low or YEARS[0], high or YEARS[1]
    return low, high


def exact(limit: float | None) -> Decimal | None:
    """Return a limit of a definition as it was written (0.1 and not its neighbour in binary)."""
    return None if limit is None else Decimal(str(limit))


def number_of(text: str) -> Decimal | None:
    """Return the number of a normal form; None for any other text."""
    return Decimal(text) if PLAIN.fullmatch(text) else None


def plain_text(number: Decimal) -> str:
    """Return a number as plain decimal text: no exponent, no needless zeros, no "-0"."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def normal_number(field: Field, text: str) -> str:
    """Return a typed number in normal form, or the text as it is when it is no number.

    Accepts full-width digits, groups of three, and the field's own unit behind the number.
    """
    if PLAIN.fullmatch(text) or len(text) > LONGEST_NUMBER:
        return text
    typed = half_width(text).replace("\u2212", "-")
    unit = half_width(unit_of(field))
    if unit and typed.endswith(unit):
        typed = typed.removesuffix(unit).rstrip()
    if GROUPED.fullmatch(typed):
        typed = typed.replace(",", "").replace(" ", "")
    return plain_text(Decimal(typed)) if SIMPLE.fullmatch(typed) else text


def number_problem(field: Field, value: str, label: str) -> str:
    """Return what is wrong with a number in normal form, "" when nothing is."""
    number = number_of(value)
    if number is None or (len(value.lstrip("-").partition(".")[0]) > MOST_DIGITS):
        return _no_number(field, label, is_long=number is not None)
    digits, most = len(value.partition(".")[2]), decimals_of(field)
    if digits > most:
        return f"{label}应为整数，现为 {value}" if most == 0 else f"{label}最多 {most} 位小数，现为 {digits} 位"
    low, high = range_of(field)
    if (low is None or number >= low) and (high is None or number <= high):
        return ""
    unit = unit_of(field) if field.kind is FieldKind.PERCENT else ""
    if low is not None and high is not None:
        return f"{label}应在 {plain_text(low)} 至 {plain_text(high)}{unit} 之间，现为 {value}{unit}"
    if low is not None:
        return f"{label}不能小于 {plain_text(low)}，现为 {value}"
    return f"{label}不能大于 {plain_text(high or Decimal(0))}，现为 {value}"


def _no_number(field: Field, label: str, *, is_long: bool) -> str:
    if is_long:
        return f"{label}的整数部分最多 {MOST_DIGITS} 位，请核对单位"
    if field.kind is FieldKind.YEAR:
        return f"{label}应为四位数的年份，如 2020"
    unit = unit_of(field)
    return f"{label}应为数字（单位：{unit}），只写数，如 1234" if unit else f"{label}应为数字，如 1234"
