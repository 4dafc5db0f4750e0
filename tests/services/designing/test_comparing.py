"""Two versions of a definition compared, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.definition import Category, Due, UnitClass
from services.designing.comparing import compare
from tests.support.batches import contacts_stage, definition, ladder


def test_a_definition_does_not_differ_from_itself() -> None:
    assert compare(definition(), definition()) == []


def test_each_place_is_told_with_both_values() -> None:
    """S4-1: two versions compared: place, before, after in words."""
    old = definition(unit_classes=(UnitClass(key="province", name="省级"), UnitClass(key="city", name="市级")))
    new = replace(
        old,
        title="新标题",
        stages=(contacts_stage(due=Due(on=date(2023, 3, 24), at="17:00")),),
        unit_classes=(UnitClass(key="province", name="省级"),),
        categories=(Category(key="enterprise", name="示范企业"),),
    )

    found = {one.path: (one.label, one.before, one.after) for one in compare(old, new)}

    assert list(found) == [
        "title",
        "unit_classes.city",
        "categories",
        "stages.contacts.due.on",
        "stages.contacts.due.at",
    ]
    assert found["title"] == ("批次标题", "示范遴选 2023", "新标题")
    assert found["stages.contacts.due.on"][1:] == ("2023-03-20 周一", "2023-03-24 周五")
    assert found["stages.contacts.due.at"][1:] == ("24:00", "17:00")
    assert "反馈联系人" in found["stages.contacts.due.on"][0]
    assert found["unit_classes.city"][1:] == ("市级", "")
    assert found["categories"][1] == "" and "示范企业" in found["categories"][2]


def test_another_order_is_a_difference_of_its_own() -> None:
    old = definition()
    steps = old.ladders[0].steps
    new = replace(old, ladders=(ladder(steps=(steps[1], steps[0], *steps[2:])),))

    found = compare(old, new)

    assert [(one.path, one.is_order) for one in found] == [("ladders.contacts.steps", True)]
    assert found[0].before != found[0].after


def test_an_item_that_moved_among_new_ones_is_told_by_the_common_items_alone() -> None:
    old = definition(unit_classes=(UnitClass(key="a", name="甲"), UnitClass(key="b", name="乙")))
    new = replace(
        old,
        unit_classes=(
            UnitClass(key="c", name="丙"),
            UnitClass(key="b", name="乙"),
            UnitClass(key="a", name="甲"),
        ),
    )

    found = {one.path: (one.before, one.after) for one in compare(old, new)}

    assert found == {"unit_classes.c": ("", "丙"), "unit_classes": ("甲、乙", "乙、甲")}
