"""What may be chosen where a field points at other parts of the definition."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.definition import NESTED, Definition, Field, FieldKind, Form, Stage
from domain.rules.facts import FACTS, ORGANISATION_KINDS
from domain.rules.subjects import Subject, declared_with, subjects
from services.definitions.names import EXPORTED, PROFILE, Names
from services.definitions.words import choice, choice_help
from services.designing.asking.describing import Described, Kind, Target

GONE = "（已不存在）"
PROFILED = "（登记信息）"
"""Tells what is known of every case from an answer of the form that is called the same."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen. hint: what it means, "" where its label says enough."""

    value: str
    label: str
    hint: str = ""


def options(names: Names, field: Described, within: Sequence[object], value: object) -> list[Option]:
    """Return what may be chosen in a field, what is chosen first when there may be several, in its order.

    within: what the field stands in, from the root on. value: what stands there; a key that points at nothing any
    more is kept among the options, so that a page never drops it silently.
    """
    if field.choices is not None:
        found = [Option(member.value, choice(member), choice_help(member)) for member in field.choices]
    elif field.target is not None:
        found = [Option(key, label or key) for key, label in offered(names, field.target, within).items()]
    else:
        return []
    if field.is_suggested:
        return found
    chosen = value if isinstance(value, list) else [value] if value else []
    known = {option.value for option in found}
    gone = [Option(str(key), f"{key}{GONE}") for key in chosen if str(key) not in known]
    if field.kind not in {Kind.CHOICES, Kind.REFERENCES}:
        return [*found, *gone]
    by_value = {option.value: option for option in [*found, *gone]}
    return [by_value[str(key)] for key in chosen] + [one for one in found if one.value not in chosen]


def offered(names: Names, target: Target, within: Sequence[object]) -> Mapping[str, str]:
    """Return what a target offers, by key."""
    form = next((one for one in reversed(within) if isinstance(one, Form)), None)
    match target:
        case Target.APPLICANTS:
            return ORGANISATION_KINDS
        case Target.PROFILE:
            return PROFILE
        case Target.EXPORTED:
            return {**EXPORTED, **names.facts}
        case Target.FIELDS | Target.TABLES | Target.LEAVES:
            return _of_form(names, target, form) if form is not None else {}
        case Target.CHOICES:
            asked = next((one for one in reversed(within) if isinstance(one, Field)), None)
            return _of_question(names, asked) if asked is not None else {}
        case Target.FACTS:
            return _judged(names.definition)
        case Target.LADDERS:
            return {key: label or key for key, label in names.ladders.items()}
        case _:
            found: Mapping[str, str] = getattr(names, target.value)
            # A stage does not follow itself.
            own = {one.key for one in within if isinstance(one, Stage)} if target is Target.STAGES else set()
            return {key: label for key, label in found.items() if key not in own}


def meant(found: Sequence[Option], text: str) -> str:
    """Return the value of the only option that is called so; the text itself where it is a value, or none is."""
    called = [option.value for option in found if option.label == text]
    is_value = any(option.value == text for option in found)
    return called[0] if len(called) == 1 and not is_value else text


def _judged(definition: Definition) -> dict[str, str]:
    """Return what a rule may judge: each answer of the forms that cases are declared with once, then the facts."""
    declared = [declared_with(definition, category.key) for category in definition.categories]
    forms = {form.key: form for form in declared if form is not None} or {form.key: form for form in definition.forms}
    found = [(form, one) for form in forms.values() for one in _answers(definition, form)]
    times = Counter(one.label for _, one in found)
    answers = {one.path: f"{one.label}{f'（{form.title}）' if times[one.label] > 1 else ''}" for form, one in found}
    facts = {
        path: f"{fact.label}{PROFILED}" if fact.label in times else fact.label
        for path, fact in FACTS.items()
        if path not in answers
    }
    return answers | facts


def _answers(definition: Definition, form: Form) -> Iterator[Subject]:
    """Yield the answers of a form, a cell by its relative year, so that next year's batch means next year's."""
    found = subjects(form, definition.year, definition.offered_modes).values()
    yield from {one.place: one for one in found if one.is_value}.values()


def _of_question(names: Names, asked: Field) -> Mapping[str, str]:
    return names.modes if asked.kind is FieldKind.MODES else {text: text for text in asked.choices}


def _of_form(names: Names, target: Target, form: Form) -> Mapping[str, str]:
    if target is Target.LEAVES:
        return names.leaves(form)
    wanted = form.all_fields if target is Target.FIELDS else [one for one in form.all_fields if one.kind in NESTED]
    return {one.key: one.label for one in wanted}
