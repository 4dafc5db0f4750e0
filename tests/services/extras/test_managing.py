"""Additional fields are added, changed, ordered, retired and restored; values and keys are never lost or reused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, Unit
from models.lists import Entity, ExtraField, ExtraKind
from services.extras import MOST_FIELDS, fields_of, read_values
from services.extras.checking import FieldWords
from services.extras.managing import change_field, move_field, restore_field, retire_field
from services.units import Place, add_unit, change_unit
from tests.support.extras import add
from tests.support.people import COORDINATOR, NOW

BRANCH = Actor("李主任", Role.COORDINATOR, user_id=9, branch="/410000/")
OFFICER = Actor("张三", Role.OFFICER, user_id=8, branch="/410000/")
ACT: dict[str, Any] = {"actor": COORDINATOR, "now": NOW}
AREA = {"choices": ("东部", "西部")}


def problems(call: Any, *args: Any, **values: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        call(*args, **values)
    return {problem.path: problem.sentence for problem in refusal.value.problems}


def last_act(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_a_key_is_given_or_made_and_never_used_twice(db: Session) -> None:
    given = add(db, "area", ExtraKind.CHOICE, "片区", **AREA)
    made = add(db, "", ExtraKind.TEXT, "处长")
    retire_field(db, given.id, **ACT)
    retire_field(db, made.id, **ACT)

    assert (given.key, made.key) == ("area", "field_2")
    assert problems(add, db, "area", ExtraKind.TEXT, "别的") == {"key": "这个标识已经用过，不能再用"}
    assert add(db, "", ExtraKind.TEXT, "别的").key == "field_3"
    assert add(db, "area", ExtraKind.TEXT, "别的", entity=Entity.ORGANISATION).key == "area"


BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"key": "Größe"}, {"key": "标识不合规则"}),
    ({"label": ""}, {"label": "请填写名称"}),
    ({"label": "手机"}, {"label": "推荐单位已有同名的一项，请换一个名称"}),
    ({"label": "人数"}, {"label": "已有同名的补充字段"}),
    ({"choices": ("东部",)}, {"choices": "单选字段须有 2 至 100 个选项，现有 1 个"}),
    ({"choices": ("东部", "东部", " ")}, {"choices": "选项重复：东部"}),
    ({"choices": ("东部", "西" * 61)}, {"choices": "每个选项最多 60 字"}),
    ({"kind": ExtraKind.TEXT}, {"choices": "只有单选字段有选项"}),
    ({"key": "0", "label": "名称", "choices": ()}, {"key": "", "label": "", "choices": ""}),
]


@pytest.mark.parametrize(("changes", "expected"), BAD)
def test_a_field_that_cannot_be_is_refused_with_every_reason(
    db: Session, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    add(db, "size", ExtraKind.NUMBER, "人数")
    wanted = {"key": "area", "kind": ExtraKind.CHOICE, "label": "片区", **AREA, **changes}

    found = problems(add, db, wanted.pop("key"), wanted.pop("kind"), wanted.pop("label"), **wanted)

    assert set(found) == set(expected)
    assert all(found[path] == sentence for path, sentence in expected.items() if sentence)


def test_a_choice_that_is_somebodys_value_cannot_go(db: Session) -> None:
    area = add(db, "area", ExtraKind.CHOICE, "片区", **AREA)
    unit = add_unit(db, Place(code="1"), {"name": "甲", "extra.area": "东部"}, **ACT)
    without = FieldWords(label="片区", choices=("西部", "中部"))

    assert problems(change_field, db, area.id, without, **ACT) == {
        "choices": "选项“东部”还有 1 个推荐单位在用，不能删去"
    }

    change_unit(db, unit.id, {"name": "甲", "extra.area": "西部"}, **ACT)
    assert change_field(db, area.id, without, **ACT).choices == ["西部", "中部"]
    assert last_act(db).changes == {
        "before": {"choices": ["东部", "西部"]},
        "after": {"choices": ["西部", "中部"]},
    }


def test_a_retired_field_is_not_asked_and_keeps_its_values(db: Session) -> None:
    area = add(db, "area", ExtraKind.CHOICE, "片区", is_required=True, **AREA)
    unit = add_unit(db, Place(code="1"), {"name": "甲", "extra.area": "东部"}, **ACT)

    retire_field(db, area.id, **ACT)
    change_unit(db, unit.id, {"name": "乙"}, **ACT)

    assert fields_of(db, Entity.UNIT) == []
    assert db.get_one(Unit, unit.id).extra == {"area": "东部"}
    with pytest.raises(Conflict, match="恢复后才能修改"):
        change_field(db, area.id, FieldWords(label="区"), **ACT)

    restore_field(db, area.id, **ACT)
    assert [one.key for one in fields_of(db, Entity.UNIT)] == ["area"]
    with pytest.raises(Conflict, match="不需要恢复"):
        restore_field(db, area.id, **ACT)
    assert [entry.what for entry in db.scalars(select(AuditEntry).where(AuditEntry.action == "manage_fields"))] == [
        "推荐单位补充字段“片区”（area）"
    ] * 3


def test_a_field_is_not_restored_beside_another_of_its_name(db: Session) -> None:
    old = add(db, "old", ExtraKind.TEXT, "处长")
    retire_field(db, old.id, **ACT)
    add(db, "new", ExtraKind.TEXT, "处长")

    with pytest.raises(Conflict, match="已有另一个名为“处长”的字段在用"):
        restore_field(db, old.id, **ACT)


def test_fields_are_moved_among_those_in_use(db: Session) -> None:
    made = [add(db, key, ExtraKind.TEXT, key) for key in ("one", "two", "three", "four")]
    retire_field(db, made[1].id, **ACT)

    def order() -> list[str]:
        return [one.key for one in fields_of(db, Entity.UNIT)]

    move_field(db, made[3].id, -1, **ACT)
    assert order() == ["one", "four", "three"]
    move_field(db, made[0].id, -1, **ACT)
    assert order() == ["one", "four", "three"]
    move_field(db, made[0].id, 1, **ACT)
    assert order() == ["four", "one", "three"]


def test_there_are_only_so_many(db: Session) -> None:
    for number in range(MOST_FIELDS):
        db.add(
            ExtraField(
                entity=Entity.UNIT, key=f"k{number}", label=f"第{number}", kind=ExtraKind.TEXT, position=number
            )
        )
    db.flush()

    with pytest.raises(Conflict, match=f"最多有 {MOST_FIELDS} 个补充字段在用"):
        add(db, "more", ExtraKind.TEXT, "又一个")


@pytest.mark.parametrize("actor", [BRANCH, OFFICER])
def test_only_an_office_of_all_units_changes_what_is_asked(db: Session, actor: Actor) -> None:
    made = add(db, "one", ExtraKind.TEXT, "一")
    for call in (
        lambda: change_field(db, made.id, FieldWords(label="二"), actor=actor, now=NOW),
        lambda: move_field(db, made.id, 1, actor=actor, now=NOW),
        lambda: retire_field(db, made.id, actor=actor, now=NOW),
        lambda: restore_field(db, made.id, actor=actor, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(NotFound):
        retire_field(db, 99, **ACT)


def test_every_problem_of_a_unit_is_named_whether_its_own_or_added(db: Session) -> None:
    add(db, "size", ExtraKind.NUMBER, "人数", is_required=True)

    found = problems(add_unit, db, Place(code="a b"), {"name": "", "extra.size": "多"}, **ACT)

    assert set(found) == {"code", "name", "extra.size"}
    made = add_unit(db, Place(code="1"), {"name": "甲", "extra.size": "12"}, **ACT)
    assert made.extra == {"size": 12}
    assert last_act(db).changes["after"]["extra.size"] == 12
    change_unit(db, made.id, {"name": "甲", "extra.size": "13"}, **ACT)
    assert last_act(db).changes == {"before": {"extra.size": 12}, "after": {"extra.size": 13}}
    assert read_values(db, Entity.UNIT, {"人数": "5"}) == {"size": 5}
