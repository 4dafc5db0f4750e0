"""Contacts from a workbook: one present person for a unit in a batch, or in all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from models import BatchState, Contact, Unit
from models.scope import Scope, set_scope
from services.batches.drafts import store_draft
from services.bulk.columns import What
from services.bulk.outcome import Effect
from tests.support.batches import definition, running
from tests.support.bulk import NOW, bring_in, changes, effects, look, why

CONTACTS = What.CONTACTS
ADDED, CHANGED, UNCHANGED, REFUSED = Effect
BATCH = "示范遴选 2023"


def present(session: Session, code: str = "000001") -> dict[str | None, tuple[str, str | None, str | None]]:
    """Return name, mobile and phone of a unit's contacts in force, by batch."""
    found = select(Contact).join(Unit).where(Unit.code == code, Contact.valid_until.is_(None))
    return {
        "batch" if contact.batch_id else None: (contact.name, contact.mobile, contact.phone)
        for contact in session.scalars(found)
    }


def test_a_common_contact_and_one_of_a_batch_stand_side_by_side(db: Session) -> None:
    running(db)

    bring_in(
        db, CONTACTS, ("第1单位", "", "张三", "", "", 13800000000), ("000001", BATCH, "李四", "", "０３７１-60000000")
    )

    assert present(db) == {None: ("张三", "13800000000", None), "batch": ("李四", None, "0371-60000000")}


def test_another_person_takes_over_and_the_former_one_stays_in_the_history(db: Session) -> None:
    running(db)
    bring_in(db, CONTACTS, ("000001", "", "张三", "科长", "", "13800000000"))

    seen = look(db, CONTACTS, ("000001", "", "李四", "", "", "13900000000"))
    bring_in(db, CONTACTS, ("000001", "", "李四", "", "", "13900000000"))

    assert changes(seen.lines[0]) == {
        "姓名": ("张三", "李四"),
        "职务": ("科长", ""),
        "手机": ("13800000000", "13900000000"),
    }
    assert "接替张三" in seen.lines[0].note
    assert present(db) == {None: ("李四", "13900000000", None)}
    assert len(db.scalars(select(Contact)).all()) == 2


def test_the_same_person_keeps_what_the_file_leaves_empty(db: Session) -> None:
    """By name, or by mobile number under a corrected name; and importing again changes nothing."""
    running(db)
    bring_in(db, CONTACTS, ("000001", "", "张三", "科长", "", "13800000000"))

    bring_in(db, CONTACTS, ("000001", "各批次通用", "张三", "处长"))
    bring_in(db, CONTACTS, ("000001", "", "章三", "", "", "138 0000 0000"))
    again = bring_in(db, CONTACTS, ("000001", "", "章三", "处长"))

    contact = db.scalars(select(Contact).where(Contact.valid_until.is_(None))).one()
    assert (contact.name, contact.post, contact.mobile) == ("章三", "处长", "138 0000 0000")
    assert again.counts[UNCHANGED] == 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("第9单位", "", "张三", "", "", "13800000000"), "没有这个单位"),
        (("000001", "别的批次", "张三", "", "", "13800000000"), "没有这个批次"),
        (("000001", "", "", "", "", "13800000000"), "没有填写姓名"),
        (("", "", "张三"), "没有填写单位"),
        (("000001", "", "张三"), "请至少填写一项"),
        (("000001", "", "张三", "", "", "12800000000"), "手机号应为 11 位"),
        (("000001", "", "张三", "", "", "", "", "a@b.example, c@d.example"), "只填一个"),
        (("外单位", BATCH, "张三", "", "", "13800000000"), "不在这个批次中"),
    ],
)
def test_a_wrong_row_is_refused(db: Session, row: tuple[object, ...], sentence: str) -> None:
    running(db)
    db.add(Unit(code="990000", name="外单位", path="/990000/"))
    db.flush()

    seen = look(db, CONTACTS, row)

    assert effects(seen) == [REFUSED]
    assert sentence in why(seen, 1)


def test_a_unit_stands_once_for_a_batch(db: Session) -> None:
    running(db)
    row = ("000001", "", "张三", "", "", "13800000000")

    seen = look(db, CONTACTS, row, ("第1单位", "", "李四", "", "", "13900000000"))

    assert effects(seen) == [ADDED, REFUSED]
    assert "单位和批次与第 2 行重复" in why(seen, 2)


def test_a_batch_that_is_over_takes_no_contacts(db: Session) -> None:
    running(db).batch.state = BatchState.FINISHED
    db.flush()

    assert "没有这个批次" in why(look(db, CONTACTS, ("000001", BATCH, "张三", "", "", "13800000000")), 1)


def test_a_batch_goes_by_the_name_that_every_page_shows(db: Session) -> None:
    """Programme and year, as long as that is one batch; else its number has to be given."""
    batch = running(db).batch
    row = ("000001", f"{batch.programme.name} {batch.year}", "张三", "", "", "13800000000")

    seen = look(db, CONTACTS, row, ("000002", batch.code, "李四", "", "", "13800000001"))
    store_draft(db, replace(definition(), code="batch-2"), actor=SYSTEM, now=NOW)
    twice = look(db, CONTACTS, row)

    assert effects(seen) == [ADDED, ADDED]
    assert effects(twice) == [REFUSED]
    assert "有 2 个批次叫这个名称" in why(twice, 1) and "请改填编号" in why(twice, 1)


def test_an_unknown_batch_is_told_with_those_there_are(db: Session) -> None:
    batch = running(db).batch
    short = f"{batch.programme.name} {batch.year}"
    row = ("000001", "别的批次", "张三", "", "", "13800000000")

    one = why(look(db, CONTACTS, row), 1)
    store_draft(db, replace(definition(), code="batch-2"), actor=SYSTEM, now=NOW)
    two = why(look(db, CONTACTS, row), 1)
    for number in range(20):
        store_draft(db, replace(definition(), code=f"more-{number}", year=2000 + number), actor=SYSTEM, now=NOW)
    many = why(look(db, CONTACTS, row), 1)

    assert f"没有这个批次（现为 别的批次）；可填：各批次通用、{short}" in one
    assert "可填：各批次通用、batch-2、batch-2023" in two
    assert "、more-19 等" not in many and many.endswith("等 23 个")


def test_an_officer_sets_only_the_own_branch(db: Session) -> None:
    running(db)
    actor = Actor("经办人", Role.OFFICER, user_id=7, branch="/000001/")
    set_scope(db, Scope.of(actor))
    rows = (("000001", "", "张三", "", "", "13800000000"), ("000002", "", "李四", "", "", "13900000000"))

    seen = look(db, CONTACTS, *rows, actor=actor)

    assert effects(seen) == [ADDED, REFUSED]
