"""Forms that can be filled in."""

import pytest

from domain.definition import FieldKind
from tests.domain.lint.cases import Change, Found, at, case, found_after

POST, NAME = "forms.contact.fields.post", "forms.contact.fields.name"

CASES = [
    case("no fields", at("", forms=()), ("error", "unknown_form", "stages.contacts.collect.form")),
    case("choice without choices", at(POST, choices=()), ("error", "no_choices", f"{POST}.choices")),
    case("choices of a text", at(POST, kind=FieldKind.TEXT), ("error", "choices_out_of_place", f"{POST}.choices")),
    case("choice twice", at(POST, choices=("专职", "专职")), ("error", "duplicate_choice", f"{POST}.choices")),
    case("empty choice", at(POST, choices=("专职", "")), ("error", "empty_choice", f"{POST}.choices")),
    case("limit of nothing", at(NAME, max_chars=0), ("error", "bad_limit", f"{NAME}.max_chars")),
    case("limit without end", at(NAME, max_chars=20_001), ("error", "bad_limit", f"{NAME}.max_chars")),
    case("limit", at(NAME, max_chars=40)),
    case("empty group", at("forms.contact", one_of=((),)), ("error", "empty_group", "forms.contact.one_of")),
    case(
        "group of strangers",
        at("forms.contact", one_of=(("mobile",),)),
        ("error", "unknown_field", "forms.contact.one_of"),
    ),
    case(
        "empty form",
        at("forms.contact", fields=(), one_of=()),
        ("error", "contact_fields_missing", "stages.contacts.collect.form"),
        ("error", "no_fields", "forms.contact.fields"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_a_form_can_be_filled_in(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected
