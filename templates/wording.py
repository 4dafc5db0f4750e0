"""What a text that a person words may say: values, conditions, lists, and nothing that computes.

The sandbox keeps a template from reaching the program, but not from hanging it: `10 ** 10 ** 9`, a filter that pads
to a milliard characters, or three loops inside each other stop a sender for good. So a text is read first, and
whatever is not listed here is refused with its line.
"""

from collections.abc import Iterator

from jinja2 import nodes

DEEPEST = 40
MOST_LOOPS = 20
LONGEST_SEPARATOR = 20
PARTIALS = frozenset({"_contacts.txt", "en/_contacts.txt"})
FILTERS = frozenset({"count", "default", "first", "join", "last", "length", "lower", "trim", "upper"})
TESTS = frozenset({"defined", "undefined", "none"})
PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Const,
)
PLACES = (nodes.Name, nodes.Getattr)
"""What a loop may run over: a value of the context. Its length is known; that of anything made up here is not."""


def refusals(tree: nodes.Template) -> Iterator[str]:
    """Yield a sentence for each thing in a text that is not allowed there."""
    loops = 0
    waiting: list[tuple[nodes.Node, int, tuple[nodes.For, ...]]] = [(tree, 0, ())]
    while waiting:
        node, depth, around = waiting.pop()
        loops += isinstance(node, nodes.For)
        if depth > DEEPEST or loops > MOST_LOOPS:
            yield f"第 {node.lineno} 行：嵌套过深或循环过多"
            return
        because = _refused_because(node, around)
        if because:
            yield f"第 {node.lineno} 行：{because}"
            continue
        inside = (*around, node) if isinstance(node, nodes.For) else around
        waiting.extend((child, depth + 1, inside) for child in node.iter_child_nodes())


def _refused_because(node: nodes.Node, around: tuple[nodes.For, ...]) -> str:
    because = ""
    match node:
        case nodes.Getattr(attr=str(name)) | nodes.Getitem(arg=nodes.Const(value=str(name))) | nodes.Name(name=name):
            because = f"不能使用“{name}”" if name.startswith("_") or name == "self" else ""
        case nodes.Filter(name=str(name)):
            because = _filter_refused_because(node, name)
        case nodes.Test(name=str(name)):
            because = "" if name in TESTS else f"不能使用判断“{name}”"
        case nodes.For():
            because = _loop_refused_because(node, around)
        case nodes.Include(template=nodes.Const(value=str(name))):
            because = "" if name in PARTIALS and not around else f"这里不能引用“{name}”"
        case _ if not isinstance(node, PLAIN) and not _is_position(node):
            because = f"只能写取值、条件和列表，不能使用“{type(node).__name__}”"
    return because


def _is_position(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int)


def _filter_refused_because(node: nodes.Filter, name: str) -> str:
    if name not in FILTERS:
        return f"不能使用过滤器“{name}”"
    if name == "join":
        separators = [arg.value for arg in node.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        is_short = len(separators) == len(node.args) and all(len(text) <= LONGEST_SEPARATOR for text in separators)
        if not is_short or node.kwargs or not isinstance(node.node, PLACES):
            return f"过滤器“join”只能用于一个列表，分隔符为不超过 {LONGEST_SEPARATOR} 字的固定文字"
    return ""


def _loop_refused_because(node: nodes.For, around: tuple[nodes.For, ...]) -> str:
    if not isinstance(node.iter, PLACES) or not isinstance(node.target, nodes.Name) or node.recursive:
        return "循环只能逐项列出一个列表"
    if around and _root(node.iter) not in {
        loop.target.name for loop in around if isinstance(loop.target, nodes.Name)
    }:
        return "循环中只能再列出该项自己的列表"
    return ""


def _root(place: nodes.Expr) -> str:
    while isinstance(place, nodes.Getattr):
        place = place.node
    return place.name if isinstance(place, nodes.Name) else ""
