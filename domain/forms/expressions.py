"""What a form computes and cross-checks: values from other answers, and checks over fields, years and rows.

An expression is only asked when every name in it has a value, and then sees numbers as Decimal, several choices as a
list of text, everything else as text. A name is a leaf with "." and "-" written "_" ("name", "staff_total_2022"), or
a column of repeating rows, whose values come as a list ("investors_share").
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from domain.definition import Check, Field, FieldKind, Form, Strength
from domain.errors import Problem
from domain.expressions import BadExpression, names_in
from domain.forms.leaves import Aspect, Leaf
from domain.forms.numbers import MOST_DIGITS, decimals_of, number_of, plain_text
from domain.forms.scalars import NUMBERS, SEVERAL
from domain.forms.setting import Setting

Place = tuple[str, str]
"""Where an expression is asked: the start and the end of its leaves around a key."""
MOST = Decimal(10) ** MOST_DIGITS
TOP: Place = ("", "")


@lru_cache(maxsize=1024)
def _names(expression: str) -> frozenset[str] | None:
    try:
        return names_in(expression)
    except BadExpression:
        return None


def as_name(path: str) -> str:
    """Return how a key or leaf is written in an expression."""
    return path.replace(".", "_").replace("-", "_")


class Values:
    """The answers of a form as expressions see them; a value with a problem counts as empty."""

    def __init__(self, setting: Setting, asked: list[Leaf], values: dict[str, str], wrong: set[str]) -> None:
        self.setting, self.values, self.wrong = setting, values, wrong
        self.asked = {leaf.path: leaf for leaf in asked}
        self.tops = {as_name(path): path for path in self.asked}
        self.columns: dict[str, list[str]] = {}
        for leaf in asked:
            if leaf.within is not None and leaf.row is not None and leaf.aspect is Aspect.VALUE:
                self.columns.setdefault(as_name(f"{leaf.within.key}.{leaf.field.key}"), []).append(leaf.path)
        self._nested: dict[str, dict[str, str]] = {}

    def result(self, expression: str, within: Field | None = None, place: Place = TOP) -> object | None:
        """Return what an expression gives; None when a name in it is empty, or it cannot be computed."""
        names = _names(expression)
        if names is None:
            return None
        known: dict[str, object] = {}
        for name in names:
            value = self._typed(self._path(name, within, place))
            value = self._column(name) if value is None else value
            if value is None:
                return None
            known[name] = value
        try:
            return self.setting.evaluate(expression, known)
        except (BadExpression, ArithmeticError):
            return None

    def _path(self, name: str, within: Field | None, place: Place) -> str:
        if within is not None:
            if within.key not in self._nested:
                self._nested[within.key] = {as_name(field.key): field.key for field in within.fields}
            key = self._nested[within.key].get(name)
            if key is not None:
                return f"{place[0]}{key}{place[1]}"
        return self.tops.get(name, "")

    def _typed(self, path: str) -> object | None:
        leaf, text = self.asked.get(path), self.values.get(path, "")
        if leaf is None or not text or path in self.wrong:
            return None
        if leaf.aspect is not Aspect.VALUE:
            return text
        if leaf.field.kind in NUMBERS:
            return number_of(text)
        return text.split("\n") if leaf.field.kind in SEVERAL else text

    def _column(self, name: str) -> list[object] | None:
        found = (self._typed(path) for path in self.columns.get(name, ()))
        return [value for value in found if value is not None] or None


def place_of(leaf: Leaf) -> Place:
    """Return where the expression of a nested leaf is asked."""
    if leaf.within is None:
        return TOP
    if leaf.year is not None:
        return f"{leaf.within.key}.", f".{leaf.year}"
    return f"{leaf.within.key}.{leaf.row}.", ""


def compute(known: Values, asked: list[Leaf]) -> None:
    """Put the computed values among the answers, in the order of the form; one that cannot be computed is empty."""
    for leaf in asked:
        if leaf.field.computed:
            found = known.result(leaf.field.computed, leaf.within, place_of(leaf))
            known.values[leaf.path] = _text(leaf.field, found)


def _text(field: Field, found: object | None) -> str:
    if isinstance(found, bool) or found is None:
        return ""
    if not isinstance(found, (int, float, Decimal)):
        return str(found)
    number = Decimal(str(found))
    if not number.is_finite() or abs(number) >= MOST:
        return ""
    if field.kind in NUMBERS:
        number = number.quantize(Decimal(1).scaleb(-decimals_of(field)), ROUND_HALF_UP)
    return plain_text(number)


def broken(form: Form, known: Values) -> Iterator[tuple[Strength, Problem]]:
    """Yield what the form's checks find, each with its strength."""
    rows = _row_numbers(known.asked)
    for check in form.checks:
        within = form.field(check.table) if check.table else None
        if within is None:
            if not check.table:
                yield from _asked(check, known, None, TOP, "")
        elif within.kind is FieldKind.TABLE:
            for year in (known.setting.year + offset for offset in within.years):
                yield from _asked(check, known, within, (f"{within.key}.", f".{year}"), f"{year} 年：")
        else:
            for position, number in enumerate(rows.get(within.key, []), start=1):
                place = (f"{within.key}.{number}.", "")
                yield from _asked(check, known, within, place, f"第 {position} 行：")


def _row_numbers(asked: Mapping[str, Leaf]) -> dict[str, list[int]]:
    found: dict[str, dict[int, None]] = {}
    for leaf in asked.values():
        if leaf.within is not None and leaf.row is not None:
            found.setdefault(leaf.within.key, {})[leaf.row] = None
    return {key: list(numbers) for key, numbers in found.items()}


def _asked(
    check: Check, known: Values, within: Field | None, place: Place, lead: str
) -> Iterator[tuple[Strength, Problem]]:
    found = known.result(check.expression, within, place)
    if found is None or found:
        return
    path = f"{place[0]}{check.fields[0]}{place[1]}" if check.fields else ""
    yield check.strength, Problem(path, known.values.get(path, "")[:80], f"{lead}{check.sentence}")
