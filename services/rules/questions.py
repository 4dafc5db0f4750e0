"""The self-check as a page shows it: what an applicant answers, what it signs, what is read from its own data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.definition import Definition, Field, FieldKind, Force, Operator, Rule
from domain.expressions import BadExpression, names_in
from domain.forms import number_of, unit_of
from domain.forms.scalars import NUMBERS, normal
from domain.rules import FACTS, applies, identifier
from domain.rules.comparing import subject_of
from domain.rules.facts import STATEMENTS
from domain.rules.subjects import Subject, declared_with, subjects

Choices = tuple[tuple[str, str], ...]


class QuestionKind(StrEnum):
    """How a question is answered: typed or chosen, signed with yes, or by itself from the organisation's own data."""

    ANSWER = "answer"
    SIGNED = "signed"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the self-check, asked once however many rules need it.

    key: under which `self_check` takes the answer. field: the form's field that it is later asked by, for its input;
    None for other facts. choices: (value, what it is called), empty where something is typed.
    rules: those that it serves; it need only be asked while one of them applies to the chosen sub-type and modes.
    """

    key: str
    kind: QuestionKind
    label: str
    rules: tuple[Rule, ...]
    field: Field | None = None
    choices: Choices = ()

    @property
    def is_number(self) -> bool:
        """Tell whether a number is typed."""
        return self.field is not None and self.field.kind in NUMBERS

    @property
    def unit(self) -> str:
        """Return the unit that stands beside the input: the field's own, else the one of a condition; "" for none."""
        if self.field is None:
            return ""
        stated = (rule.unit for rule in self.rules if self.is_number and subject_of(rule) == self.key and rule.unit)
        return unit_of(self.field) or next(stated, "")

    def problem(self, answer: str) -> str:
        """Return what is wrong with an answer that no condition can be held against, "" when nothing is."""
        if self.field is None or not self.is_number or not answer.strip():
            return ""
        is_read = number_of(normal(self.field, answer)) is not None
        return "" if is_read else f"请填写数字{f'，单位为{self.unit}' if self.unit else ''}"


def questions(definition: Definition, category: str) -> tuple[Question, ...]:
    """Return the questions of a category's self-check: first what decides which rules apply, then by rule.

    What an officer judges is not asked. Raises KeyError for a category that the batch does not have.
    """
    rules = [
        rule
        for rule in definition.rules
        if (not rule.categories or category in rule.categories) and rule.force is not Force.CHECK
    ]
    form = declared_with(definition, category)
    known = subjects(form, definition.year, definition.modes_of(category)) if form is not None else {}
    asked: dict[str, list[Rule]] = {}
    for rule in rules:
        for key in (*_deciding(rule), *_named(rule, known)):
            asked.setdefault(key, []).append(rule)
    ordered = sorted(asked, key=lambda key: key not in {"subtype", "modes"})
    found = (_question(definition, category, key, tuple(asked[key]), known.get(key)) for key in ordered)
    return tuple(question for question in found if question is not None)


def asked_for(
    questions: Iterable[Question], category: str, subtype: str, modes: Iterable[str]
) -> tuple[Question, ...]:
    """Return the questions that concern this choice of sub-type and modes."""
    chosen = tuple(modes)
    return tuple(
        question
        for question in questions
        if question.key in {"subtype", "modes"}
        or any(applies(rule, category, subtype, chosen) for rule in question.rules)
    )


def _deciding(rule: Rule) -> Iterator[str]:
    if rule.subtypes:
        yield "subtype"
    if rule.modes:
        yield "modes"


def _named(rule: Rule, known: dict[str, Subject]) -> Iterator[str]:
    """Yield the facts and leaves that a rule needs an answer for."""
    if rule.operator is not Operator.EXPRESSION:
        yield subject_of(rule)
        return
    try:
        names = names_in(rule.expression)
    except BadExpression:
        return
    yield from (path for path in (*FACTS, *known) if identifier(path) in names)


def _question(
    definition: Definition, category: str, key: str, rules: tuple[Rule, ...], subject: Subject | None
) -> Question | None:
    if key.startswith(STATEMENTS):
        return Question(key, QuestionKind.SIGNED, rules[0].question or rules[0].clause, rules)
    own = definition.category(category)
    if key == "subtype":
        choices = tuple((item.key, item.name) for item in own.subtypes)
        return Question(key, QuestionKind.ANSWER, own.subtype_label or FACTS[key].label, rules, None, choices)
    if key == "modes":
        choices = tuple((mode.key, mode.name) for mode in definition.modes_of(category))
        return Question(key, QuestionKind.ANSWER, FACTS[key].label, rules, None, choices)
    if key == "unit":
        choices = tuple((unit.code, unit.name) for unit in definition.units)
        return Question(key, QuestionKind.ANSWER, FACTS[key].label, rules, None, choices)
    if key in FACTS:
        is_asked = key != "category"
        return Question(key, QuestionKind.PROFILE, FACTS[key].label, rules) if is_asked else None
    if subject is None:
        return None
    field = subject.field
    offered = field.choices
    if field.kind is FieldKind.COMMITMENT:
        return Question(key, QuestionKind.SIGNED, field.text or field.label, rules, field)
    return Question(key, QuestionKind.ANSWER, subject.label, rules, field, tuple((item, item) for item in offered))
