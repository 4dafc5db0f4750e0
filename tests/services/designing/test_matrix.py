"""The table of places: what is typed into it becomes quotas, and quotas show what was typed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.definition import Category, Definition, Mark, Quota, Strength, Subtype, UnitClass
from domain.lint import Level, check
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions.reading import load_file
from services.designing.edits import Insert, Remove, SetValues, edited
from services.designing.tables.matrix import Cell, Place, edits_for, matrix_of
from tests.support.batches import definition

CLASSES = ("province", "city", "corps")
CATEGORIES = (
    Category(key="enterprise", name="企业"),
    Category(
        key="platform",
        name="平台",
        subtypes=tuple(Subtype(key=key, name=name) for key, name in (("a", "甲"), ("b", "乙"), ("c", "丙"))),
    ),
)


def with_quotas(*quotas: Quota) -> Definition:
    classes = tuple(UnitClass(key=key, name=key) for key in CLASSES)
    return replace(definition(), unit_classes=classes, categories=CATEGORIES, quotas=quotas)


def quota(key: str, *classes: str, **values: object) -> Quota:
    return replace(Quota(key=key, classes=classes, category="enterprise"), **values)  # type: ignore[arg-type]  # any field


@cache
def miit() -> Definition:
    return load_file(FOLDER / "miit-2023.yaml")


def test_the_places_of_the_ministry_stand_in_the_table() -> None:
    """S003-19, S003-20, S003-21, S003-22, S003-23: 335, 37, 101, 62 and 5 more."""
    matrix = matrix_of(miit())

    assert {column.key: matrix.total(column) for column in matrix.columns} == {
        "enterprise": 335,
        "platform.sharing": 37,
        "platform.other": 101,
        "platform.sharing+other": 0,
        "city.comprehensive": 31,
        "city.design": 31,
        "city.comprehensive+design": 5,
    }
    assert matrix.cells["corps", "city.comprehensive+design"].limit == 0
    assert matrix.apart == []


def test_a_changed_cell_divides_its_quota_and_leaves_the_others() -> None:
    """A class that comes to differ gets a quota of its own; it must be confirmed, since no notice says it."""
    new = edited(miit(), edits_for(miit(), {("corps", "enterprise"): Cell(8, Strength.SOFT, "兵团8个")}))

    kept = {one.key: one for one in new.quotas}
    assert kept["enterprise-province"].classes == ("province",)
    own = kept["enterprise-corps"]
    assert (own.classes, own.limit, own.strength, own.clause) == (("corps",), 8, Strength.SOFT, "兵团8个")
    marks = {item.path: item.mark for item in new.evidence}
    assert marks["quotas.enterprise-corps"] is Mark.INFERRED
    assert marks["quotas.enterprise-province.limit"] is Mark.STATED
    assert [one for one in check(new, official_calendar()) if one.level is Level.ERROR] == []


def test_a_whole_quota_keeps_its_key() -> None:
    matrix = matrix_of(miit())
    typed = {(key, "enterprise"): replace(matrix.cells[key, "enterprise"], limit=12) for key in ("province", "corps")}

    assert edits_for(miit(), typed) == [SetValues("quotas.enterprise-province", {"limit": 12})]


def test_an_emptied_cell_takes_its_class_out_and_an_emptied_quota_goes() -> None:
    old = with_quotas(quota("all", *CLASSES, limit=3))

    assert edits_for(old, {("city", "enterprise"): None}) == [
        SetValues("quotas.all", {"classes": ["province", "corps"]})
    ]
    assert edits_for(old, dict.fromkeys(((key, "enterprise") for key in CLASSES), None)) == [Remove("quotas.all")]


def test_a_cell_joins_the_quota_that_says_the_same() -> None:
    old = with_quotas(quota("some", "province", limit=3), quota("few", "city", "corps", limit=1))

    assert edits_for(old, {("corps", "enterprise"): Cell(3)}) == [
        SetValues("quotas.some", {"classes": ["province", "corps"]}),
        SetValues("quotas.few", {"classes": ["city"]}),
    ]


def test_a_new_cell_makes_a_quota_with_a_key_of_its_own() -> None:
    old = with_quotas(quota("enterprise-corps", "province", limit=3))

    (edit,) = edits_for(old, {("corps", "enterprise"): Cell(None)})

    assert isinstance(edit, Insert)
    assert (edit.item["key"], edit.item["limit"]) == ("enterprise-corps-2", None)


def test_what_no_cell_can_show_stands_apart_and_is_left_alone() -> None:
    free = quota("free", "province", limit=1, free_when="scale < 5")
    lost = quota("lost", "nobody", limit=1)
    strange = quota("strange", "province", category="nothing")
    second = quota("second", "city", limit=1)
    old = with_quotas(free, lost, strange, quota("first", "city", limit=2), second, quota("none"))

    matrix = matrix_of(old)
    new = edited(old, edits_for(old, {("city", "enterprise"): Cell(5), ("ghost", "enterprise"): Cell(1)}))

    assert [one.key for one in matrix.apart] == ["free", "lost", "strange", "second", "none"]
    assert [one for one in new.quotas if one.key != "first"] == [free, lost, strange, second, quota("none")]


def test_sums_have_columns_and_a_quota_over_everything_is_the_sum_of_all() -> None:
    two = quota("two", "province", category="platform", subtypes=("b", "a"), limit=2)
    whole = quota("whole", "city", category="platform", limit=4)

    matrix = matrix_of(with_quotas(two, whole))

    assert [column.key for column in matrix.columns] == [
        *("enterprise", "platform.a", "platform.b", "platform.c", "platform.a+b", "platform.a+b+c")
    ]
    assert set(matrix.cells) == {("province", "platform.a+b"), ("city", "platform.a+b+c")}
    assert [column.part for column in matrix.columns if column.is_sum] == ["甲、乙合计", "合计"]


@pytest.mark.parametrize("limit", [None, 0, 3])
def test_a_column_without_a_limit_somewhere_has_no_total(limit: int | None) -> None:
    matrix = matrix_of(with_quotas(quota("one", "province", limit=limit)))

    assert matrix.total(matrix.columns[0]) == (None if limit is None else limit * 3)


LIMITS = st.one_of(st.none(), st.integers(0, 9))
CELLS = st.builds(Cell, LIMITS, st.sampled_from(Strength), st.sampled_from(["", "不超过", "可推荐"]))
COLUMNS = ("enterprise", "platform.a", "platform.b", "platform.c", "platform.a+b+c")
PLACES = st.tuples(st.sampled_from(CLASSES), st.sampled_from(COLUMNS))
TABLES = st.dictionaries(PLACES, st.one_of(st.none(), CELLS), max_size=12)
QUOTAS = st.lists(
    st.builds(
        Quota,
        key=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
        classes=st.lists(st.sampled_from(CLASSES), max_size=3, unique=True).map(tuple),
        category=st.sampled_from(["enterprise", "platform"]),
        subtypes=st.sampled_from([(), ("a",), ("b",), ("a", "b"), ("a", "b", "c")]),
        limit=LIMITS,
        strength=st.sampled_from(Strength),
        free_when=st.sampled_from(["", "", "", "scale < 5"]),
        clause=st.sampled_from(["", "不超过"]),
    ),
    max_size=6,
    unique_by=lambda one: one.key,
)


@settings(max_examples=200)
@given(QUOTAS, TABLES)
def test_the_table_shows_what_was_typed_and_nothing_else_changes(
    quotas: list[Quota], typed: dict[Place, Cell | None]
) -> None:
    """The law: matrix, edits, matrix is what was typed; quotas of untouched cells stay as they were."""
    old = with_quotas(*quotas)
    before = matrix_of(old)
    # One that stands apart only because another has its cell takes the cell when that one goes.
    assume(all(one.free_when or not one.classes for one in before.apart))

    new = edited(old, edits_for(old, typed))

    after = matrix_of(new)
    wanted = {**before.cells, **typed}
    assert dict(after.cells) == {place: cell for place, cell in wanted.items() if cell is not None}
    assert after.apart == before.apart
    moved = {key for place, key in before.keys.items() if wanted[place] != before.cells[place]}
    joined = {after.keys[place] for place, cell in typed.items() if cell is not None}
    kept = [one for one in old.quotas if one.key not in moved | joined]
    assert [one for one in new.quotas if one in kept] == kept
    assert edits_for(new, typed) == []
