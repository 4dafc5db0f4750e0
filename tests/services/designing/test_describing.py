"""Every field of every class of a definition has its place on the designer's pages."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum

import pytest

from domain.definition import (
    Definition,
    Due,
    Evidence,
    Field,
    Form,
    Ladder,
    Quota,
    Rule,
    Stage,
    StageKind,
    UnitEntry,
)
from services.definitions.words import classes
from services.designing.asking.describing import (
    BY_VOUCHING,
    NOT_STORED,
    ONLY_FOR,
    Kind,
    Target,
    describe,
    empty,
    field_of,
)
from services.designing.asking.sheets import entries, lists

ALL = tuple(classes())


def test_all_forty_five_classes_are_known() -> None:
    assert len(ALL) == 45


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_no_field_is_left_uneditable(cls: type) -> None:
    """S4-1: everything the YAML can say can be edited here; two names of files are no part of a batch."""
    known = {field.name for field in fields(cls)} - {name for owner, name in NOT_STORED if owner is cls}

    # What one kind of stage alone uses is on the page of a stage of this kind.
    kinds: list[StageKind | None] = [None, *(StageKind if cls is Stage else ())]
    shown = {entry.anchor.partition(".")[0] for kind in kinds for entry in entries(cls, empty(cls), kind=kind)}
    listed = {one.anchor.partition(".")[0] for one in lists(cls, _all_there(cls))}

    assert {field.name for field in describe(cls)} == known
    assert shown | listed == known
    assert all(field.label for field in describe(cls))


@pytest.mark.parametrize("kind", StageKind)
def test_a_stage_is_asked_what_its_kind_uses(kind: StageKind) -> None:
    """S4-1: a form of declarations is asked of declarations alone; what another kind has of it can be taken away."""

    def asked(value: dict[str, object]) -> set[str]:
        return {entry.anchor for entry in entries(Stage, value, kind=kind)}

    own = {name for (_, name), of in ONLY_FOR.items() if of is kind}
    assert {name for _, name in ONLY_FOR} & asked(empty(Stage)) == own
    assert "form" in asked({**empty(Stage), "form": "declaration"})
    assert ("form" in own) is (kind is StageKind.DECLARE)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_a_new_item_has_every_field(cls: type) -> None:
    item = empty(cls)

    assert set(item) == {field.name for field in describe(cls)}
    for field in describe(cls):
        if not field.is_required:
            assert item[field.name] == field.default


def _all_there(cls: type) -> dict[str, object]:
    """Return an item with every optional part there, so that nothing is hidden."""
    item = empty(cls)
    for field in describe(cls):
        if field.kind is Kind.PART and field.part is not None:
            item[field.name] = empty(field.part)
    return item


@pytest.mark.parametrize(
    ("cls", "name", "kind"),
    [
        (Stage, "title", Kind.TEXT),
        (Stage, "note", Kind.LONG_TEXT),
        (Stage, "kind", Kind.CHOICE),
        (Stage, "due", Kind.PART),
        (Stage, "ladder", Kind.REFERENCE),
        (Due, "on", Kind.DAY),
        (Due, "at", Kind.TIME),
        (Due, "working_days", Kind.INTEGER),
        (Ladder, "steps", Kind.PARTS),
        (Quota, "classes", Kind.REFERENCES),
        (Field, "minimum", Kind.NUMBER),
        (Field, "required", Kind.FLAG),
        (Field, "years", Kind.INTEGERS),
        (Field, "choices", Kind.TEXTS),
        (Field, "fields", Kind.PARTS),
        (Form, "one_of", Kind.GROUPS),
        (Definition, "timezone", Kind.ZONE),
        (UnitEntry, "upper", Kind.REFERENCE),
        (Definition, "upper", Kind.PART),
    ],
)
def test_the_kind_comes_from_the_type(cls: type, name: str, kind: Kind) -> None:
    found = field_of(cls, name)

    assert found is not None and found.kind is kind


def test_what_a_field_points_at_and_what_names_an_item_is_known() -> None:
    subject, code, limit = field_of(Rule, "subject"), field_of(UnitEntry, "code"), field_of(Quota, "limit")

    assert subject is not None and subject.target is Target.FACTS and subject.is_suggested
    assert code is not None and code.is_identity
    assert limit is not None and limit.is_optional and not limit.is_required
    assert BY_VOUCHING is Evidence
    kind = field_of(Stage, "kind")
    assert kind is not None and kind.choices is not None and issubclass(kind.choices, StrEnum)
