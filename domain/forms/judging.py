"""One leaf judged: its normal form, and the sentence about what is wrong with it."""

from collections.abc import Mapping

from domain.definition import Field, FieldKind
from domain.forms.leaves import CHOOSING, Aspect, Leaf
from domain.forms.scalars import SEVERAL, exclusive_problem, is_date, normal, normal_date, problem, too_long
from domain.forms.setting import Setting
from domain.forms.texts import PLAIN_MAX, half_width
from domain.forms.wording import PROMISED


def options_of(field: Field, setting: Setting) -> Mapping[str, str]:
    """Return what may be chosen and what people call it, in order; empty for a kind without choices."""
    if field.kind is FieldKind.MODES:
        return {mode.key: mode.name for mode in setting.modes}
    return {choice: choice for choice in field.choices}


def leaf_normal(leaf: Leaf, text: str, setting: Setting) -> str:
    """Return a composed text in the normal form of its leaf."""
    if leaf.aspect is Aspect.DATE:
        return normal_date(half_width(text))
    if leaf.aspect is not Aspect.VALUE:
        return text
    if leaf.field.kind is FieldKind.COMMITMENT:
        return text if text == PROMISED else ""
    return normal(leaf.field, text, options_of(leaf.field, setting) if leaf.field.kind in SEVERAL else ())


def leaf_problem(leaf: Leaf, value: str, setting: Setting, *, is_final: bool) -> str:
    """Return what is wrong with a value in normal form, "" when nothing is; only a final one may not be empty."""
    if not value:
        return _missing(leaf) if is_final and leaf.is_required else ""
    field, label = leaf.field, leaf.label
    match leaf.aspect:
        case Aspect.PART:
            return _part_problem(leaf, value, is_final=is_final)
        case Aspect.DATE:
            return _signed_problem(value, label, setting)
        case Aspect.OTHER | Aspect.NAME:
            sentence = too_long(value, field.max_chars or PLAIN_MAX, label)
            return sentence or (f"{label}只能填写一行" if "\n" in value else "")
        case _:
            pass
    if field.kind is FieldKind.COMMITMENT:
        return ""
    if field.kind not in SEVERAL:
        return problem(field, value, label)
    options = options_of(field, setting)
    chosen = value.split("\n")
    return (
        problem(field, value, label, options)
        or exclusive_problem(field, chosen, dict(options))
        or (_too_few(field, len(chosen), label) if is_final else "")
    )


def _missing(leaf: Leaf) -> str:
    if leaf.aspect is Aspect.VALUE and leaf.field.kind is FieldKind.COMMITMENT:
        return f"请勾选{leaf.label}"
    verb = "选择" if leaf.aspect is Aspect.VALUE and leaf.field.kind in CHOOSING else "填写"
    return f"请{verb}{leaf.label}"


def _part_problem(leaf: Leaf, value: str, *, is_final: bool) -> str:
    part = leaf.part
    if part is None:
        return ""
    sentence = too_long(value, part.max_chars, leaf.label)
    if sentence or not is_final or part.min_chars is None or len(value) >= part.min_chars:
        return sentence
    return f"{leaf.label}至少 {part.min_chars} 字，现为 {len(value)} 字"


def _signed_problem(value: str, label: str, setting: Setting) -> str:
    if not is_date(value):
        return "日期格式不对，应如 2023-03-20"
    return f"{label}不能晚于今天（{setting.on.isoformat()}）" if value > setting.on.isoformat() else ""


def _too_few(field: Field, chosen: int, label: str) -> str:
    if field.min_choices is None or chosen >= field.min_choices:
        return ""
    return f"{label}至少选 {field.min_choices} 项，现选了 {chosen} 项"
