"""The units of a working copy: looked for, added from the tree, changed and taken out many at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Definition, UnitClass, UnitEntry
from domain.errors import Invalid
from models import Unit
from services.batches.drafts import store_draft
from services.designing.edits import Remove, SetValues, edited
from services.designing.tables.members import (
    ROWS,
    Branch,
    FromTree,
    TreeLevel,
    Wanted,
    branches,
    dropped,
    from_tree,
    members,
    reclassed,
    tree_levels,
)
from tests.support.batches import COORDINATOR, PUBLISHED, definition

CLASSES = (UnitClass(key="province", name="省级"), UnitClass(key="city", name="市级"))


def tree() -> Definition:
    """Return two provinces with two cities each, one of these with a county."""
    entries = [
        UnitEntry(code=f"{number}0000", name=f"省{number}", unit_class="province", email="p@units.example")
        for number in (41, 42)
    ]
    entries += [
        UnitEntry(
            code=f"{above}0{n}00", name=f"市{above}{n}", unit_class="city", upper=f"{above}0000", phone="010-60000000"
        )
        for above in (41, 42)
        for n in (1, 2)
    ]
    entries.append(UnitEntry(code="410101", name="县", unit_class="city", upper="410100"))
    return replace(definition(), unit_classes=CLASSES, units=tuple(entries))


def empty() -> Definition:
    return replace(definition(), unit_classes=CLASSES, units=())


def test_a_page_of_three_thousand_units_is_found_by_words_and_class() -> None:
    many = tuple(UnitEntry(code=f"{n:06d}", name=f"第{n}单位", unit_class="city") for n in range(3_000))
    large = replace(empty(), units=(*tree().units, *many))

    first, found = members(large, Wanted()), members(large, Wanted(("第29", "单位"), "city", 2))

    assert (len(first.rows), first.matching, first.pages) == (ROWS, 3_007, 61)
    assert (found.matching, found.page, len(found.rows)) == (111, 2, 50)
    assert members(large, Wanted(("不存在",))).rows == []
    assert members(large, Wanted(page=99)).page == 61
    assert first.upper_names["410000"] == "省41"


def test_a_level_or_a_branch_comes_from_the_tree_at_once(db: Session) -> None:
    store_draft(db, tree(), actor=SYSTEM, now=PUBLISHED)

    provinces = from_tree(db, empty(), FromTree("province", 1), actor=COORDINATOR)
    listed = edited(empty(), provinces.edits)
    cities = from_tree(db, listed, FromTree("city", 0, "省41"), actor=COORDINATOR)
    both = edited(listed, cities.edits)

    assert [unit.code for unit in listed.units] == ["410000", "420000"]
    assert {unit.code: unit.upper for unit in both.units} == {
        "410000": None,
        "420000": None,
        "410100": "410000",
        "410101": "410100",
        "410200": "410000",
    }
    assert (cities.added, cities.known) == (3, 0)
    assert from_tree(db, both, FromTree("city", 2), actor=COORDINATOR).known == 2


def test_named_units_come_from_the_tree_with_how_to_reach_them(db: Session) -> None:
    store_draft(db, tree(), actor=SYSTEM, now=PUBLISHED)

    found = from_tree(db, empty(), FromTree("city", 1, "省42", ["市411", "420100", "410000"]), actor=COORDINATOR)

    assert {(unit.code, unit.phone, unit.email) for unit in edited(empty(), found.edits).units} == {
        ("410000", None, "p@units.example"),
        ("410100", "010-60000000", None),
        ("420100", "010-60000000", None),
    }
    with pytest.raises(Invalid, match="没有在用的单位叫“市499”") as refused:
        from_tree(db, empty(), FromTree("city", named=["市411", "市499"]), actor=COORDINATOR)
    assert [problem.path for problem in refused.value.problems] == ["named"]


def test_a_unit_whose_upper_takes_no_part_comes_under_the_next_above(db: Session) -> None:
    store_draft(db, tree(), actor=SYSTEM, now=PUBLISHED)
    listed = edited(empty(), from_tree(db, empty(), FromTree("province", 1), actor=COORDINATOR).edits)

    county = from_tree(db, listed, FromTree("city", 3), actor=COORDINATOR)

    assert edited(listed, county.edits).units[-1].upper == "410000"


def test_units_out_of_use_are_not_added_and_nothing_to_add_is_told(db: Session) -> None:
    store_draft(db, tree(), actor=SYSTEM, now=PUBLISHED)
    db.query(Unit).filter_by(code="420000").update({"is_active": False})

    found = from_tree(db, empty(), FromTree("province", 1), actor=COORDINATOR)

    assert found.added == 1
    for wanted, said in (
        (FromTree("province", 1), "已经全部在名单中"),
        (FromTree("nobody", 1), "请选择单位类别"),
        (FromTree("city", 9), "没有符合条件的单位"),
        (FromTree("city", 0, "哪里"), "没有代码或名称为“哪里”的单位"),
    ):
        with pytest.raises(Invalid, match=said):
            from_tree(db, edited(empty(), found.edits), wanted, actor=COORDINATOR)


def test_the_tree_tells_its_levels_and_branches(db: Session) -> None:
    store_draft(db, tree(), actor=SYSTEM, now=PUBLISHED)

    assert tree_levels(db) == [TreeLevel(1, 2), TreeLevel(2, 4), TreeLevel(3, 1)]
    assert branches(db) == [Branch("410000", "省41"), Branch("420000", "省42"), Branch("410100", "市411")]


def test_classes_change_one_by_one_or_all_at_once() -> None:
    many = replace(empty(), units=tuple(UnitEntry(code=f"u{n}", name=f"u{n}", unit_class="city") for n in range(60)))

    assert reclassed(tree(), {"410100", "gone"}, "province") == [
        SetValues("units.410100", {"unit_class": "province"})
    ]
    (whole,) = reclassed(many, {unit.code for unit in many.units}, "province")
    assert {unit.unit_class for unit in edited(many, [whole]).units} == {"province"}
    with pytest.raises(Invalid, match="请选择"):
        reclassed(tree(), {"410100"}, "")
    with pytest.raises(Invalid, match="没有选中"):
        reclassed(tree(), {"gone"}, "city")


def test_units_below_one_that_goes_come_under_the_next_that_stays() -> None:
    new = edited(tree(), dropped(tree(), {"410100", "410000"}))

    assert {unit.code: unit.upper for unit in new.units} == {
        "420000": None,
        "410200": None,
        "420100": "420000",
        "420200": "420000",
        "410101": None,
    }
    assert dropped(tree(), {"410101"}) == [Remove("units.410101")]


def test_very_many_units_go_in_one_edit() -> None:
    many = replace(empty(), units=tuple(UnitEntry(code=f"u{n}", name=f"u{n}", unit_class="city") for n in range(60)))

    (whole,) = dropped(many, {unit.code for unit in many.units[:59]})

    assert [unit.code for unit in edited(many, [whole]).units] == ["u59"]
