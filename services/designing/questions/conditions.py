"""When something is shown: on which answers of which questions it may depend, and what was chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.definition import Definition, Field, FieldKind, Form, ShownWhen
from domain.errors import Invalid, Problem
from domain.quoting import quoted

ASKING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.MODES, FieldKind.COMMITMENT})


@dataclass(frozen=True, slots=True)
class Condition:
    """A question on which something may depend. answers: what may be chosen there, with its label."""

    key: str
    label: str
    answers: Mapping[str, str]


def conditions(definition: Definition, form: Form, path: str, now: ShownWhen | None) -> list[Condition]:
    """Return the questions above a place, and the one on which it depends already wherever that stands."""
    found = []
    for field in _above(form, path):
        answers = _answers(definition, field)
        if answers:
            found.append(Condition(field.key, field.label, answers))
    if now is None:
        return found
    chosen = {value: value for value in now.any_of}
    known = next((one for one in found if one.key == now.field), None)
    if known is None:
        asked = form.field(now.field)
        answers = _answers(definition, asked) if asked is not None else {}
        label = asked.label if asked is not None else f"{now.field}（已不存在）"
        return [*found, Condition(now.field, label, {**chosen, **answers})]
    gone = {value: f"{value}（已不存在）" for value in chosen if value not in known.answers}
    return [Condition(one.key, one.label, {**one.answers, **gone}) if one is known else one for one in found]


def _above(form: Form, path: str) -> Sequence[Field]:
    """Return the questions that stand before a place; of a section, those before its own."""
    steps = path.split(".")
    found: list[Field] = []
    for field in form.fields:
        if steps[:2] == ["fields", field.key]:
            return found
        found.append(field)
    for section in form.sections:
        is_here = steps[:2] == ["sections", section.key]
        for field in section.fields:
            if is_here and (len(steps) == 2 or steps[3] == field.key):
                return found
            found.append(field)
        if is_here:
            return found
    return found


def _answers(definition: Definition, field: Field) -> Mapping[str, str]:
    if field.kind not in ASKING:
        return {}
    if field.kind is FieldKind.MODES:
        return {mode.key: mode.name for mode in definition.offered_modes}
    if field.kind is FieldKind.COMMITMENT:
        return {"yes": "已承诺"}
    return {choice: choice for choice in field.choices}


def chosen(
    offered: Sequence[Condition], field: str, answers: Callable[[str], Sequence[str]]
) -> dict[str, Any] | None:
    """Return the condition that was chosen, as in JSON; None for "always".

    field: key of the question, "" for none. answers: gives what was ticked for a question.
    Raises Invalid for a question that is not offered, or without an answer.
    """
    if not field:
        return None
    known = next((one for one in offered if one.key == field), None)
    if known is None:
        raise Invalid([Problem("when", field, "显示条件请从列出的各项中选择")])
    ticked = [value for value in known.answers if value in set(answers(field))]
    if not ticked:
        raise Invalid([Problem("when", field, f"请勾选{quoted(known.label)}选什么时显示", "至少勾选一个")])
    return {"field": field, "any_of": ticked}
