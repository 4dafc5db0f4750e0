"""Bars for Python: lengths, clocks, the purity of domain, markup, tests that prove nothing."""

import ast
import sys
from collections.abc import Callable, Iterator

from scripts.bars.finding import Bar, Finding, Source

MODULE_LINES = 300
FUNCTION_LINES = 40
ARGUMENTS = 6

DOORS = frozenset({"web", "admin", "portal", "api", "flows", "linxuan"})
READS_CLOCK = DOORS | {"bench", "tests", "scripts", "docs"}
PROOF = frozenset({"tests", "bench"})

CLOCKS = frozenset(
    {
        *((owner, name) for owner in ("datetime", "date") for name in ("now", "utcnow", "today")),
        *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime")),
        *(("func", name) for name in ("now", "current_timestamp", "current_date", "localtimestamp")),
    }
)
CORE = frozenset({"text", "table", "Table", "column", "Column", "MetaData", "TextClause", "literal_column"})
ASSERTING = ("assert", "expect", "raises", "warns")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Source, ast.Module], Iterator[Finding]]


def check_python(source: Source) -> Iterator[Finding]:
    """Yield what a Python file breaks."""
    tree = ast.parse(source.text, str(source.path))
    for rule in RULES:
        yield from rule(source, tree)


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _is_migration(source: Source) -> bool:
    return source.path.is_relative_to("models/migrations/versions")


def _module_length(source: Source, tree: ast.Module) -> Iterator[Finding]:
    length = len(source.lines)
    if length > MODULE_LINES and not _is_migration(source):
        yield source.finding(0, Bar.MODULE_LENGTH, f"{length} lines, {MODULE_LINES} allowed")


def _function_length(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room in PROOF or _is_migration(source):
        return
    for function in _functions(tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES:
            sentence = f"{function.name} has {length} lines, {FUNCTION_LINES} allowed"
            yield source.finding(function.lineno, Bar.FUNCTION_LENGTH, sentence)


def _arguments(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room in PROOF:
        return
    for function in _functions(tree):
        args = function.args
        names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
        count = len(names) - (names[:1] in (["self"], ["cls"]))
        if count > ARGUMENTS:
            sentence = f"{function.name} takes {count} arguments, {ARGUMENTS} allowed"
            yield source.finding(function.lineno, Bar.ARGUMENTS, sentence)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _clock(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room in READS_CLOCK:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in CLOCKS:
            sentence = f"{_last_name(node.value)}.{node.attr} reads a clock; take `now` as an argument"
            yield source.finding(node.lineno, Bar.CLOCK, sentence)


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module


def _pure(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room != "domain":
        return
    for line, module in _imported(tree):
        top = module.partition(".")[0]
        if top != "domain" and top not in sys.stdlib_module_names:
            yield source.finding(line, Bar.PURE, f"{module} is not of the standard library")


def _core_in_door(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room not in DOORS:
        return
    advice = "goes past the reader's scope; ask a service"
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "sqlalchemy":
                for alias in names:
                    if alias.name in CORE:
                        yield source.finding(node.lineno, Bar.CORE_IN_DOOR, f"{alias.name} {advice}")
            case ast.Attribute(attr="__table__") | ast.Attribute(attr="exec_driver_sql"):
                yield source.finding(node.lineno, Bar.CORE_IN_DOOR, f"{node.attr} {advice}")
            case ast.Attribute(value=ast.Name(id="sqlalchemy" | "sa"), attr=name) if name in CORE:
                yield source.finding(node.lineno, Bar.CORE_IN_DOOR, f"{name} {advice}")


def _markup(source: Source, tree: ast.Module) -> Iterator[Finding]:
    sentence = 'Markup of a value; write Markup("<b>{}</b>").format(value), which escapes it'
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        if _last_name(call.func) == "Markup" and not all(isinstance(arg, ast.Constant) for arg in call.args):
            yield source.finding(call.lineno, Bar.MARKUP, sentence)


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _last_name(node.func).lstrip("_").startswith(ASSERTING)
    return isinstance(node, ast.Assert)


def _no_assertion(source: Source, tree: ast.Module) -> Iterator[Finding]:
    if source.room != "tests" or not source.path.name.startswith("test_"):
        return
    for function in _functions(tree):
        if function.name.startswith("test_") and not any(map(_is_assertion, ast.walk(function))):
            yield source.finding(function.lineno, Bar.NO_ASSERTION, f"{function.name} asserts nothing")


RULES: tuple[Rule, ...] = (
    _module_length,
    _function_length,
    _arguments,
    _clock,
    _pure,
    _core_in_door,
    _markup,
    _no_assertion,
)
