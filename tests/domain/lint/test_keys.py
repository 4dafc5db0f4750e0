"""Keys: well formed, each once, not too many."""

import pytest

from domain.definition import Programme, Step
from tests.domain.lint.cases import Change, Found, at, case, found_after
from tests.support.definitions import small_batch

SMALL = small_batch()
STAGES, LADDER, FORM = SMALL.stages, SMALL.ladders[0], SMALL.forms[0]

CASES = [
    case("code", at("", code="2023 small"), ("error", "bad_key", "code")),
    case("programme", at("", programme=Programme(key="Small", name="示范")), ("error", "bad_key", "programme.key")),
    case(
        "long",
        at("modes.sharing", key="m" * 41),
        ("error", "bad_key", f"modes.{'m' * 41}.key"),
        ("error", "unknown_mode", "categories.platform.modes"),
    ),
    case("stage twice", at("", stages=(*STAGES, STAGES[1])), ("error", "duplicate_key", "stages.recommend")),
    case("class twice", at("", unit_classes=SMALL.unit_classes * 2), ("error", "duplicate_key", "unit_classes.city")),
    case("mode twice", at("", modes=SMALL.modes * 2), ("error", "duplicate_key", "modes.sharing")),
    case(
        "category twice", at("", categories=SMALL.categories * 2), ("error", "duplicate_key", "categories.platform")
    ),
    case("quota twice", at("", quotas=SMALL.quotas * 2), ("error", "duplicate_key", "quotas.platform")),
    case("form twice", at("", forms=(FORM, FORM)), ("error", "duplicate_key", "forms.contact")),
    case("ladder twice", at("", ladders=(LADDER, LADDER)), ("error", "duplicate_key", "ladders.contacts")),
    case(
        "field twice",
        at("forms.contact", fields=(*FORM.fields, FORM.fields[0])),
        ("error", "duplicate_key", "forms.contact.fields.name"),
    ),
    case(
        "rung twice",
        at("ladders.contacts", steps=(*LADDER.steps, LADDER.steps[0])),
        ("error", "duplicate_key", "ladders.contacts.steps.before-2"),
    ),
    case(
        "sub-type twice",
        at("categories.platform", subtypes=SMALL.categories[0].subtypes[:1] * 2),
        ("error", "duplicate_key", "categories.platform.subtypes.sharing"),
    ),
    case(
        "reason twice",
        at("stages.contacts.collect.exemption", reasons=STAGES[0].collect.exemption.reasons * 2),
        ("error", "duplicate_key", "stages.contacts.collect.exemption.reasons.closed"),
    ),
    case(
        "too many",
        at("ladders.contacts", steps=tuple(Step(key=f"s{n}", days=0) for n in range(201))),
        ("error", "too_many", "ladders.contacts.steps"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_keys_that_cannot_stand_are_errors(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected
