"""What the rules need of an evaluator of expressions; the evaluator itself lives in `services/expressions.py`."""

import ast
from collections.abc import Callable, Mapping

from domain.errors import RuleBroken

Evaluate = Callable[[str, Mapping[str, object]], object]
"""Return the value of an expression over names. Raises BadExpression for one that cannot be read or computed."""


class BadExpression(RuleBroken):
    """An expression cannot be read, names something unknown, or cannot be computed with the values at hand."""

    code = "bad_expression"


def names_in(expression: str) -> frozenset[str]:
    """Return the names that an expression needs, without those of the functions it calls. Raises BadExpression.

    Says nothing on whether the expression may be computed; only the evaluator knows that.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(f"算式写法有误：{expression[:80]}") from error
    nodes = list(ast.walk(tree))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called)
