"""The page of the units: classes, search, adding from the tree, changing and taking out many."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from domain.access import SYSTEM
from domain.definition import Definition, UnitClass, UnitEntry
from models.scope import Scope
from models.session import Database
from services.batches.context import get_batch
from services.batches.drafts import store_draft
from services.designing.working import working_copy
from tests.support.backoffice import Browser, counted, said
from tests.support.batches import COORDINATOR, PUBLISHED, definition

PAGE = "/admin/progress/batch-2023/design"
UNITS = f"{PAGE}/part/units"
CLASSES = (UnitClass(key="province", name="省级"), UnitClass(key="city", name="市级"))


def large(units: int = 120) -> Definition:
    """Return a batch of many provinces with a city below the first."""
    entries = [
        UnitEntry(code=f"{n:06d}", name=f"第{n}单位", unit_class="province", email="u@units.example")
        for n in range(1, units + 1)
    ]
    city = UnitEntry(code="900000", name="某市单位", unit_class="city", upper="000001", phone="010-60000000")
    return replace(definition(), unit_classes=CLASSES, units=(*entries, city))


@pytest.fixture(autouse=True)
def batch(database: Database) -> None:
    with database.write(Scope()) as session:
        store_draft(session, large(), actor=SYSTEM, now=PUBLISHED)


def copy_of(database: Database) -> Definition:
    with database.read(Scope()) as session:
        return working_copy(session, get_batch(session, "batch-2023").id, actor=COORDINATOR).definition


def send(browser: Browser, address: str, query: str = "", /, **form: object) -> tuple[int, str]:
    found = re.search(r'name="step" value="(\d+)"', browser.text(UNITS))
    assert found is not None
    answer = browser.post(f"{PAGE}/units/{address}{query}", {"step": found[1], **form})
    return answer.status_code, said(answer)


def test_units_are_listed_by_the_page_and_found(coordinator: Browser) -> None:
    first, last = coordinator.text(UNITS), coordinator.text(UNITS, page=3)
    found = coordinator.text(UNITS, q="第11 单位", **{"class": "province"})

    assert "第1单位" in first and "第51单位" not in first and "某市单位" in last
    assert "查到 11 个" in found and "第110单位" in found
    assert "没有符合条件的单位" in coordinator.text(UNITS, q="不存在")


def test_the_queries_do_not_grow_with_the_units(coordinator: Browser, database: Database) -> None:
    with counted() as few:
        coordinator.text(UNITS)
    with database.write(Scope()) as session:
        store_draft(session, large(400), actor=SYSTEM, now=PUBLISHED)
    with counted() as many:
        coordinator.text(UNITS)

    assert len(many) <= len(few) + 1


def test_chosen_units_get_a_class_or_go(coordinator: Browser, database: Database) -> None:
    changed = send(coordinator, "change", unit=["000002", "000003"], act="class", unit_class="city")
    gone = send(coordinator, "change", unit=["000001"], act="remove")
    nobody = send(coordinator, "change", act="remove")
    no_class = send(coordinator, "change", unit=["000002"], act="class", unit_class="")

    units = {unit.code: unit for unit in copy_of(database).units}
    assert (changed[0], gone[0], nobody[0], no_class[0]) == (303, 303, 422, 422)
    assert (units["000002"].unit_class, units["000004"].unit_class) == ("city", "province")
    assert "000001" not in units and units["900000"].upper is None
    assert "没有选中任何单位" in nobody[1] and "请选择单位类别" in no_class[1]


def test_all_that_a_search_finds_change_at_once(coordinator: Browser, database: Database) -> None:
    status, _ = send(coordinator, "change", "?class=province", all="yes", act="class", unit_class="city")

    assert status == 303
    assert {unit.unit_class for unit in copy_of(database).units} == {"city"}
    assert "可撤销：改变类别 120 个单位" in coordinator.text(UNITS)


def test_units_come_from_the_tree(coordinator: Browser, database: Database) -> None:
    send(coordinator, "change", all="yes", act="remove")
    assert copy_of(database).units == ()

    done = send(coordinator, "add", level="1", branch="", unit_class="province")
    city = send(coordinator, "add", level="0", branch="第1单位", unit_class="city")
    again = send(coordinator, "add", level="1", branch="", unit_class="province")

    assert (done[0], city[0], again[0]) == (303, 303, 422)
    units = copy_of(database).units
    assert len(units) == 121 and units[-1].upper == "000001"
    assert "层级：这些单位已经全部在名单中" in again[1]
