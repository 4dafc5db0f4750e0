"""The facts of a case by the names that rules use: its form, its applicant, its place, and the titles it holds."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, Field, FieldKind, Form, Rule, StageKind
from domain.expressions import BadExpression, names_in
from domain.forms import Aspect, Setting, check_case, chosen_modes, number_of, unit_of
from domain.forms.leaves import Leaf, all_leaves
from domain.forms.scalars import normal
from domain.instants import local_day
from domain.rules import Words, expression_names, identifier
from domain.rules.comparing import subject_of
from domain.rules.facts import CREDIT_DAYS, FACTS, STATEMENTS
from domain.rules.subjects import names_of, subjects
from models import CaseVersion, Organisation
from models.scope import seeing_all
from services.cases.access import CaseInHand
from services.expressions import evaluate
from services.rules.titles import count_in_area, held_titles, known_as

SEVERAL = frozenset({FieldKind.CHOICES, FieldKind.MODES})
NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY, FieldKind.YEAR})


@dataclass(slots=True)
class Facts:
    """What is known of a case.

    values: by fact or leaf, typed; what is not filled is absent. labels, units: by fact or leaf. called: what the
    values of a fact are called. leaves: the leaf that a name stands for, where people can go to change it.
    hidden: names of leaves that the form has but does not ask now.
    """

    on: date
    values: dict[str, object] = dataclasses.field(default_factory=dict)
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    units: dict[str, str] = dataclasses.field(default_factory=dict)
    called: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    leaves: dict[str, str] = dataclasses.field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def words(self) -> Words:
        """Return how the facts are called and shown."""
        return Words(self.labels, self.units, self.called)

    @property
    def modes(self) -> tuple[str, ...]:
        """Return the modes that were chosen."""
        found = self.values.get("modes")
        return found if isinstance(found, tuple) else ()

    def text(self, name: str) -> str:
        """Return a fact as text, "" where it is not known."""
        return str(self.values.get(name, ""))


def facts_of(session: Session, found: CaseInHand, *, at: datetime | None = None) -> dict[str, object]:
    """Return the facts of a case as expressions name them ("category", "organisation_kind", "share"), for quotas.

    at: the moment for which they hold; None for that of the submission, or of the last saving.
    """
    when = at or found.case.submitted_at or found.case.saved_at
    facts = case_facts(session, found, found.case.values, at=when, asked=None)
    return expression_names(facts.values, facts.on)


def case_facts(
    session: Session,
    found: CaseInHand,
    values: Mapping[str, str],
    *,
    at: datetime,
    asked: Iterable[Rule] | None,
    statements: Mapping[str, str] | None = None,
) -> Facts:
    """Return the facts of a case with these answers on the day of an instant.

    asked: the rules to be judged, so that nothing is looked up that none of them needs; None for everything.
    statements: "yes" by key of a signed rule; None for those signed with the last submitted version.
    """
    case, definition = found.case, found.definition
    with seeing_all(session):
        organisation = session.get_one(Organisation, case.organisation_id)
    facts = Facts(local_day(at, definition.zone))
    add_form(facts, definition, found.form, values, case.category_key)
    if found.form is None or not any(item.kind is FieldKind.MODES for item in found.form.all_fields):
        facts.values["modes"] = tuple(case.modes)
    facts.values |= {"unit": case.unit.code, "category": case.category_key, "subtype": case.subtype_key}
    add_organisation(facts, organisation)
    needed = _needed(asked)
    if needed is None or "titles" in needed:
        known = known_as(organisation, definition, case.category_key, case.title)
        facts.values["titles"] = held_titles(session, known, definition)
    if needed is None or "area.titles" in needed:
        count = count_in_area(session, case.unit, definition.programme.key, on=facts.on)
        facts.values["area.titles"] = Decimal(count)
    given = statements
    if given is None:
        given = _signed(session, found) if needed is None or _asks_signed(needed) else {}
    facts.values |= {f"{STATEMENTS}{key}": text for key, text in given.items()}
    return facts


def add_form(
    facts: Facts, definition: Definition, form: Form | None, values: Mapping[str, str], category: str
) -> None:
    """Add the leaves of a form, typed and named, and how they and the facts of the batch are called."""
    _add_batch(facts, definition, category)
    if form is None:
        return
    setting = Setting(definition.year, definition.modes_of(category), evaluate, facts.on)
    checked = check_case(form, values, setting, is_final=False).values
    facts.values["modes"] = chosen_modes(form, checked)
    # No row is an empty column, of which an expression can still take the sum.
    columns: dict[str, list[object]] = {
        f"{rows.key}.{column.key}": []
        for rows in form.all_fields
        if rows.kind is FieldKind.ROWS
        for column in rows.fields
    }
    asked: set[str] = set()
    known: set[str] = set()
    for leaf in all_leaves(form, setting, checked):
        names = names_of(leaf, definition.year)
        known.update(names)
        if not leaf.is_asked:
            continue
        asked.update(names)
        _add_leaf(facts, leaf, names, checked.get(leaf.path, ""), columns)
    facts.values |= {name: tuple(found) for name, found in columns.items()}
    facts.hidden = frozenset(known - asked)


def add_answers(
    facts: Facts, definition: Definition, form: Form | None, answers: Mapping[str, str], category: str
) -> None:
    """Add answers given by the names that rules use, before there is a form to fill; nothing counts as hidden."""
    _add_batch(facts, definition, category)
    known = subjects(form, definition.year, definition.modes_of(category)) if form is not None else {}
    columns = {
        f"{rows.key}.{column.key}"
        for rows in (form.all_fields if form is not None else ())
        if rows.kind is FieldKind.ROWS
        for column in rows.fields
    }
    given = {subject.place: answers[path] for path, subject in known.items() if path in answers}
    for path, subject in known.items():
        facts.labels[path] = subject.label
        if subject.is_value and unit_of(subject.field):
            facts.units[path] = unit_of(subject.field)
        text = given.get(subject.place, "")
        value = _typed(subject.field, normal(subject.field, text) if subject.is_value else text)
        if value is not None:
            facts.values[path] = (value,) if path in columns else value


def _add_batch(facts: Facts, definition: Definition, category: str) -> None:
    """Add what the batch itself says: what its values are called, and how old a credit check may be."""
    facts.called = _called(definition, category)
    stage = definition.stage_of(StageKind.DECLARE)
    if stage is not None and stage.declare is not None and stage.declare.credit_days is not None:
        facts.values[CREDIT_DAYS] = Decimal(stage.declare.credit_days)


def add_organisation(facts: Facts, organisation: Organisation) -> None:
    """Add what is kept of the applicant itself."""
    own: dict[str, object] = {
        "region": organisation.region or organisation.address,
        "organisation.name": organisation.name,
        "organisation.credit_code": organisation.credit_code,
        "organisation.kind": organisation.kind.value,
        "organisation.is_group": organisation.is_group,
        "organisation.nature": organisation.nature,
        "organisation.industry": organisation.industry,
        "organisation.legal_person": organisation.legal_person,
        "organisation.address": organisation.address,
        "organisation.region": organisation.region,
        "organisation.founded_on": organisation.founded_on,
    }
    facts.values |= {name: value for name, value in own.items() if value is not None and value != ""}


def names_of_rule(rule: Rule) -> frozenset[str]:
    """Return the facts that a rule needs: its subject, and of an expression those that the batch itself has."""
    subject = subject_of(rule)
    if not rule.expression:
        return frozenset({subject})
    try:
        asked = names_in(rule.expression)
    except BadExpression:
        return frozenset({subject})
    return frozenset({subject, *(name for name in FACTS if identifier(name) in asked)})


def _needed(rules: Iterable[Rule] | None) -> frozenset[str] | None:
    return None if rules is None else frozenset().union(*(names_of_rule(rule) for rule in rules))


def _asks_signed(needed: frozenset[str]) -> bool:
    return any(name.startswith(STATEMENTS) for name in needed)


def _add_leaf(facts: Facts, leaf: Leaf, names: tuple[str, ...], text: str, columns: dict[str, list[object]]) -> None:
    unit = unit_of(leaf.field) if leaf.aspect is Aspect.VALUE else ""
    for name in names:
        facts.leaves.setdefault(name, leaf.path)
        facts.labels.setdefault(name, leaf.label)
        if unit:
            facts.units.setdefault(name, unit)
    value = _typed(leaf.field, text) if leaf.aspect is Aspect.VALUE else text
    if value is None or value == "":
        return
    if leaf.row is not None:
        columns[names[-1]].append(value)
        facts.values[leaf.path] = value
        return
    facts.values |= dict.fromkeys(names, value)


def _typed(field: Field, text: str) -> object | None:
    """Return an answer as rules compare it; one that cannot be read stays text, and its rule cannot be judged."""
    if not text:
        return None
    kind = field.kind
    if kind in NUMBERS:
        number = number_of(text)
        return text if number is None else number
    if kind is FieldKind.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return tuple(filter(None, text.split("\n"))) if kind in SEVERAL else text


def _called(definition: Definition, category: str) -> Mapping[str, Mapping[str, str]]:
    return {
        "unit": {unit.code: unit.name for unit in definition.units},
        "category": {item.key: item.name for item in definition.categories},
        "subtype": {item.key: item.name for item in definition.category(category).subtypes},
        "modes": {mode.key: mode.name for mode in definition.offered_modes},
    }


def _signed(session: Session, found: CaseInHand) -> dict[str, str]:
    """Return what was signed with the last submitted version."""
    if not found.case.version_no:
        return {}
    with seeing_all(session):
        signed = session.scalar(
            select(CaseVersion.statements).where(
                CaseVersion.case_id == found.case.id, CaseVersion.number == found.case.version_no
            )
        )
    return {str(item["key"]): "yes" for item in signed or ()}
