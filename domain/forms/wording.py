"""How answers read to people: names of modes instead of keys, a list in one line, a unit behind a number."""

from collections.abc import Sequence

from domain.definition import Field, FieldKind, Mode
from domain.forms.leaves import Aspect, Leaf
from domain.forms.numbers import number_of, unit_of
from domain.forms.scalars import NUMBERS, SEVERAL

PROMISED = "yes"


def shown_text(leaf: Leaf, value: str, modes: Sequence[Mode]) -> str:
    """Return what a leaf's value reads like: "供应链管理、信息增值服务", "1200 万元", "已承诺"."""
    field = leaf.field
    if leaf.aspect is not Aspect.VALUE or not value:
        return value
    if field.kind is FieldKind.COMMITMENT:
        return "已承诺" if value == PROMISED else value
    if field.kind in SEVERAL:
        names = {mode.key: mode.name for mode in modes} if field.kind is FieldKind.MODES else {}
        return "、".join(names.get(line, line) for line in value.split("\n"))
    if field.kind in NUMBERS and unit_of(field) and number_of(value) is not None:
        gap = "" if field.kind in {FieldKind.PERCENT, FieldKind.YEAR} else " "
        return f"{value}{gap}{unit_of(field)}"
    return value


def combined_label(field: Field, chosen: Sequence[str]) -> str:
    """Return what several chosen modes together are called ("综合型"); "" for a single one or without such a word."""
    return field.combined if len(chosen) > 1 else ""
