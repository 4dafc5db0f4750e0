"""Units from a workbook: by code, in any order, under one another."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Invalid, NotAllowed
from models import AuditEntry, ExtraKind, Unit
from models.lists import Entity, ExtraField
from models.scope import Scope, set_scope
from services.bulk.columns import What
from services.bulk.importing import Workbook, confirm, preview
from services.bulk.outcome import Effect, NotAsShown
from tests.support.batches import COORDINATOR
from tests.support.bulk import HEADINGS, NOW, bring_in, changes, effects, look, why, workbook
from tests.support.people import unit

UNITS = What.UNITS
ADDED, CHANGED, UNCHANGED, REFUSED = Effect


def found(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def paths(session: Session) -> dict[str, str]:
    return {row.code: row.path for row in session.execute(select(Unit.code, Unit.path))}


def test_a_lower_unit_may_come_before_the_one_above_it(db: Session) -> None:
    rows = (("410301", "某县局", "洛阳"), ("410300", "洛阳市局", "410000", "洛阳"), ("410000", "省厅"))

    done = bring_in(db, UNITS, *rows)

    assert done.counts[ADDED] == 3
    assert paths(db) == {
        "410000": "/410000/",
        "410300": "/410000/410300/",
        "410301": "/410000/410300/410301/",
    }


def test_a_preview_tells_old_and_new_values_and_stores_nothing(db: Session) -> None:
    unit(db, name="河南省厅", email="old@x.example", phone="0371-60000000")
    rows = (
        ("410000", "河南省工信厅", "", "河南", "new@x.example"),
        ("420000", "湖北省厅"),
        ("43", "湖南省厅", "", "", "not an address"),
    )

    seen = look(db, UNITS, *rows)

    assert effects(seen) == [CHANGED, ADDED, REFUSED]
    assert changes(seen.lines[0]) == {
        "名称": ("河南省厅", "河南省工信厅"),
        "简称": ("", "河南"),
        "电子邮箱": ("old@x.example", "new@x.example"),
    }
    assert "电子邮箱" in why(seen, 3)
    assert paths(db) == {"410000": "/410000/"}
    assert found(db, "410000").name == "河南省厅"


def test_importing_again_changes_nothing(db: Session) -> None:
    rows = (("410000", "省厅", "", "豫", "a@x.example", 13800000000.0, "0371-60000000"), ("410300", "市局", "豫"))
    bring_in(db, UNITS, *rows)
    entries = len(db.scalars(select(AuditEntry)).all())

    done = bring_in(db, UNITS, *rows)

    assert done.counts == {ADDED: 0, CHANGED: 0, UNCHANGED: 2, REFUSED: 0}
    assert len(db.scalars(select(AuditEntry)).all()) == entries
    assert found(db, "410000").mobile == "13800000000"


def test_a_unit_that_the_same_file_renames_is_known_by_its_new_name(db: Session) -> None:
    """Whoever sends the file again must find what he found at first: the old name would name nothing then."""
    unit(db, "A1", unit(db, "A0", name="省厅"), name="旧名局", short="旧")
    renaming = ("A1", "新名局", "", "新")

    seen = look(db, UNITS, renaming, ("B1", "甲局", "新名局"), ("B2", "乙局", "新"), ("B3", "丙局", "A1"))
    assert effects(seen) == [CHANGED, ADDED, ADDED, ADDED]
    assert {changes(line)["上级单位"] for line in seen.lines[1:]} == {("", "新名局")}

    former = look(db, UNITS, renaming, ("B1", "甲局", "旧名局"), ("B2", "乙局", "旧"))
    assert effects(former) == [CHANGED, REFUSED, REFUSED]
    assert "本表把它改名为“新名局”" in why(former, 2)


def test_an_empty_cell_changes_nothing_and_codes_are_read_in_any_width(db: Session) -> None:
    unit(db, email="a@x.example")

    bring_in(db, UNITS, ("４１００００ ", "新名厅"))

    assert (found(db, "410000").name, found(db, "410000").email) == ("新名厅", "a@x.example")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "无代码"), "没有填写代码"),
        (("4 1 0/0", "坏代码"), "不合规则"),
        (("420000", ""), "请填写名称"),
        (("420000", "410000工信厅"), "已属于另一个单位"),
        (("410000", "省厅", "420000"), "没有|上级"),
        (("420000", "湖北", "41000"), "没有这个单位.*是否“410000”"),
        (("420000", "湖北", "", "", "", "1380000"), "手机号应为 11 位"),
        (("420000", "湖\x01北"), "控制字符"),
        (("420000", "湖北", "420000"), "绕成了一圈"),
        (("420000", "湖" * 121), "最多 120 字"),
    ],
)
def test_a_wrong_row_is_refused_with_what_would_be_allowed(
    db: Session, row: tuple[object, ...], sentence: str
) -> None:
    unit(db)

    seen = look(db, UNITS, row, ("990000", "好的一行"))

    assert effects(seen) == [REFUSED, ADDED]
    assert re.search(sentence, why(seen, 1)), why(seen, 1)


def test_what_stands_twice_names_the_earlier_row(db: Session) -> None:
    seen = look(db, UNITS, ("1A", "甲"), ("1A", "乙"), ("1B", "甲"))

    assert effects(seen) == [ADDED, REFUSED, REFUSED]
    assert "代码与第 2 行重复" in why(seen, 2)
    assert "名称与第 2 行重复" in why(seen, 3)


def test_a_circle_and_what_hangs_on_a_wrong_row_are_refused(db: Session) -> None:
    rows = (
        ("A1", "甲", "B1"),
        ("B1", "乙", "A1"),
        ("C1", "丙", "D1"),
        ("D1", "丁", "", "", "bad"),
        ("E1", "戊", "C1"),
    )

    seen = look(db, UNITS, *rows)

    assert effects(seen) == [REFUSED] * 5
    assert "请核对第 2、3 行" in why(seen, 1)
    assert "第 5 行有误" in why(seen, 3)


def test_a_refused_row_keeps_the_whole_file_out(db: Session) -> None:
    with pytest.raises(Invalid, match="第 3 行"):
        bring_in(db, UNITS, ("A1", "甲"), ("A2", ""))

    assert paths(db) == {}


def test_what_is_not_as_shown_is_shown_again(db: Session) -> None:
    unit(db, name="省厅")
    content = workbook(HEADINGS[UNITS], [("410000", "新名")], "推荐单位")
    seen = preview(db, UNITS, content, actor=COORDINATOR, now=NOW)
    found(db, "410000").name = "已被改名"
    db.flush()

    with pytest.raises(NotAsShown) as refused:
        confirm(db, UNITS, Workbook("x", content), seen=seen.fingerprint, actor=COORDINATOR, now=NOW)

    assert changes(refused.value.preview.lines[0]) == {"名称": ("已被改名", "新名")}
    again = refused.value.preview.fingerprint
    assert confirm(db, UNITS, Workbook("x", content), seen=again, actor=COORDINATOR, now=NOW).counts[CHANGED] == 1


def test_an_import_moves_no_unit(db: Session) -> None:
    upper = unit(db)
    unit(db, "410300", upper, short="洛阳")
    unit(db, "420000")

    seen = look(db, UNITS, ("410300", "", "420000"), ("420000", "", ""))

    assert "调整上级" in why(seen, 1)
    assert effects(seen) == [REFUSED, UNCHANGED]


def test_additional_fields_come_in_like_others(db: Session) -> None:
    for position, (key, label, kind, choices) in enumerate(
        (
            ("level", "级别", ExtraKind.CHOICE, ["省级", "市级"]),
            ("since", "成立日期", ExtraKind.DATE, []),
            ("staff", "人数", ExtraKind.NUMBER, []),
        )
    ):
        db.add(
            ExtraField(
                entity=Entity.UNIT, key=key, label=label, kind=kind, choices=choices, position=position, help=""
            )
        )
    db.flush()
    headings = ("代码", "名称", "级别", "成立日期", "人数")

    def take(*row: object) -> dict[str, tuple[str, str]]:
        content = workbook(headings, [row])
        seen = preview(db, UNITS, content, actor=COORDINATOR, now=NOW)
        confirm(db, UNITS, Workbook("x", content), seen=seen.fingerprint, actor=COORDINATOR, now=NOW)
        return changes(seen.lines[0])

    take("410000", "省厅", "省级", 43831, 12.0)
    assert found(db, "410000").extra == {"level": "省级", "since": "2020-01-01", "staff": 12}
    assert take("410000", "", "市级") == {"级别": ("省级", "市级")}
    assert found(db, "410000").extra == {"level": "市级", "since": "2020-01-01", "staff": 12}
    wrong = preview(db, UNITS, workbook(headings, [("1", "x", "县级")]), actor=COORDINATOR, now=NOW)
    assert "级别" in why(wrong, 1)


def test_a_branch_stays_a_branch(db: Session) -> None:
    """A coordinator of one province sees, changes and adds nothing in another, and learns nothing of it."""
    upper = unit(db)
    unit(db, "420000", name="湖北省厅", email="secret@x.example")
    actor = Actor("省里", Role.COORDINATOR, user_id=5, branch=upper.path)
    set_scope(db, Scope.of(actor))

    seen = look(
        db, UNITS, ("420000", "改名"), ("430000", "新省"), ("410300", "洛阳", "410000"), ("4103", "x", "湖北"),
        ("410301", "湖北省厅", "410000"), actor=actor,
    )  # fmt: skip

    assert effects(seen) == [REFUSED, REFUSED, ADDED, REFUSED, REFUSED]
    assert "这个代码已属于另一个单位" in why(seen, 1)
    assert "只能管理本单位的下级单位" in why(seen, 2)
    assert "没有这个单位" in why(seen, 4)
    assert "这个名称已属于另一个单位" in why(seen, 5)
    assert "secret" not in str(seen)


def test_who_may_not_manage_units_sees_nothing(db: Session) -> None:
    with pytest.raises(NotAllowed):
        look(db, UNITS, ("1", "x"), actor=Actor("某", Role.OFFICER, branch="/410000/"))
