"""Two coordinators on one copy: nothing that one of them wrote is lost, and nobody changes what he did not mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.definition import Evidence, Mark, Office, OfficeContact, UnitClass
from services.designing.clashes import clashes
from services.designing.edits import Edit, Insert, Move, Remove, SetValues, Vouch, edited
from tests.support.batches import definition

FIRST, SECOND = (OfficeContact(name="李敏", phone=phone) for phone in ("0371-1", "0371-2"))
OFFICE = Office(name="示范处", contacts=(FIRST, SECOND, OfficeContact(name="赵强", phone="0371-3")))
SEEN = replace(
    definition(2),
    office=OFFICE,
    unit_classes=(UnitClass(key="a", name="甲"), UnitClass(key="b", name="乙"), UnitClass(key="c", name="丙")),
)
A, B = "office.contacts.李敏", "office.contacts.李敏#2"


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (Remove(A), SetValues(A, {"phone": "0371-9"})),
        (Remove(A), SetValues(B, {"phone": "0371-9"})),
        (Remove(A), Remove(A)),
        (Move(A, before="赵强"), Remove(A)),
        (SetValues(A, {"phone": "0371-9"}), SetValues(A, {"role": "申报"})),
        (SetValues("office.contacts.赵强", {"name": "李敏"}), Remove(A)),
    ],
)
def test_who_changes_one_of_two_people_of_one_name_never_hits_the_other(theirs: Edit, mine: Edit) -> None:
    found = clashes(SEEN, edited(SEEN, [theirs]), [mine])

    assert len(found) == 1 and "分不清您改的是哪一项" in found[0]


def test_two_twins_that_do_not_differ_at_all_are_not_both_taken_out() -> None:
    seen = replace(SEEN, office=replace(OFFICE, contacts=(FIRST, FIRST)))

    assert clashes(seen, edited(seen, [Remove(A)]), [Remove(A)])


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (SetValues(B, {"phone": "0371-9"}), SetValues(A, {"phone": "0371-8"})),
        (SetValues("office.contacts.赵强", {"phone": "0371-9"}), Remove(B)),
        (Remove("office.contacts.赵强"), SetValues(A, {"phone": "0371-8"})),
    ],
)
def test_who_changes_other_people_is_not_in_the_way(theirs: Edit, mine: Edit) -> None:
    current = edited(SEEN, [theirs])

    assert clashes(SEEN, current, [mine]) == []
    edited(current, [mine])


def test_people_of_one_name_that_both_add_stand_side_by_side() -> None:
    theirs, mine = (Insert("office.contacts", {"name": "周宁", "phone": phone}) for phone in ("0371-7", "0371-8"))
    current = edited(SEEN, [theirs])

    assert clashes(SEEN, current, [mine]) == []
    assert [one.phone for one in edited(current, [mine]).office.contacts][-2:] == ["0371-7", "0371-8"]


def test_items_that_both_add_under_one_key_are_told_with_both_values() -> None:
    theirs, mine = (Insert("unit_classes", {"key": "d", "name": name}) for name in ("丁类", "第四类"))

    (sentence,) = clashes(SEEN, edited(SEEN, [theirs]), [mine])

    assert "刚刚被他人添加" in sentence and "他人填写“丁类”，您填写“第四类”" in sentence


def test_who_orders_a_list_anew_is_not_overruled_by_an_older_page() -> None:
    current = edited(SEEN, [Move("unit_classes.c", before="a")])

    assert "顺序刚刚被他人调整" in clashes(SEEN, current, [Move("unit_classes.a")])[0]
    assert clashes(SEEN, edited(SEEN, [Remove("unit_classes.b")]), [Move("unit_classes.c", before="a")]) == []


def test_a_sentence_vouches_for_the_value_that_its_writer_saw() -> None:
    path = "stages.contacts.title"
    changed = edited(SEEN, [SetValues("stages.contacts", {"title": "他人的标题"})])
    marked = replace(SEEN, evidence=(Evidence(path=path, mark=Mark.STATED, quote="他人的依据"),))

    assert "他人的标题" in clashes(SEEN, changed, [Vouch(path, "原文")])[0]
    assert "他人的依据" in clashes(SEEN, marked, [Vouch(path, "原文")])[0]
    assert clashes(SEEN, edited(SEEN, [SetValues("", {"title": "新"})]), [Vouch(path, "原文")]) == []


def test_lists_of_words_are_told_with_both_values() -> None:
    """A list of plain values is one value: whoever comes second sees what the first made of it."""
    theirs, mine = (SetValues("document", {"bases": [one, "共同"]}) for one in ("甲文", "乙文"))

    (sentence,) = clashes(SEEN, edited(SEEN, [theirs]), [mine])

    assert "现为“甲文、共同”" in sentence and "您填写的是“乙文、共同”" in sentence
