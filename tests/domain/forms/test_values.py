"""One answer of each kind: its normal form, and the sentence about what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from domain.definition import Field, FieldKind
from tests.support.case_forms import KINDS, MODES, draft, final, form_of, refusals

K = FieldKind


def normal(kind: FieldKind, typed: str, **changes: Any) -> str:
    """Return the normal form of an answer that is accepted."""
    checked = final(form_of(Field(key="x", label="栏目", kind=kind, **changes)), {"x": typed})
    assert checked.problems == ()
    return checked.values["x"]


def sentence(kind: FieldKind, typed: str, **changes: Any) -> str:
    """Return why an answer is refused; what was typed stays."""
    checked = final(form_of(Field(key="x", label="栏目", kind=kind, **changes)), {"x": typed})
    ((path, said),) = refusals(checked)
    assert path == "x"
    return said


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        (K.MONEY, "１２３４．５０", "1234.5"),
        (K.MONEY, " 1,234,567.8 ", "1234567.8"),
        (K.MONEY, "1，234 万元", "1234"),
        (K.MONEY, "1 234 567", "1234567"),
        (K.MONEY, "\u221212.30", "-12.3"),
        (K.INTEGER, "007", "7"),
        (K.INTEGER, "100.0", "100"),
        (K.INTEGER, "+5", "5"),
        (K.NUMBER, "-0.0", "0"),
        (K.NUMBER, ".5", "0.5"),
        (K.PERCENT, "30％", "30"),
        (K.PERCENT, "0", "0"),
        (K.PERCENT, "100", "100"),
        (K.YEAR, "2020年", "2020"),
        (K.DATE, "2023年3月5日", "2023-03-05"),
        (K.DATE, "2023/3/5", "2023-03-05"),
        (K.DATE, "2023.03.05", "2023-03-05"),
        (K.POSTCODE, "４５００００", "450000"),
        (K.URL, "www.example.cn/路径?a=1", "www.example.cn/路径?a=1"),
        (K.URL, "https://平台.example:8080", "https://平台.example:8080"),
        (K.CREDIT_CODE, "91410300ma3x4y5d5k", "91410300MA3X4Y5D5K"),
        (K.EMAIL, "a.b@Example.CN", "a.b@example.cn"),
        (K.TEXT, "  e\u0301 ", "é"),
        (K.LONG_TEXT, "一\r\n二\r三", "一\n二\n三"),
    ],
)
def test_an_answer_is_brought_into_normal_form(kind: FieldKind, typed: str, expected: str) -> None:
    assert normal(kind, typed) == expected


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        (K.MONEY, "约100", "栏目应为数字（单位：万元），只写数，如 1234"),
        (K.MONEY, "1,23", "栏目应为数字（单位：万元），只写数，如 1234"),
        (K.MONEY, "3亿元", "栏目应为数字（单位：万元），只写数，如 1234"),
        (K.MONEY, "1e5", "栏目应为数字（单位：万元），只写数，如 1234"),
        (K.MONEY, "1.234", "栏目最多 2 位小数，现为 3 位"),
        (K.MONEY, "1" * 16, "栏目的整数部分最多 15 位，请核对单位"),
        (K.INTEGER, "1.5", "栏目应为整数，现为 1.5"),
        (K.NUMBER, "٣", "栏目应为数字，如 1234"),
        (K.PERCENT, "100.01", "栏目应在 0 至 100% 之间，现为 100.01%"),
        (K.PERCENT, "-1", "栏目应在 0 至 100% 之间，现为 -1%"),
        (K.YEAR, "20", "栏目应在 1900 至 2100 之间，现为 20"),
        (K.YEAR, "去年", "栏目应为四位数的年份，如 2020"),
        (K.DATE, "2023-02-30", "日期格式不对，应如 2023-03-20"),
        (K.POSTCODE, "45000", "邮政编码应为 6 位数字"),
        (K.URL, "无", "网址格式不对，应如 https://www.example.cn，且只填一个"),
        (K.URL, "javascript:alert(1)", "网址格式不对，应如 https://www.example.cn，且只填一个"),
        (K.URL, "a.cn b.cn", "网址格式不对，应如 https://www.example.cn，且只填一个"),
        (K.CREDIT_CODE, "91410300MA3X4Y5D5C", "统一社会信用代码的校验位不对，请核对有无错位或漏字"),
        (K.CREDIT_CODE, "1234", "统一社会信用代码应为 18 位，现为 4 位"),
        (K.TEXT, "一\n二", "栏目只能填写一行"),
        (K.TEXT, "", "请填写栏目"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(kind: FieldKind, typed: str, said: str) -> None:
    assert sentence(kind, typed) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.05", "栏目应在 0.1 至 0.3 之间，现为 0.05"),
        ("0.3001", "栏目应在 0.1 至 0.3 之间，现为 0.3001"),
    ],
)
def test_a_range_is_judged_as_it_was_written(typed: str, said: str) -> None:
    """No neighbour of 0.1 or 0.3 in binary decides."""
    assert normal(K.NUMBER, "0.1", minimum=0.1, maximum=0.3) == "0.1"
    assert normal(K.NUMBER, "0.3", minimum=0.1, maximum=0.3) == "0.3"
    assert sentence(K.NUMBER, typed, minimum=0.1, maximum=0.3) == said


def test_a_range_may_be_open_at_one_end() -> None:
    assert sentence(K.INTEGER, "0", minimum=1) == "栏目不能小于 1，现为 0"
    assert sentence(K.INTEGER, "9", maximum=8) == "栏目不能大于 8，现为 9"
    assert normal(K.PERCENT, "-250", minimum=-1000) == "-250"


def test_a_limit_counts_characters_and_names_both_figures() -> None:
    """S004-44: 101 characters where 100 are allowed; a character outside the basic plane is one."""
    assert normal(K.LONG_TEXT, "字" * 99 + "𠮷", max_chars=100) == "字" * 99 + "𠮷"
    assert sentence(K.LONG_TEXT, "字" * 101, max_chars=100) == "栏目最多 100 字，现为 101 字"


@pytest.mark.parametrize("bad", ["\x00", "\ud800", "\u202e", "\u200b", "\ufeff"])
def test_what_nobody_can_see_is_told_and_taken_away(bad: str) -> None:
    form = form_of(Field(key="x", label="栏目"))

    checked = draft(form, {"x": f"甲{bad}乙"})

    assert refusals(checked) == [("x", "栏目含有不可见的控制字符，已经去掉，请核对")]
    assert checked.values == {"x": "甲乙"}


@pytest.mark.parametrize(
    ("chosen", "is_allowed"),
    [
        *(((0,), True), ((0, 1), True), ((0, 2), True), ((1,), True), ((2,), True)),
        *(((1, 2), False), ((0, 1, 2), False), ((), False)),
    ],
)
def test_choices_that_exclude_each_other(chosen: tuple[int, ...], is_allowed: bool) -> None:
    """S004-05, S004-06, S004-07: three boxes to tick, two of which exclude each other; the clause is quoted."""
    field = Field(
        key="x",
        label="平台类型",
        kind=K.CHOICES,
        choices=KINDS,
        exclusive=((KINDS[1], KINDS[2]),),
        clause="两类不可同时申报",
    )

    checked = final(form_of(field), {"x": "\n".join(KINDS[number] for number in chosen)})

    assert (checked.problems == ()) is is_allowed
    if len(chosen) > 1 and not is_allowed:
        assert refusals(checked) == [
            ("x", "「面向行业专业」、「面向区域综合」不能同时选择。依据：“两类不可同时申报”")
        ]
    if not chosen:
        assert refusals(checked) == [("x", "请选择平台类型")]


def test_several_choices_stand_in_the_order_of_the_definition() -> None:
    assert normal(K.CHOICES, " 丙 \n甲\n甲\r\n", choices=("甲", "乙", "丙")) == "甲\n丙"
    assert sentence(K.CHOICES, "甲\n丁", choices=("甲",)) == "栏目没有这样的选项：丁"
    assert sentence(K.CHOICE, "丁", choices=("甲", "乙")) == "请从下列选项中选择：甲、乙"


def test_how_many_may_be_chosen() -> None:
    limits: dict[str, Any] = {"choices": ("甲", "乙", "丙"), "min_choices": 2, "max_choices": 2}
    field = Field(key="x", label="栏目", kind=K.CHOICES, **limits)

    assert normal(K.CHOICES, "甲\n乙", **limits) == "甲\n乙"
    assert sentence(K.CHOICES, "甲", **limits) == "栏目至少选 2 项，现选了 1 项"
    assert sentence(K.CHOICES, "甲\n乙\n丙", **limits) == "栏目最多选 2 项，现选了 3 项"
    assert draft(form_of(field), {"x": "甲"}).problems == ()


def test_a_choice_may_ask_for_words() -> None:
    field = Field(key="x", label="性质", kind=K.CHOICE, choices=("甲", "其他"), other="其他")

    assert refusals(final(form_of(field), {"x": "其他"})) == [("x.other", "请填写性质（其他，请写明）")]
    assert final(form_of(field), {"x": "其他", "x.other": "事业单位"}).values["x.other"] == "事业单位"
    assert final(form_of(field), {"x": "甲", "x.other": "事业单位"}).values == {"x": "甲"}
    assert refusals(draft(form_of(field), {"x": "其他", "x.other": "一\n二"})) == [
        ("x.other", "性质（其他，请写明）只能填写一行")
    ]


def test_several_modes_may_be_chosen_and_the_open_one_asks_for_words() -> None:
    """S000-09, S002-09, S004-04: options come from the setting; 其他 needs text."""
    form = form_of(Field(key="modes", label="模式", kind=K.MODES))

    assert final(form, {"modes": "lifecycle\nsupply"}).values == {"modes": "supply\nlifecycle"}
    assert refusals(final(form, {"modes": "supply\nother"})) == [("modes.other", "请填写模式（其他，请写明）")]
    assert refusals(final(form, {"modes": "sharing"})) == [("modes", "模式没有这样的选项：sharing")]
    assert refusals(final(form, {"modes": "lifecycle"}, modes=MODES[:1])) == [
        ("modes", "模式没有这样的选项：lifecycle")
    ]
