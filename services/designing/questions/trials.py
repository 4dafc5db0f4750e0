"""A check across fields or a computed value tried on sample answers, before it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.definition import Field, Form
from domain.expressions import BadExpression, names_in
from domain.forms.expressions import as_name
from services.expressions import evaluate

MOST_NAMES = 30
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Trial:
    """What an expression gives. names: label and sample by name. sentence: the result in words; tone: done, warn."""

    names: Mapping[str, tuple[str, str]]
    sentence: str
    tone: str


def tried(
    form: Form, expression: str, within: Field | None, given: Mapping[str, str], answers: Mapping[str, str]
) -> Trial:
    """Try an expression. given: typed values by name; answers: sample answers by leaf, for names without one."""
    if not expression.strip():
        return Trial({}, "填写算式后可以在这里试算。", "none")
    try:
        names = sorted(names_in(expression))[:MOST_NAMES]
    except BadExpression as wrong:
        return Trial({}, str(wrong), "warn")
    labels, sampled = _known(form, within, answers)
    shown = {name: (labels.get(name, ""), given.get(name, sampled.get(name, ""))) for name in names}
    strange = [name for name in names if name not in labels]
    if strange:
        return Trial(shown, f"表中没有这样的项：{'、'.join(strange)}", "warn")
    if any(not text.strip() for _, text in shown.values()):
        return Trial(shown, "有一项没有值：这时不作核对。", "none")
    try:
        found = evaluate(expression, {name: _typed(text) for name, (_, text) in shown.items()})
    except (BadExpression, ArithmeticError) as wrong:
        return Trial(shown, str(wrong), "warn")
    if isinstance(found, bool):
        return Trial(shown, "成立：核对通过。", "done") if found else Trial(shown, "不成立：将显示提示语。", "warn")
    return Trial(shown, f"结果：{found}", "done")


def _typed(text: str) -> object:
    plain = text.strip()
    if "、" in plain:
        return [_typed(part) for part in plain.split("、") if part.strip()]
    return Decimal(plain) if NUMBER.fullmatch(plain) else plain


def _known(form: Form, within: Field | None, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return labels and samples of what an expression may name: the row's own first, then plain fields, columns."""
    labels: dict[str, str] = {}
    found: dict[str, str] = {}
    columns: dict[str, list[str]] = {}
    for path, text in answers.items():
        found[as_name(path)] = text.replace("\n", "、")
        steps = path.split(".")
        if len(steps) == 3 and steps[1].isdecimal():
            columns.setdefault(as_name(f"{steps[0]}.{steps[2]}"), []).append(text)
    found |= {name: "、".join(texts) for name, texts in columns.items()}
    for field in form.all_fields:
        labels[as_name(field.key)] = field.label
        for inner in field.fields:
            labels[as_name(f"{field.key}.{inner.key}")] = f"{field.label} › {inner.label}"
    for path in answers:
        top = form.field(path.partition(".")[0])
        labels.setdefault(as_name(path), top.label if top is not None else path)
    for inner in within.fields if within is not None else ():
        labels[as_name(inner.key)] = inner.label
        own = [text for path, text in answers.items() if within and _is_cell(path, within.key, inner.key)]
        found[as_name(inner.key)] = own[0] if own else ""
    return labels, found


def _is_cell(path: str, table: str, key: str) -> bool:
    steps = path.split(".")
    return len(steps) == 3 and steps[0] == table and key in {steps[1], steps[2]}
