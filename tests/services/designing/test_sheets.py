"""Pages of the designer as data: places, fields, lists, and the edits that come of what was typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.definition import (
    Category,
    Collect,
    Definition,
    OfficeContact,
    OwedBy,
    Quota,
    Stage,
    StageKind,
    UnitClass,
    UnitEntry,
)
from domain.errors import NotFound
from presets import FOLDER
from services.definitions.names import Names
from services.definitions.reading import load_file
from services.designing.asking.describing import empty, field_of
from services.designing.asking.keys import identity, new_key, suggested
from services.designing.asking.options import options
from services.designing.asking.rows import MOST_SHOWN, table
from services.designing.asking.sheets import edits, entries, lists, made, name_first, touched
from services.designing.asking.spots import Spot, find, names_in, nearest
from services.designing.edits import SetValues, edited
from tests.support.batches import contacts_stage, definition

STAGE = "stages.contacts"


def spot_of(wanted: Definition, path: str) -> Spot:
    return find(wanted, path)


def test_a_place_is_found_on_the_page_of_its_item() -> None:
    found = find(definition(), f"{STAGE}.due.on")

    assert (found.path, found.anchor, found.cls) == (STAGE, "due.on", Stage)
    assert found.field is not None and found.field.name == "on" and not found.is_item
    assert isinstance(found.item, Stage) and find(definition(), STAGE).is_item
    assert find(definition(), "").path == ""


@pytest.mark.parametrize("path", ["x", "stages.x", "title.x", f"{STAGE}.due.on.x", "stages.0", "stages..due", "."])
def test_a_place_that_is_not_there_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        find(definition(), path)


def test_the_nearest_place_is_where_a_finding_leads() -> None:
    silent = definition(stages=(contacts_stage(due=None),))

    assert nearest(silent, f"{STAGE}.due.on") == f"{STAGE}.due"
    assert nearest(silent, "rules.gone.force") == "rules"
    assert nearest(silent, "nothing.at.all") == ""


@pytest.mark.parametrize("name", ["miit-2023", "luoyang-2023", "shanxi-2021", "zhejiang-2020"])
def test_every_place_that_a_notice_vouches_for_has_its_page(name: str) -> None:
    wanted = load_file(Path(FOLDER) / f"{name}.yaml")

    for item in wanted.evidence:
        assert find(wanted, item.path) is not None


def test_a_stage_is_asked_what_its_kind_asks() -> None:
    stage = spot_of(definition(), STAGE)

    asked = {one.anchor for one in entries(stage.cls, stage.value, kind=StageKind.COLLECT)}
    others = {one.anchor for one in entries(stage.cls, stage.value, kind=StageKind.REVIEW)}

    assert {"collect", "collect.form", "due.on"} <= asked and "review" not in asked
    assert {"review", "collect"} <= others, "what is there is never hidden"


def test_only_what_changed_becomes_an_edit_at_its_own_place() -> None:
    stage = spot_of(definition(), STAGE)

    found = edits(STAGE, stage.cls, stage.value, {"title": "新名称", "note": "", "due": True, "due.at": "17:00"})

    assert found == [SetValues(STAGE, {"title": "新名称"}), SetValues(f"{STAGE}.due", {"at": "17:00"})]
    assert touched(found) == [f"{STAGE}.title", f"{STAGE}.due.at"]
    assert edits(STAGE, stage.cls, stage.value, {"title": "反馈联系人", "due.on": "2023-03-20"}) == []


def test_an_optional_part_is_made_whole_or_taken_away() -> None:
    wanted = definition()
    stage = spot_of(wanted, STAGE)
    gone = edited(wanted, edits(STAGE, stage.cls, stage.value, {"due": False, "due.at": "17:00"}))
    assert gone.stages[0].due is None

    again = spot_of(gone, STAGE)
    sent = {"due": True, "due.on": "2023-03-24", "collect.exemption": True, "collect.exemption.needs_document": False}
    back = edited(gone, edits(STAGE, again.cls, again.value, sent))
    due, collect = back.stages[0].due, back.stages[0].collect
    assert due is not None and (str(due.on), due.at, due.working_days) == ("2023-03-24", "24:00", None)
    assert collect is not None and collect.exemption is not None
    assert (collect.exemption.reasons, collect.exemption.needs_document) == ((), False)


def test_a_new_item_is_made_of_what_was_typed() -> None:
    item = made(Stage, {"key": "x", "kind": "collect", "title": "反馈", "collect": True, "collect.owed_by": "units"})

    whole = edited(definition(stages=()), [SetValues("", {"stages": [item]})])

    assert whole.stages[0].collect == Collect(owed_by=OwedBy.UNITS)


def test_lists_of_parts_that_are_not_there_are_not_shown() -> None:
    stage = spot_of(definition(), STAGE)

    assert [one.anchor for one in lists(stage.cls, stage.value)] == []
    assert "office.contacts" in [one.anchor for one in lists(Definition, spot_of(definition(), "").value)]


def test_a_long_list_has_pages_and_a_search() -> None:
    wanted = definition(units=120)
    root = spot_of(wanted, "")
    units = next(one for one in lists(Definition, root.value) if one.anchor == "units")
    names = Names(wanted)

    last = table(names, root, units, "", 3)
    found = table(names, root, units, "第119")

    assert last.is_long and last.total == 120 and len(last.rows) == 20 and MOST_SHOWN == 50
    assert [row.path for row in found.rows] == ["units.000119"] and found.rows[0].number == 118
    assert found.rows[0].summary.startswith("单位类别：省级")


def test_people_of_one_name_have_places_of_their_own() -> None:
    office = definition().office
    two = replace(office, contacts=(*office.contacts, OfficeContact(name="李敏", phone="010-60000001")))
    wanted = definition(office=two)

    assert names_in(spot_of(wanted, "").value["office"]["contacts"]) == ["李敏", "李敏#2"]
    assert spot_of(wanted, "office.contacts.李敏#2").value["phone"] == "010-60000001"


def test_a_key_is_made_from_the_kind_and_a_number() -> None:
    wanted = definition()

    assert new_key(wanted, Stage, {"kind": "collect"}) == "collect-1"
    assert new_key(definition(stages=(contacts_stage(key="collect-1"),)), Stage, {"kind": "collect"}) == "collect-2"
    assert new_key(wanted, Category, {}) == "category-1"
    assert suggested(wanted, Category) == "category-1"
    assert (suggested(wanted, Stage), suggested(wanted, UnitEntry)) == ("", "")
    assert new_key(wanted, UnitEntry, {}) == "unitentry-1"
    units = (*wanted.units, replace(wanted.units[0], code="unitentry-1"))
    assert new_key(replace(wanted, units=units), UnitEntry, {}) == "unitentry-2"
    assert identity(OfficeContact) is None


def test_a_new_item_is_asked_for_its_name_before_its_key() -> None:
    """S4-2: the key comes behind the name; what has no name is asked for its key last."""
    asked = {
        cls: [one.anchor for one in name_first(entries(cls, empty(cls)))]
        for cls in (Category, Stage, Quota, UnitEntry)
    }

    assert asked[Category][:2] == ["name", "key"]
    assert asked[Stage][:3] == ["title", "key", "kind"]
    assert asked[UnitEntry][:2] == ["name", "code"]
    assert asked[Quota][-1] == "key"
    assert all(
        sorted(found) == sorted(one.anchor for one in entries(cls, empty(cls))) for cls, found in asked.items()
    )


def test_what_is_chosen_comes_first_and_what_is_gone_stays_among_the_options() -> None:
    wanted = definition(unit_classes=(UnitClass(key="province", name="省级"), UnitClass(key="city", name="市级")))
    field = field_of(Quota, "classes")
    assert field is not None

    found = options(Names(wanted), field, (wanted,), ["city", "army"])

    assert [one.value for one in found] == ["city", "army", "province"]
    assert found[1].label == "army（已不存在）"
