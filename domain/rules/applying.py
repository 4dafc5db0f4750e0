"""Which rules concern a case, and what an officer looks at in it."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.definition import Definition, Force, Rule, StageKind

LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an officer answers with yes, no or a remark.

    key: at most 80 characters, unique in the list: "rule.<key>", "check.<key>" or "<mode>/<criterion>".
    place: where the clause stands in the notice; for a criterion the title of the catalogue.
    """

    key: str
    label: str
    clause: str = ""
    place: str = ""


def applies(rule: Rule, category: str, subtype: str = "", modes: Collection[str] = ()) -> bool:
    """Tell whether a rule concerns a case of this category, sub-type and choice of modes."""
    return (
        (not rule.categories or category in rule.categories)
        and (not rule.subtypes or subtype in rule.subtypes)
        and (not rule.modes or any(mode in rule.modes for mode in modes))
    )


def rules_of(
    definition: Definition, category: str, subtype: str = "", modes: Collection[str] = ()
) -> tuple[Rule, ...]:
    """Return the rules that concern a case, in the order of the definition."""
    return tuple(rule for rule in definition.rules if applies(rule, category, subtype, modes))


def check_items(
    definition: Definition, category: str, modes: Collection[str], subtype: str | None = None
) -> tuple[Item, ...]:
    """Return what an officer answers for a case: rules of the force `check`, the review's own list, the criteria.

    subtype: None for every sub-type. The criteria of the chosen modes are in it where the review says so.
    """
    found = [
        Item(f"rule.{rule.key}", rule.question or rule.clause, rule.clause, rule.place)
        for rule in definition.rules
        if rule.force is Force.CHECK and _concerns(rule, category, modes, subtype)
    ]
    stage = definition.stage_of(StageKind.REVIEW)
    review = stage.review if stage is not None else None
    if review is None:
        return tuple(found)
    found += [
        Item(f"check.{item.key}", item.label, item.clause)
        for item in review.checks
        if not item.categories or category in item.categories
    ]
    if review.criteria_as_checks:
        place = definition.catalogue.title if definition.catalogue is not None else ""
        found += [
            Item(f"{mode.key}/{item.key}"[:LONGEST_KEY], f"{mode.name}：{item.label}", item.text, place)
            for mode in definition.modes_of(category)
            if mode.key in modes
            for item in mode.criteria
        ]
    return tuple(found)


def _concerns(rule: Rule, category: str, modes: Collection[str], subtype: str | None) -> bool:
    if subtype is not None:
        return applies(rule, category, subtype, modes)
    return any(applies(rule, category, own, modes) for own in rule.subtypes or ("",))
