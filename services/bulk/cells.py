"""The text of one cell: what somebody saw there, whether Excel kept it as text, number or date."""

import re
from datetime import date, datetime, time, timedelta

from domain.forms.scalars import is_date, normal_date
from domain.forms.texts import composed, half_width
from services.bulk.columns import Takes

EXACT_BELOW = 10**15
"""A number of Excel has fifteen digits; those of a longer one are lost."""
FIRST_DAY = date(1899, 12, 30)
SERIALS = range(10_000, 100_000)
"""Numbers of days that can be meant as a date: 1927 to 2173."""
FAULTS = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
COUNTED = re.compile(r"第?0*(\d{1,6})批?")


def text_of(raw: object, takes: Takes) -> str:
    """Return the text of a cell in the form that its column takes. Raises ValueError with a sentence."""
    text = _plain(raw)
    if text in FAULTS:
        raise ValueError(f"单元格是公式错误（{text}），请改为实际内容")
    match takes:
        case Takes.TEXT:
            return text
        case Takes.CODE:
            return "".join(half_width(text).split())
        case Takes.DAY:
            return _day(half_width(text))
        case Takes.COUNT:
            return _count("".join(half_width(text).split()))


def _plain(raw: object) -> str:
    match raw:
        case bool():
            return "是" if raw else "否"
        case float() | int() if abs(raw) >= EXACT_BELOW:
            raise ValueError("按数字存放的内容超过 15 位，末尾已失真，请把单元格设为文本格式后重新填写")
        case float() if raw.is_integer():
            return str(int(raw))
        case datetime():
            return raw.date().isoformat() if raw.time() == time(0) else raw.isoformat(sep=" ", timespec="minutes")
        case date():
            return raw.isoformat()
        case str():
            return composed(raw)
        case _:
            return str(raw)


def _day(text: str) -> str:
    if not text:
        return ""
    if text.isdecimal() and len(text) == 5 and int(text) in SERIALS:
        return (FIRST_DAY + timedelta(days=int(text))).isoformat()
    found = EIGHT_DIGITS.fullmatch(text)
    day = normal_date("-".join(found.groups()) if found else text.partition(" ")[0])
    if not is_date(day):
        raise ValueError("日期看不懂，应如 2023-03-20")
    return day


def _count(text: str) -> str:
    found = COUNTED.fullmatch(text)
    if text and not found:
        raise ValueError("应为数字，如 3")
    return found[1] if found else ""
