"""What collect stages ask."""

import pytest

from domain.definition import Collect, Exemption, Field, FieldKind, OwedBy, Section, TitleFilter
from tests.domain.lint.cases import Change, Found, at, both, case, found_after

COLLECT = "stages.contacts.collect"
TITLES = TitleFilter(programme="small", batches=(1, 2), categories=("platform",))
PEOPLE = (Field(key="name", label="姓名"), Field(key="email", label="邮箱", kind=FieldKind.EMAIL))

CASES = [
    case("no form", at(COLLECT, form=None), ("error", "collect_form_missing", f"{COLLECT}.form")),
    case("unknown form", at(COLLECT, form="annex"), ("error", "unknown_form", f"{COLLECT}.form")),
    case(
        "contact without name",
        at("forms.contact.fields.name", key="title"),
        ("error", "contact_fields_missing", f"{COLLECT}.form"),
        ("error", "unknown_field", "forms.contact.one_of"),
    ),
    case(
        "contact without reach",
        at("forms.contact.fields.email", key="wechat"),
        ("error", "contact_fields_missing", f"{COLLECT}.form"),
        ("error", "unknown_field", "forms.contact.one_of"),
    ),
    case(
        "contact in a section",
        at("forms.contact", sections=(Section(key="who", title="联系人", fields=PEOPLE),), fields=(), one_of=()),
        ("error", "form_too_rich", "forms.contact"),
    ),
    case(
        "section without reach",
        at("forms.contact", sections=(Section(key="who", title="联系人", fields=PEOPLE[:1]),), fields=(), one_of=()),
        ("error", "contact_fields_missing", f"{COLLECT}.form"),
        ("error", "form_too_rich", "forms.contact"),
    ),
    case(
        "no contact asked",
        both(
            at(COLLECT, provides_contact=False),
            at("forms.contact", one_of=()),
            at("forms.contact.fields.name", key="title"),
        ),
    ),
    case("unknown class", at(COLLECT, classes=("county",)), ("error", "unknown_class", f"{COLLECT}.classes")),
    case("known class", at(COLLECT, classes=("city",))),
    case("nobody in the class", at("", units=()), ("warning", "nobody_owes", f"{COLLECT}.classes")),
    case(
        "titles without choice", at(COLLECT, owed_by=OwedBy.TITLES), ("error", "titles_missing", f"{COLLECT}.titles")
    ),
    case("titles chosen", at(COLLECT, owed_by=OwedBy.TITLES, titles=TITLES)),
    case("titles for units", at(COLLECT, titles=TITLES), ("error", "titles_out_of_place", f"{COLLECT}.titles")),
    case(
        "no batches",
        both(at(COLLECT, owed_by=OwedBy.TITLES, titles=TITLES), at(f"{COLLECT}.titles", batches=())),
        ("error", "titles_empty", f"{COLLECT}.titles.batches"),
    ),
    case(
        "no categories",
        both(at(COLLECT, owed_by=OwedBy.TITLES, titles=TITLES), at(f"{COLLECT}.titles", categories=())),
        ("error", "titles_empty", f"{COLLECT}.titles.categories"),
    ),
    case(
        "exemption without reasons",
        at(COLLECT, exemption=Exemption(reasons=())),
        ("error", "no_reasons", f"{COLLECT}.exemption.reasons"),
    ),
    case(
        "goes with nothing",
        at(f"{COLLECT}.exemption", goes_with="parcel"),
        ("error", "unknown_stage", f"{COLLECT}.exemption.goes_with"),
    ),
    case("smallest", at("stages.contacts", collect=Collect(owed_by=OwedBy.UNITS, form="contact"))),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_a_collect_stage_asks_what_can_be_answered(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected
