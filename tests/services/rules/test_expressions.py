"""Expressions of a definition: what they may compute, and that nothing else gets in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.expressions import BadExpression
from services.expressions import check_expression, evaluate

NAMES = {
    "share": Decimal("50.1"),
    "profit": -3,
    "sales": 1000,
    "investors_share": [60, Decimal("39.5")],
    "modes": ("lifecycle", "sharing"),
    "kind": "enterprise",
    "founded_on": date(2019, 11, 20),
    "started_on": "2019-11-21",
    "is_group": False,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("share > 50", True),
        ("0.1 + 0.2 == 0.3", True),
        ("profit / sales", Decimal("-0.003")),
        ("abs(profit) * 2 - 1", Decimal(5)),
        ("round(2.5) + round(1.005, 2)", Decimal("4.01")),
        ("sum(investors_share) <= 100", True),
        ("min(investors_share) + max(1, 2)", Decimal("41.5")),
        ("len(modes) >= 2 and 'sharing' in modes", True),
        ('kind in ["university", "enterprise"] and kind not in ("other",)', True),
        ("not is_group or share < 10", True),
        ("10 <= share <= 60", True),
        ("years_between(founded_on, '2021-11-20') >= 2", True),
        ("years_between(started_on, '2021-11-20')", Decimal(1)),
        ("founded_on < '2020-01-01'", True),
        ("'2020-01-01' > founded_on", True),
        ("  share\n  > 50 ", True),
        ("-share + (+share) == 0", True),
    ],
)
def test_what_an_expression_gives(expression: str, value: object) -> None:
    assert evaluate(expression, NAMES) == value


def test_a_name_without_a_value_matters_only_where_the_result_depends_on_it() -> None:
    assert evaluate("share > 50 or missing", NAMES) is True
    assert evaluate("share < 50 and missing", NAMES) is False
    with pytest.raises(BadExpression) as refusal:
        evaluate("missing > 1", NAMES)
    assert refusal.value.params == {"unknown": "missing"}
    assert refusal.value.sentence == "“missing”没有值，无法计算。"


HOSTILE = [
    "().__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "kind.upper()",
    "modes[0]",
    "9**9**9",
    "2 << 100",
    "7 // 2",
    "7 % 2",
    "'a' * 10**9",
    "'a' * 1000000000",
    "modes * 1000000000",
    "[x for x in modes]",
    "sum(x for x in investors_share)",
    "{1: 2}",
    "{1, 2}",
    "lambda: 1",
    "(lambda x: x)(1)",
    "__import__('os').system('true')",
    "open('/etc/passwd')",
    "eval('1')",
    "int('5')",
    "f'{share}'",
    "'%s' % kind",
    "share if share else 1",
    "(a := 5)",
    "a = 5",
    "1; 2",
    "import os",
    "sum",
    "abs == abs",
    "max(*modes)",
    "abs(value=1)",
    "None",
    "b'x' in modes",
    "1j + 1",
    "...",
    "share is share",
    "'\\x41' in modes",
    "share > 50\x00",
    "1e999 > 1",
    "",
    "   ",
    "(" * 240 + "1" + ")" * 240,
    "not " * 100 + "is_group",
    "-" * 400 + "1",
    "[" * 90 + "]" * 90,
    "1+" * 240 + "1",
    "x" * 501,
]


TYPED = ("'a' * 1000000000", "modes * 1000000000")
"""Well written, and refused only once the values are there."""


@pytest.mark.parametrize("expression", HOSTILE)
def test_nothing_else_gets_in(expression: str) -> None:
    with pytest.raises(BadExpression):
        evaluate(expression, NAMES)


@pytest.mark.parametrize("expression", [text for text in HOSTILE if text not in TYPED])
def test_the_check_of_a_definition_finds_it_without_any_value(expression: str) -> None:
    assert check_expression(expression, [*NAMES, "x"])


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("kind > 5", "“enterprise”和“5”不是同类的值，不能比较。"),
        ("kind + 5", "“enterprise”不是数字，不能参加计算。"),
        ("kind and is_group", "“enterprise”不是判断，并且（and）、或者（or）、不（not）的两边应是比较。"),
        ("not kind", "“enterprise”不是判断，并且（and）、或者（or）、不（not）的两边应是比较。"),
        ("5 in kind", '属于（in）的右边应是列表，例：["甲", "乙"]。'),
        ("sum(modes)", "“lifecycle”不是数字，不能参加计算。"),
        ("len(share)", "个数（len）只能用于列表或文字。"),
        ("max([])", "列表是空的，没有最大、最小值。"),
        ("share / (sales - 1000)", "算式中除数为零。"),
        ("1000000000.0 * 1e50 * 1e20", "算式的结果无法计算，或者数值过大。"),
        ("round(share, 99)", "四舍五入（round）的位数应为 0 至 6 的整数。"),
        ("round(1e30, 2)", "算式的结果无法计算，或者数值过大。"),
        ("years_between('soon', founded_on)", "“soon”不是日期，应如 2023-03-20。"),
        ("founded_on > 'soon'", "“soon”不是日期，应如 2023-03-20。"),
        ("years_between(founded_on)", "函数“相隔整年数”（years_between）的参数个数不对。"),
        (
            "pow(2, 3)",
            "算式中没有这个函数。可用：绝对值（abs）、最小值（min）、最大值（max）、四舍五入（round）、个数（len）、"
            "合计（sum）、相隔整年数（years_between）。",
        ),
        ("share >", "算式写法不对：「share >」"),
        ("share（5）", "算式写法不对：「share（5）」"),
    ],
)
def test_a_refusal_is_a_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(BadExpression) as refusal:
        evaluate(expression, NAMES)

    assert refusal.value.sentence == sentence


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(BadExpression):
        evaluate("thing == 1", {"thing": object()})
    with pytest.raises(BadExpression):
        evaluate("thing == 1", {"thing": float("nan")})


def test_checking_names_what_is_unknown() -> None:
    assert check_expression("share > 50 and sum(rows_share) <= 100", {"share": 1, "rows_share": []}) == ""
    assert check_expression("shaer > 50", ["share"]) == "算式中的「shaer」不是已知的名称。"


@given(st.text(alphabet="0123456789abshare_.+-*/()[]<>=!'\", \nandornotin服务", max_size=80))
def test_whatever_is_written_either_has_a_value_or_is_refused(expression: str) -> None:
    """No other fault ever comes out, so that no page breaks on a definition's expression."""
    try:
        evaluate(expression, NAMES)
    except BadExpression as refusal:
        assert refusal.sentence


@given(st.decimals(-(10**12), 10**12, places=4), st.decimals(-(10**12), 10**12, places=4))
def test_numbers_are_decimal(left: Decimal, right: Decimal) -> None:
    names = {"left": left, "right": right}

    assert evaluate("left + right", names) == left + right
    assert evaluate("left < right", names) is (left < right)
