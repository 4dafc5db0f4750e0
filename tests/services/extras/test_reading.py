"""Values of additional fields obey the same rules whatever way they come."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from domain.errors import Invalid
from models.lists import Entity, ExtraField, ExtraKind
from services.extras import PREFIX, read_values, read_with, shown_value, typed_values
from tests.support.extras import add, field


def sentences(refusal: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.path: problem.sentence for problem in refusal.value.problems}


def every_kind(session: Session) -> None:
    add(session, "size", ExtraKind.NUMBER, "人数")
    add(session, "since", ExtraKind.DATE, "成立日")
    add(session, "area", ExtraKind.CHOICE, "片区", choices=("东部", "西部"), is_required=True)
    add(session, "pilot", ExtraKind.FLAG, "试点")
    add(session, "note", ExtraKind.LONG_TEXT, "备注")
    add(session, "chief", ExtraKind.TEXT, "处长")


def test_values_are_stored_in_the_form_of_their_kind(db: Session) -> None:
    """Issue 4, point 8"""
    every_kind(db)
    typed = {
        "人数": "１,２３４",
        "since": "2020年3月5日",
        "片区": "东部",
        "extra.pilot": "否",
        "备注": "甲\r\n乙",
        "处长": " ",
    }

    stored = read_values(db, Entity.UNIT, typed)

    assert stored == {"size": 1234, "since": "2020-03-05", "area": "东部", "pilot": False, "note": "甲\n乙"}


def test_every_wrong_value_is_named_at_once(db: Session) -> None:
    every_kind(db)
    typed = {"size": "很多", "since": "2020-02-30", "area": "北部", "pilot": "也许", "chief": "甲\n乙", "不存在": "x"}

    with pytest.raises(Invalid) as refusal:
        read_values(db, Entity.UNIT, typed)

    found = sentences(refusal)
    assert set(found) == {*(f"{PREFIX}{key}" for key in ("size", "since", "area", "pilot", "chief")), "不存在"}
    assert found["extra.size"] == "人数应为数字，如 1234"
    assert found["extra.area"] == "请从下列选项中选择：东部、西部"
    assert found["extra.pilot"] == "请从下列选项中选择：是、否"
    assert found["不存在"] == "没有补充字段“不存在”"


def test_a_required_field_is_asked_of_a_new_one_and_not_again_where_it_is_not_given(db: Session) -> None:
    every_kind(db)

    with pytest.raises(Invalid, match="请填写片区"):
        read_values(db, Entity.UNIT, {})
    with pytest.raises(Invalid, match="请填写片区"):
        read_values(db, Entity.UNIT, {"area": ""}, before={"area": "东部"})

    assert read_values(db, Entity.UNIT, {"size": "3"}, before={"gone": "旧值"}) == {"size": 3, "gone": "旧值"}
    assert read_values(db, Entity.UNIT, {"size": ""}, before={"size": 3, "gone": "旧值"}) == {"gone": "旧值"}


def test_a_field_of_units_is_none_of_organisations(db: Session) -> None:
    every_kind(db)

    with pytest.raises(Invalid, match="没有补充字段“size”"):
        read_values(db, Entity.ORGANISATION, {"size": "3"})
    assert read_values(db, Entity.ORGANISATION, {}) == {}


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_a_number_comes_back_as_it_was_typed_or_is_refused(number: Decimal) -> None:
    """A value is never stored as another one: what a float cannot hold is refused."""
    size = field("size", ExtraKind.NUMBER, "人数")
    text = f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
    try:
        stored = read_with([size], {"size": text})
    except Invalid as refusal:
        assert [problem.sentence for problem in refusal.problems] == ["人数的有效数字过多"]
        assert len(text.replace("-", "").replace(".", "").lstrip("0")) > 15
        return

    assert shown_value(size, stored) in {text, text.removeprefix("-")}


SHOWN: list[tuple[ExtraKind, Any, str]] = [
    (ExtraKind.NUMBER, 12.5, "12.5"),
    (ExtraKind.NUMBER, 1e15, "1000000000000000"),
    (ExtraKind.FLAG, True, "是"),
    (ExtraKind.FLAG, False, "否"),
    (ExtraKind.DATE, "2020-03-05", "2020-03-05"),
    (ExtraKind.TEXT, None, ""),
]


@pytest.mark.parametrize(("kind", "value", "shown"), SHOWN)
def test_a_value_is_shown_as_it_is_typed(kind: ExtraKind, value: Any, shown: str) -> None:
    one: ExtraField = field("one", kind, "一")

    assert typed_values([one], {"one": value} if value is not None else {}) == {"extra.one": shown}
