"""What several leaves must meet together: how many rows, what columns add up to, the length of a guided text."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from domain.definition import Field, FieldKind, Form
from domain.errors import Problem
from domain.forms.leaves import MOST_ROWS, Leaf, fewest_rows
from domain.forms.numbers import exact, number_of, plain_text, unit_of


def of_rows(
    nested: Mapping[str, list[Leaf]], rows: Mapping[str, list[int]], values: Mapping[str, str], *, is_final: bool
) -> Iterator[Problem]:
    """Yield what is wrong with repeating rows as a whole.

    nested: the leaves asked in each field of rows, blank rows included. rows: numbers of the filled rows.
    """
    for key, cells in nested.items():
        field, typed = cells[0].within, rows.get(key, [])
        if field is None or field.kind is not FieldKind.ROWS:
            continue
        fewest, most = fewest_rows(field, len(typed)), field.max_rows or MOST_ROWS
        if is_final and len(typed) < fewest:
            first = next(leaf.path for leaf in cells if leaf.row not in typed)
            yield Problem(first, "", f"{field.label}至少填写 {fewest} 行，现为 {len(typed)} 行")
        if len(typed) > most:
            first = next(leaf.path for leaf in cells if leaf.row == typed[most])
            yield Problem(first, "", f"{field.label}最多 {most} 行，现为 {len(typed)} 行")
        for column in field.fields:
            yield from _sum(field, column, typed, values)


def _sum(field: Field, column: Field, typed: list[int], values: Mapping[str, str]) -> Iterator[Problem]:
    limit = exact(column.at_most)
    if limit is None:
        return
    paths = [f"{field.key}.{number}.{column.key}" for number in typed]
    numbers = {path: number for path in paths if (number := number_of(values.get(path, ""))) is not None}
    total = sum(numbers.values(), Decimal(0))
    if total > limit:
        unit = unit_of(column)
        sentence = f"{column.label}合计不能超过 {plain_text(limit)}{unit}，现为 {plain_text(total)}{unit}"
        yield Problem(list(numbers)[-1], plain_text(total), sentence)


def of_outlines(asked: list[Leaf], values: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the guided texts whose parts are too long together."""
    parts: dict[str, list[Leaf]] = {}
    for leaf in asked:
        if leaf.part is not None and leaf.field.max_chars is not None:
            parts.setdefault(leaf.field.key, []).append(leaf)
    for written in parts.values():
        field = written[0].field
        total, most = sum(len(values.get(leaf.path, "")) for leaf in written), field.max_chars or 0
        if total > most:
            yield Problem(written[0].path, "", f"{field.label}合计最多 {most} 字，现为 {total} 字")


def of_alternatives(form: Form, asked: list[Leaf], values: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the groups of which nothing is filled in; a group that is hidden as a whole asks nothing."""
    labels = {leaf.path: leaf.label for leaf in asked}
    for group in form.one_of:
        shown = [key for key in group if key in labels]
        if shown and not any(values.get(key) for key in shown):
            yield Problem(shown[0], "", f"请至少填写一项：{'、'.join(labels[key] for key in shown)}")
