"""Texts that can be shown and stored."""

import pytest
from sqlalchemy import String

from domain.lint.texts import LIMITS, SHORT
from models.base import Base
from tests.domain.lint.cases import Change, Found, at, case, found_after

CASES = [
    case("no title", at("", title=""), ("error", "empty_text", "title")),
    case(
        "no label",
        at("forms.contact.fields.name", label=" "),
        ("error", "empty_text", "forms.contact.fields.name.label"),
    ),
    case("no note", at("stages.contacts", note="")),
    case("long title", at("", title="长" * 201), ("error", "too_long", "title")),
    case("title", at("", title="长" * 200)),
    case("long stage", at("stages.contacts", title="长" * 121), ("error", "too_long", "stages.contacts.title")),
    case("long note", at("stages.contacts", note="长" * 20_000)),
    case("endless note", at("stages.contacts", note="长" * 20_001), ("error", "too_long", "stages.contacts.note")),
    case("null", at("", title="a\0b"), ("error", "invisible_text", "title")),
    case("turned round", at("units.010100", name="甲\u202e市"), ("error", "invisible_text", "units.010100.name")),
    case("lines", at("mails.reminder@contacts", body="一\n二\n")),
    case(
        "choice",
        at("forms.contact.fields.post", choices=("专\u200b职", "兼职")),
        ("error", "invisible_text", "forms.contact.fields.post.choices.0"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_texts_can_be_shown_and_stored(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected


@pytest.mark.parametrize(
    ("place", "table", "column"),
    [
        ("programme.name", "programmes", "name"),
        ("title", "batches", "title"),
        ("issuer.name", "batches", "issuer"),
        ("document.number", "batches", "number"),
        ("timezone", "batches", "timezone"),
        ("stages.*.title", "stages", "title"),
        ("categories.*.name", "categories", "name"),
        ("units.*.name", "units", "name"),
        ("units.*.short", "units", "short"),
        ("units.*.phone", "units", "phone"),
        ("units.*.mobile", "units", "mobile"),
        ("units.*.email", "units", "email"),
    ],
)
def test_what_passes_the_check_fits_its_column(place: str, table: str, column: str) -> None:
    kind = Base.metadata.tables[table].columns[column].type

    assert isinstance(kind, String)
    assert kind.length is None or LIMITS.get(place, SHORT) <= kind.length
