"""What is typed into the designer's forms, as values and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Definition, Due, Field, Form, OfficeContact, Quota, Stage, Step, UnitEntry
from services.designing.asking.describing import Described, field_of
from services.designing.asking.typed import BadValue, is_same, typed, written


def described(cls: type, name: str) -> Described:
    found = field_of(cls, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cls", "name", "raw", "value"),
    [
        (Stage, "title", [" 反馈联系人 "], "反馈联系人"),
        (Stage, "note", ["第一行\r\n第二行"], "第一行\n第二行"),
        (Stage, "ladder", [""], None),
        (Step, "days", ["-5"], -5),
        (Quota, "limit", ["0"], 0),
        (Quota, "limit", [""], None),
        (Field, "minimum", ["12.5"], 12.5),
        (Field, "required", ["no", "yes"], True),
        (Field, "required", ["no"], False),
        (Field, "kind", ["table"], "table"),
        (Field, "years", ["-2、-1"], [-2, -1]),
        (Field, "choices", ["甲\n\n 乙 \n"], ["甲", "乙"]),
        (Form, "one_of", ["email | mobile\nphone"], [["email", "mobile"], ["phone"]]),
        (Form, "one_of", ["", "0|mobile", "0|email", "3|phone"], [["mobile", "email"], ["phone"]]),
        (Form, "one_of", [""], []),
        (Field, "exclusive", ["", "0|甲|乙", "0|丙"], [["甲|乙", "丙"]]),
        (Quota, "classes", ["", "province", "city", "province"], ["province", "city"]),
        (Due, "on", ["2023-05-31"], "2023-05-31"),
        (Due, "at", ["24:00"], "24:00"),
        (Definition, "timezone", ["Asia/Shanghai"], "Asia/Shanghai"),
    ],
)
def test_what_is_typed_becomes_a_value(cls: type, name: str, raw: list[str], value: object) -> None:
    assert typed(described(cls, name), raw) == value


@pytest.mark.parametrize(
    ("cls", "name", "raw", "sentence"),
    [
        (Stage, "title", [""], "请填写环节名称"),
        (Stage, "kind", [""], "请选择环节类型"),
        (Stage, "kind", ["pigeon"], "请选择环节类型"),
        (Stage, "key", ["有.点"], "代号以小写字母开头"),
        (Stage, "key", ["two words"], "代号以小写字母开头"),
        (UnitEntry, "code", ["41.03"], "单位代码只含"),
        (OfficeContact, "name", ["J. Smith"], "英文句点"),
        (Step, "days", ["五"], "请填写整数"),
        (Step, "days", ["１"], "请填写整数"),
        (Step, "days", ["9" * 30], "请填写整数"),
        (Field, "minimum", ["1e9"], "请填写数字"),
        (Field, "minimum", ["nan"], "请填写数字"),
        (Due, "on", ["2023-02-30"], "请填写日期"),
        (Due, "on", ["20230230"], "请填写日期"),
        (Due, "on", ["9999-01-01"], "请填写日期"),
        (Due, "at", ["25:00"], "请填写时刻"),
        (Due, "at", [""], "请填写时刻"),
        (Definition, "timezone", ["Mars/Olympus"], "没有这个时区"),
        (Stage, "title", ["字" * 1_000_000], "最多 2000 字"),
        (Stage, "note", ["字" * 20_001], "最多 20000 字"),
        (Stage, "title", ["a\x00b"], "含有不能显示的字符"),
        (Stage, "title", ["a\u202eb"], "含有不能显示的字符"),
    ],
)
def test_what_cannot_be_a_value_is_refused_with_a_sentence(
    cls: type, name: str, raw: list[str], sentence: str
) -> None:
    """S4-bad input: wrong types, texts of a megabyte, keys with dots and spaces."""
    with pytest.raises(BadValue, match=sentence):
        typed(described(cls, name), raw)


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda number: round(number, 6)))
def test_a_number_is_shown_as_it_can_be_typed(number: float) -> None:
    field = described(Field, "minimum")

    assert typed(field, written(field, number)) == number


@given(st.lists(st.text("甲乙丙丁abc", min_size=1), max_size=5))
def test_a_list_of_texts_is_shown_as_it_can_be_typed(texts: list[str]) -> None:
    field = described(Field, "choices")

    assert typed(field, written(field, texts)) == texts


@pytest.mark.parametrize(("wanted", "current", "same"), [("", None, True), (None, "", True), (0, None, False)])
def test_nothing_is_an_empty_text(wanted: Any, current: Any, same: bool) -> None:
    assert is_same(described(Quota, "limit"), wanted, current) is same


def test_a_small_number_has_no_exponent() -> None:
    field = described(Field, "minimum")

    assert written(field, 0.00001) == ["0.00001"] and written(field, 30.0) == ["30"]
