"""Edits of a definition: by stable keys, checked as strictly as a file, with the marks of values kept honest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Definition, Evidence, Form, Mark, Section
from domain.errors import Invalid, NotFound
from services.definitions.evidence import confirm
from services.definitions.writing import digest
from services.designing.edits import Edit, Insert, Move, Remove, SetValues, Vouch, edited, value_at
from tests.support.batches import contact_form, definition

STATED = Evidence(path="stages.contacts.due.on", mark=Mark.STATED, quote="于2023年3月20日前反馈")
KEYS = ("name", "post", "phone", "fax", "email")


def two_sections() -> Definition:
    """Return a definition whose form has two sections, and a field with a sentence behind it."""
    fields = contact_form().fields
    sections = (
        Section(key="who", title="人员", fields=fields[:3]),
        Section(key="how", title="联系", fields=fields[3:]),
    )
    form = Form(key="contact", title="联系人", sections=sections)
    mark = Evidence(path="forms.contact.sections.who.fields.phone", mark=Mark.STATED, quote="联系电话")
    return replace(definition(2), forms=(form,), evidence=(mark,))


def test_values_of_a_part_change_and_the_rest_stays() -> None:
    old = definition(2)

    new = edited(old, [SetValues("stages.contacts", {"title": "报送联系人", "grace_minutes": 0})])

    assert (new.stages[0].title, new.stages[0].grace_minutes) == ("报送联系人", 0)
    assert replace(new, stages=old.stages) == old


def test_an_item_is_put_before_another_and_taken_out_again() -> None:
    old = definition(2)

    new = edited(old, [Insert("forms.contact.fields", {"key": "room", "label": "房间"}, before="phone")])

    assert [field.key for field in new.forms[0].fields] == ["name", "post", "room", "phone", "fax", "email"]
    assert digest(edited(new, [Remove("forms.contact.fields.room")])) == digest(old)


def test_a_field_keeps_its_key_and_its_sentence_in_another_section() -> None:
    old = two_sections()
    into = "forms.contact.sections.how.fields"

    new = edited(old, [Move("forms.contact.sections.who.fields.phone", before="email", into=into)])

    who, how = new.forms[0].sections
    assert [field.key for field in who.fields] == ["name", "post"]
    assert [field.key for field in how.fields] == ["fax", "phone", "email"]
    assert new.evidence == (replace(old.evidence[0], path=f"{into}.phone"),)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([*KEYS, ""])), max_size=6))
def test_moves_never_lose_a_field(moves: list[tuple[str, str]]) -> None:
    edits: list[Edit] = [Move(f"forms.contact.fields.{key}", before=before) for key, before in moves]

    new = edited(definition(1), edits)

    assert sorted(field.key for field in new.forms[0].fields) == sorted(KEYS)


def test_a_changed_value_is_no_longer_what_the_notice_says() -> None:
    old = replace(definition(1), evidence=(STATED,))

    new = edited(old, [SetValues("stages.contacts.due", {"on": "2023-03-22"})])

    assert (new.evidence[0].mark, new.evidence[0].quote) == (Mark.INFERRED, STATED.quote)
    assert new.evidence[0].note == "后台改动，原为 2023-03-20"


def test_a_value_that_is_changed_again_before_anybody_looked_is_said_to_have_been_the_first() -> None:
    """What stood between was never in force; what somebody confirmed since is what the next change replaces."""
    old = replace(definition(1), evidence=(replace(STATED, note="按惯例理解。"),))

    once = edited(old, [SetValues("stages.contacts.due", {"on": "2023-03-22"})])
    twice = edited(once, [SetValues("stages.contacts.due", {"on": "2023-03-23"})])
    later = edited(
        confirm(twice, [STATED.path], by="王主任"), [SetValues("stages.contacts.due", {"on": "2023-03-24"})]
    )

    assert once.evidence[0].note == twice.evidence[0].note == "按惯例理解。后台改动，原为 2023-03-20"
    assert later.evidence[0].note == "按惯例理解。后台改动，原为 2023-03-23"
    assert (twice.evidence[0].mark, later.evidence[0].mark) == (Mark.INFERRED, Mark.INFERRED)


def test_a_value_with_its_sentence_is_stated_and_without_one_inferred() -> None:
    due = SetValues("stages.contacts.due", {"on": "2023-03-22"})

    quoted = edited(definition(1), [due, Vouch("stages.contacts.due.on", quote="3月22日前")])
    silent = edited(quoted, [Vouch("stages.contacts.due.on", note="电话询问")])

    assert [(item.mark, item.quote) for item in quoted.evidence] == [(Mark.STATED, "3月22日前")]
    assert [(item.mark, item.note) for item in silent.evidence] == [(Mark.INFERRED, "电话询问")]


def test_an_optional_part_is_emptied() -> None:
    assert edited(definition(1), [Remove("stages.contacts.due")]).stages[0].due is None


def test_an_unfinished_definition_is_kept() -> None:
    """The linter speaks of what is missing; a working copy may lack it for a while."""
    new = edited(definition(1), [Remove("forms.contact"), SetValues("stages.contacts", {"ladder": "nothing"})])

    assert (new.forms, new.stages[0].ladder) == ((), "nothing")


@pytest.mark.parametrize(
    "edit",
    [
        SetValues("stages.contacts", {"grace_minutes": "5"}),
        SetValues("stages.contacts", {"colour": "red"}),
        SetValues("stages.contacts.due", {"on": "3月20日"}),
        Insert("forms.contact.fields", {"key": "name", "label": "姓名"}),
        Insert("forms.contact.fields", {"label": "没有代号"}),
        SetValues("", {"code": "another"}),
        SetValues("programme", {"key": "another"}),
    ],
)
def test_a_wrong_shape_and_another_identity_are_refused(edit: Edit) -> None:
    with pytest.raises(Invalid):
        edited(definition(1), [edit])


@pytest.mark.parametrize(
    "edit",
    [
        SetValues("stages.nothing", {"title": "x"}),
        SetValues("stages", {"title": "x"}),
        Insert("title", {"key": "x"}),
        Remove("stages.nothing"),
        Move("stages.nothing"),
        Move("title"),
        Vouch("stages.nothing.title", quote="x"),
    ],
)
def test_what_is_not_there_cannot_be_changed(edit: Edit) -> None:
    with pytest.raises(NotFound):
        edited(definition(1), [edit])


def test_a_value_is_found_by_its_place() -> None:
    assert value_at(definition(1), "stages.contacts.due.on") == "2023-03-20"
    assert value_at(definition(1), "stages.contacts.nothing") is None
    assert value_at(definition(1), "title.deeper") is None
