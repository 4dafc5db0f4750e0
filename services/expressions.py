"""Small expressions of a definition, evaluated by simpleeval over named values, and nothing more than that.

Numbers are decimal. What an expression may hold is listed here; all else is refused before anything is computed, so
the cost of an expression is bounded by its length: no attribute, no index, no power, no comprehension, no other call.
"""

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, DivisionByZero, Overflow, localcontext
from decimal import InvalidOperation as NotComputable
from functools import lru_cache

from simpleeval import EvalWithCompoundTypes, InvalidExpression

from domain.expressions import BadExpression, names_in
from domain.rules.dates import full_years

MOST_CHARS = 500
MOST_NODES = 150
MOST_DEPTH = 25
MOST_DIGITS = 6
ARITHMETIC = Context(prec=28, Emax=60, Emin=-60, traps=[DivisionByZero, NotComputable, Overflow])

ALLOWED = (
    *(ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Call, ast.List, ast.Tuple),
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
)


def evaluate(expression: str, names: Mapping[str, object]) -> object:
    """Return the value of an expression: a Decimal, a bool, a text, a date or a list of these.

    names: numbers (int, float, Decimal), bools, texts, dates, and lists of these (the rows of a column). A name that
    holds nothing is left out; it is refused only where the value depends on it.
    Raises BadExpression; the parameter `unknown` is the name that has no value.
    """
    tree = _parsed(expression)
    # Copies: the engine adds functions of its own to what it is given.
    engine = EvalWithCompoundTypes(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names={})
    kept = (ast.UnaryOp, ast.BinOp, ast.Compare, ast.Call, ast.List, ast.Tuple)
    engine.nodes = {kind: engine.nodes[kind] for kind in kept} | {
        ast.Constant: lambda node: _normal(node.value),
        ast.Name: lambda node: _named(node.id, names),
        ast.BoolOp: lambda node: _logic(node, lambda part: engine.eval(expression, previously_parsed=part)),
    }
    try:
        with localcontext(ARITHMETIC):
            found: object = engine.eval(expression, previously_parsed=tree.body)
            return found
    except DivisionByZero:
        raise BadExpression("算式中除数为零。") from None
    except DecimalException:
        raise BadExpression("算式的结果无法计算，或者数值过大。") from None
    except (InvalidExpression, TypeError, ValueError, KeyError, RecursionError):
        raise BadExpression(f"算式无法计算：「{_short(expression)}」") from None


def check_expression(expression: str, names: Collection[str]) -> str:
    """Return what is wrong with an expression over these names, as a sentence; empty when nothing is."""
    try:
        _parsed(expression)
    except BadExpression as refusal:
        return refusal.sentence
    unknown = sorted(names_in(expression).difference(names))
    return f"算式中的「{unknown[0]}」不是已知的名称。" if unknown else ""


@lru_cache(maxsize=512)
def _parsed(expression: str) -> ast.Expression:
    """Return the tree of an expression that holds nothing but what is allowed. Raises BadExpression."""
    text = " ".join(expression.split())
    if not text:
        raise BadExpression("算式是空的。")
    if len(text) > MOST_CHARS:
        raise BadExpression(f"算式最多 {MOST_CHARS} 个字符，现为 {len(text)} 个。")
    if "\\" in text:
        raise BadExpression("算式中不能有反斜杠。")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression(f"算式写法不对：「{_short(text)}」") from None
    for number, (node, depth) in enumerate(_walk(tree), 1):
        if number > MOST_NODES or depth > MOST_DEPTH:
            raise BadExpression("算式太复杂，请拆开来写。")
        _require_allowed(node)
    return tree


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Yield every node with its depth, without recursion, which a hostile tree could exhaust."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _require_allowed(node: ast.AST) -> None:
    if not isinstance(node, ALLOWED):
        raise BadExpression(
            f"算式中不能使用这种写法（{type(node).__name__}）。可用：比较、加减乘除，以及并且（and）、或者（or）、不（not）、属于（in）。"
        )
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            known = "、".join(f"{said}（{name}）" for name, said in CALLED.items())
            raise BadExpression(f"算式中没有这个函数。可用：{known}。")
        least, most = ARGUMENTS[name]
        if node.keywords or not least <= len(node.args) <= most:
            raise BadExpression(f"函数“{CALLED[name]}”（{name}）的参数个数不对。")
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        raise BadExpression("算式中的常量只能是数字、文字、是（True）或否（False）。")
    if isinstance(node, ast.Constant):
        _normal(node.value)


def _named(name: str, names: Mapping[str, object]) -> object:
    value = names.get(name)
    if value is None:
        raise BadExpression(f"“{name}”没有值，无法计算。", unknown=name)
    return _normal(value)


def _normal(value: object) -> object:
    """Return a value as expressions hold it: any number decimal, rows as a list. Raises BadExpression."""
    match value:
        case bool() | str() | date():
            return value
        case int() | float() | Decimal():
            number = Decimal(str(value))
            if not number.is_finite():
                raise BadExpression("算式中的数字过大。")
            return number
        case list() | tuple() | set() | frozenset():
            return [_normal(item) for item in value]
        case _:
            raise BadExpression("算式中有一个值不是数字、文字、日期或列表。")


def _number(value: object) -> Decimal:
    if not isinstance(value, Decimal):
        raise BadExpression(f"“{_short(str(value))}”不是数字，不能参加计算。")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadExpression(f"“{_short(str(value))}”不是判断，并且（and）、或者（or）、不（not）的两边应是比较。")
    return value


def _logic(node: ast.BoolOp, value_of: Callable[[ast.expr], object]) -> bool:
    wanted = isinstance(node.op, ast.Or)
    return wanted if any(_truth(value_of(part)) is wanted for part in node.values) else not wanted


def _arithmetic(apply: Callable[[Decimal, Decimal], Decimal]) -> Callable[[object, object], Decimal]:
    return lambda left, right: apply(_number(left), _number(right))


def _comparison(apply: Callable[..., object]) -> Callable[[object, object], bool]:
    """Return a comparison of two things of one kind; a text beside a date is read as a date."""

    def compare(left: object, right: object) -> bool:
        if isinstance(left, date) and isinstance(right, str):
            right = _day(right)
        elif isinstance(left, str) and isinstance(right, date):
            left = _day(left)
        if type(left) is not type(right):
            raise BadExpression(f"“{_short(str(left))}”和“{_short(str(right))}”不是同类的值，不能比较。")
        return bool(apply(left, right))

    return compare


def _is_in(item: object, rows: object) -> bool:
    if not isinstance(rows, list | tuple) or isinstance(item, list | tuple):
        raise BadExpression('属于（in）的右边应是列表，例：["甲", "乙"]。')
    return item in rows


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadExpression(f"“{_short(str(value))}”不是日期，应如 2023-03-20。") from None


def _numbers(values: tuple[object, ...]) -> list[Decimal]:
    """Return the arguments of a function as numbers: one list, or the numbers themselves. Raises BadExpression."""
    rows = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
    return [_number(value) for value in rows]


def _least(*values: object) -> Decimal:
    return min(_some(_numbers(values)))


def _most(*values: object) -> Decimal:
    return max(_some(_numbers(values)))


def _some(numbers: list[Decimal]) -> list[Decimal]:
    if not numbers:
        raise BadExpression("列表是空的，没有最大、最小值。")
    return numbers


def _sum(*values: object) -> Decimal:
    return sum(_numbers(values), Decimal(0))


def _round(value: object, digits: object = Decimal(0)) -> Decimal:
    """Round half up (四舍五入), as people do with a pencil."""
    places = _number(digits)
    if places != places.to_integral_value() or not 0 <= places <= MOST_DIGITS:
        raise BadExpression(f"四舍五入（round）的位数应为 0 至 {MOST_DIGITS} 的整数。")
    return _number(value).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


def _length(value: object) -> Decimal:
    if not isinstance(value, list | tuple | str):
        raise BadExpression("个数（len）只能用于列表或文字。")
    return Decimal(len(value))


def _years_between(start: object, end: object) -> Decimal:
    return Decimal(full_years(_day(start), _day(end)))


OPERATORS: Mapping[type[ast.AST], Callable[..., object]] = {
    ast.Add: _arithmetic(operator.add),
    ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _arithmetic(operator.mul),
    ast.Div: _arithmetic(operator.truediv),
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Not: lambda value: not _truth(value),
    ast.Eq: _comparison(operator.eq),
    ast.NotEq: _comparison(operator.ne),
    ast.Lt: _comparison(operator.lt),
    ast.LtE: _comparison(operator.le),
    ast.Gt: _comparison(operator.gt),
    ast.GtE: _comparison(operator.ge),
    ast.In: _is_in,
    ast.NotIn: lambda item, rows: not _is_in(item, rows),
}
FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "abs": lambda value: abs(_number(value)),
    "min": _least,
    "max": _most,
    "round": _round,
    "len": _length,
    "sum": _sum,
    "years_between": _years_between,
}
CALLED: Mapping[str, str] = {
    "abs": "绝对值",
    "min": "最小值",
    "max": "最大值",
    "round": "四舍五入",
    "len": "个数",
    "sum": "合计",
    "years_between": "相隔整年数",
}
"""What people call the functions."""
ARGUMENTS: Mapping[str, tuple[int, int]] = {
    "abs": (1, 1),
    "min": (1, 20),
    "max": (1, 20),
    "round": (1, 2),
    "len": (1, 1),
    "sum": (1, 20),
    "years_between": (2, 2),
}
"""Fewest and most arguments of each function."""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
