"""Earlier winners from a workbook: added, filled in, never overwritten."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from models import AuditEntry, Programme, Title, TitleAlias
from models.scope import Scope, set_scope
from services.bulk.columns import What
from services.bulk.outcome import Effect
from tests.support.batches import definition, running
from tests.support.bulk import bring_in, changes, effects, look, why
from tests.support.case_rows import credit_code
from tests.support.filled import with_quotas

TITLES = What.TITLES
ADDED, CHANGED, UNCHANGED, REFUSED = Effect
ROW = ("服务型制造示范", "第２批", "示范企业", "甲公司", "000001")


def registry(session: Session) -> list[tuple[str, int, str, str | None, date | None]]:
    found = session.scalars(select(Title).order_by(Title.holder))
    return [(one.holder, one.batch_no, one.category, one.credit_code, one.awarded_on) for one in found]


def test_names_of_programme_category_and_unit_are_understood(db: Session) -> None:
    """I13"""
    running(db, with_quotas(definition()))

    done = bring_in(
        db,
        TITLES,
        (*ROW, credit_code(1), 44166.0),
        ("fwxzz", 2.0, "enterprise", "乙公司", "第2单位", "", "2020.12.1"),
    )

    assert done.counts[ADDED] == 2
    assert registry(db) == [
        ("乙公司", 2, "enterprise", None, date(2020, 12, 1)),
        ("甲公司", 2, "enterprise", credit_code(1), date(2020, 12, 1)),
    ]


def test_importing_again_changes_nothing_and_fills_in_what_was_not_known(db: Session) -> None:
    running(db, with_quotas(definition()))
    bring_in(db, TITLES, ROW)

    assert bring_in(db, TITLES, ROW).counts[UNCHANGED] == 1
    seen = look(db, TITLES, (*ROW, credit_code(1)))
    bring_in(db, TITLES, (*ROW, credit_code(1)))
    bring_in(db, TITLES, (*ROW, "", "2020-12-01"))

    assert changes(seen.lines[0]) == {"统一社会信用代码": ("", credit_code(1))}
    assert registry(db) == [("甲公司", 2, "enterprise", credit_code(1), date(2020, 12, 1))]
    last = db.scalars(
        select(AuditEntry).where(AuditEntry.what.contains("补充")).order_by(AuditEntry.id.desc())
    ).first()
    assert last is not None and last.changes["after"] == {"awarded_on": "2020-12-01"}


def test_a_former_name_finds_the_title(db: Session) -> None:
    """S003-58"""
    running(db, with_quotas(definition()))
    bring_in(db, TITLES, ROW)
    title = db.scalars(select(Title)).one()
    title.holder = "新名公司"
    title.aliases.append(TitleAlias(name="甲公司", until=date(2022, 1, 1)))
    db.flush()

    seen = look(db, TITLES, ROW)

    assert effects(seen) == [UNCHANGED]
    assert "新名公司" in seen.lines[0].note


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("没有的项目", *ROW[1:]), "没有这个项目"),
        ((ROW[0], "二", *ROW[2:]), "应为数字"),
        ((ROW[0], "0", *ROW[2:]), "批次从 1 起"),
        ((*ROW[:2], "示范平台", *ROW[3:]), "没有这个类别"),
        ((*ROW[:3], "", ROW[4]), "没有填写名称"),
        ((*ROW[:4], "第9单位"), "没有这个单位"),
        ((*ROW, "91410300MA3X4Q2J1X"), "统一社会信用代码"),
        ((*ROW, "", "去年"), "日期看不懂"),
        ((*ROW[:4], "第2单位"), "登记“迁移”"),
        ((*ROW, credit_code(2)), f"登记的是 {credit_code(1)}"),
    ],
)
def test_a_wrong_row_or_one_that_contradicts_the_registry_is_refused(
    db: Session, row: tuple[object, ...], sentence: str
) -> None:
    running(db, with_quotas(definition()))
    bring_in(db, TITLES, (*ROW, credit_code(1)))

    seen = look(db, TITLES, row)

    assert effects(seen) == [REFUSED]
    assert sentence in why(seen, 1)


def test_a_key_that_no_batch_has_is_pointed_out(db: Session) -> None:
    running(db, with_quotas(definition()))

    seen = look(db, TITLES, (*ROW[:2], "project", *ROW[3:]), ROW, ROW)

    assert "不在现有批次的配置中" in seen.lines[0].note
    assert effects(seen) == [ADDED, ADDED, REFUSED]


def test_programmes_and_units_of_others_are_out_of_reach(db: Session) -> None:
    running(db, with_quotas(definition()))
    other = Programme(key="other", name="另一项目")
    db.add(other)
    db.flush()
    actor = Actor("省里", Role.COORDINATOR, user_id=5, branch="/000001/", programmes=frozenset({other.id}))
    set_scope(db, Scope.of(actor))
    rows = (ROW, ("other", 1, "enterprise", "乙公司", "000002"), ("另一项目", 1, "enterprise", "丙公司", "000001"))

    seen = look(db, TITLES, *rows, actor=actor)

    assert effects(seen) == [REFUSED, REFUSED, ADDED]
    assert "没有这个项目" in why(seen, 1)
    assert "没有这个单位" in why(seen, 2)
