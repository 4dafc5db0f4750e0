"""Views belong to their makers: shared ones are used by all who see the list and changed by few."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, SavedView
from services.lists.views import (
    MOST_PAIRS,
    MOST_VIEWS,
    Arrangement,
    Words,
    change_view,
    delete_view,
    overwrite_view,
    place_of,
    save_view,
    views_of,
)
from tests.support.people import NOW, user

PLACE = "admin_units"
SHOWN = Arrangement(query=(("search", "省"), ("flt0_is_active", "1")), columns=("name", "code"))


def person(session: Session, account: str, role: Role = Role.COORDINATOR) -> Actor:
    made = user(session, account)
    return Actor(made.name, role, user_id=made.id)


def names(session: Session, actor: Actor) -> list[tuple[str, bool, bool]]:
    return [(one.words.name, one.is_own, one.may_change) for one in views_of(session, PLACE, actor=actor)]


def keep(session: Session, actor: Actor, name: str, **words: Any) -> SavedView:
    return save_view(session, PLACE, Words(name=name, **words), SHOWN, actor=actor, now=NOW)


def test_a_view_keeps_conditions_and_columns_and_is_ones_own(db: Session) -> None:
    """Issue 4, point 8"""
    wang, li = person(db, "wang"), person(db, "li")
    keep(db, wang, " 在用 ")

    (found,) = views_of(db, PLACE, actor=wang)
    assert (found.words.name, found.shown, found.owner) == ("在用", SHOWN, "wang先生")
    assert views_of(db, PLACE, actor=li) == []
    assert views_of(db, "admin_titles", actor=wang) == []


def test_a_shared_view_is_used_by_all_and_changed_by_its_maker_or_an_administrator(db: Session) -> None:
    wang, li, admin = person(db, "wang"), person(db, "li"), person(db, "admin", Role.ADMIN)
    shared, own = keep(db, wang, "共享", is_shared=True), keep(db, wang, "自用")
    keep(db, li, "共享")

    assert names(db, li) == [("共享", True, True), ("共享", False, False)]
    assert names(db, admin) == [("共享", False, True)]
    for call in (
        lambda: overwrite_view(db, shared.id, SHOWN, actor=li, now=NOW),
        lambda: change_view(db, shared.id, Words(name="改"), actor=li, now=NOW),
        lambda: delete_view(db, shared.id, actor=li, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="另存为自己的视图"):
            call()
    for actor in (li, admin):
        with pytest.raises(NotFound):
            delete_view(db, own.id, actor=actor, now=NOW)
        with pytest.raises(NotFound):
            place_of(db, own.id, actor=actor)
    change_view(db, shared.id, Words(name="改名", is_shared=True, is_default=True), actor=admin, now=NOW)
    assert (shared.name, shared.is_default) == ("改名", False)
    delete_view(db, shared.id, actor=admin, now=NOW)
    assert names(db, wang) == [("自用", True, True)]


def test_one_view_of_a_list_is_the_default(db: Session) -> None:
    wang, li = person(db, "wang"), person(db, "li")
    first, second = keep(db, wang, "甲", is_default=True), keep(db, wang, "乙", is_default=True)
    other = keep(db, li, "甲", is_default=True)

    assert [first.is_default, second.is_default, other.is_default] == [False, True, True]

    change_view(db, first.id, Words(name="甲", is_default=True), actor=wang, now=NOW)
    assert [first.is_default, second.is_default, other.is_default] == [True, False, True]
    change_view(db, first.id, Words(name="甲"), actor=wang, now=NOW)
    assert [first.is_default, second.is_default] == [False, False]


BAD: list[tuple[Words, Arrangement, str]] = [
    (Words(name=" "), SHOWN, "请填写名称"),
    (Words(name="长" * 61), SHOWN, "名称最多 60 字，现为 61 字"),
    (Words(name="有"), SHOWN, "已有同名的视图"),
    (Words(name="新"), Arrangement(query=(("search", "x" * 501),)), "条件过多或过长，不能保存为视图"),
    (Words(name="新"), Arrangement(query=(("a", "b"),) * (MOST_PAIRS + 1)), "条件过多或过长，不能保存为视图"),
    (Words(name="新"), Arrangement(columns=()), "至少显示一列"),
]


@pytest.mark.parametrize(("words", "shown", "sentence"), BAD)
def test_a_view_that_cannot_be_is_refused(db: Session, words: Words, shown: Arrangement, sentence: str) -> None:
    wang = person(db, "wang")
    keep(db, wang, "有")

    with pytest.raises(Invalid) as refusal:
        save_view(db, PLACE, words, shown, actor=wang, now=NOW)

    assert [problem.sentence for problem in refusal.value.problems] == [sentence]
    assert names(db, wang) == [("有", True, True)]


def test_a_name_that_is_taken_cannot_be_given_to_another(db: Session) -> None:
    wang = person(db, "wang")
    keep(db, wang, "甲")
    other = keep(db, wang, "乙")

    with pytest.raises(Invalid, match="已有同名的视图"):
        change_view(db, other.id, Words(name="甲"), actor=wang, now=NOW)
    overwrite_view(db, other.id, Arrangement(query=(("sort", "name"),)), actor=wang, now=NOW)
    assert (other.query, other.columns, other.name) == ([["sort", "name"]], None, "乙")


def test_there_are_only_so_many(db: Session) -> None:
    wang = person(db, "wang")
    for number in range(MOST_VIEWS):
        keep(db, wang, f"第{number}")

    with pytest.raises(Conflict, match=f"最多保存 {MOST_VIEWS} 个视图"):
        keep(db, wang, "又一个")


def test_who_sees_no_list_keeps_no_view_and_each_act_is_noted(db: Session) -> None:
    officer, wang = person(db, "zhang", Role.OFFICER), person(db, "wang")
    with pytest.raises(NotAllowed):
        keep(db, officer, "视图")
    made = keep(db, wang, "甲", is_shared=True)
    overwrite_view(db, made.id, SHOWN, actor=wang, now=NOW)
    delete_view(db, made.id, actor=wang, now=NOW)

    found = db.scalars(select(AuditEntry.what).where(AuditEntry.action == "arrange_lists").order_by(AuditEntry.id))
    assert list(found) == [f"{verb}视图“甲”" for verb in ("保存", "覆盖", "删除")]
