"""People from a workbook: no file holds a password, and nobody gets more than the importer has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Invalid, NotAllowed
from models import Admission, Membership, Programme, User
from models.scope import Scope, set_scope
from services.bulk.columns import What
from services.bulk.kinds.users import MOST_ACCOUNTS
from services.bulk.outcome import Effect
from services.identity.memberships import title_of
from services.organisations.forms import NewPerson
from services.organisations.inviting import accept
from tests.support.bulk import NOW, bring_in, changes, effects, look, why
from tests.support.people import ADMIN, member, password_hash, unit, user

USERS = What.USERS
ADDED, CHANGED, UNCHANGED, REFUSED = Effect
OFFICER = ("", "张三", "13800000000", "", "经办人", "410000")


def held(session: Session, account: str) -> list[str]:
    found = select(Membership).join(User).where(User.account == account).order_by(Membership.id)
    return [title_of(one) for one in session.scalars(found)]


@pytest.mark.parametrize("mobile", ["13800000000", "13911112222"])
def test_an_officer_without_an_account_gets_a_link_that_works_once(db: Session, mobile: str) -> None:
    """Whoever used it is known afterwards, by the mobile number or by name and unit."""
    unit(db)

    done = bring_in(db, USERS, OFFICER, actor=ADMIN)
    again = bring_in(db, USERS, OFFICER, actor=ADMIN)

    assert [(one.number, one.name) for one in done.issued] == [(2, "张三")]
    assert again.counts[UNCHANGED] == 1 and again.issued == ()
    assert db.scalars(select(User)).all() == []
    person = NewPerson(name="张三", mobile=mobile, email="", password_hash=password_hash())
    accept(db, done.issued[0].secret, person, now=NOW)
    seen = look(db, USERS, OFFICER, actor=ADMIN)
    assert effects(seen) == [UNCHANGED]


def test_an_account_comes_without_a_password_that_anybody_knows(db: Session) -> None:
    unit(db)
    rows = (
        ("zhang.san", "张三", "13800000000", "z@x.example", "经办人", "410000", "", "B"),
        ("zhang.san", "张三", "", "", "专家"),
        ("li.si", "李四", "", "", "主办处室管理员"),
    )

    seen = look(db, USERS, *rows, actor=ADMIN)
    done = bring_in(db, USERS, *rows, actor=ADMIN)

    assert effects(seen) == [ADDED] * 3
    assert "没有密码" in seen.lines[0].note
    assert done.issued == ()
    assert held(db, "zhang.san") == ["经办人（B 岗） · 410000工信厅", "专家"]
    assert held(db, "li.si") == ["主办处室管理员"]
    assert bring_in(db, USERS, *rows, actor=ADMIN).counts[UNCHANGED] == 3


def test_a_person_who_is_known_by_mobile_gets_another_role(db: Session) -> None:
    db.add(Programme(key="fwxzz", name="服务型制造示范"))
    unit(db)
    member(db, user(db, "zhang", name="张三", mobile="13800000000"), Role.EXPERT)

    seen = look(db, USERS, (*OFFICER, "服务型制造示范", "B"), actor=ADMIN)
    bring_in(db, USERS, (*OFFICER, "服务型制造示范", "B"), actor=ADMIN)

    assert changes(seen.lines[0]) == {"角色": ("", "经办人（B 岗） · 410000工信厅 · 服务型制造示范")}
    assert held(db, "zhang") == ["专家", "经办人（B 岗） · 410000工信厅"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "李四", "", "", "专家"), "只有经办人可以不填"),
        (("", "李四", "", "", "经办人", "410000", "", "B"), "要限定的请填写账号"),
        (("x1", "李四", "", "", "经办人"), "经办人必须属于一个推荐单位"),
        (("x1", "李四", "", "", "申报单位"), "没有这个角色"),
        (("x1", "李四", "", "", "系统"), "没有这个角色"),
        (("13800000001", "李四", "", "", "专家"), "账号格式不对"),
        (("x1", "", "", "", "专家"), "没有填写姓名"),
        (("x1", "李四", "1380000", "", "专家"), "手机号应为 11 位"),
        (("x1", "李四", "", "不是邮箱", "专家"), "电子邮箱"),
        (("x1", "李四", "", "", "专家", "", "没有的"), "没有项目“没有的”"),
        (("x1", "李四", "", "", "专家", "", "", "C"), "岗位应为 A 或 B"),
        (("zhang", "李四", "", "", "专家"), "与已有账号“zhang”登记的不同"),
        (("zhang", "张三", "13911112222", "", "专家"), "分属几个账号"),
        (("gone", "停用者", "", "", "专家"), "已停用"),
        (("zhang", "张三", "", "", "系统管理员"), "不能同时是系统管理员和审计员"),
        (("zhang", "张三", "", "", "审计员", "410000"), ""),
    ],
)
def test_a_wrong_row_is_refused(db: Session, row: tuple[object, ...], sentence: str) -> None:
    unit(db)
    member(db, user(db, "zhang", name="张三", mobile="13800000000"), Role.AUDITOR)
    user(db, "other", name="别人", mobile="13911112222")
    user(db, "gone", name="停用者", is_active=False)

    seen = look(db, USERS, row, actor=ADMIN)

    assert effects(seen) == [REFUSED if sentence else CHANGED]
    assert sentence in why(seen, 1)


def test_rows_that_contradict_each_other_are_refused(db: Session) -> None:
    seen = look(
        db,
        USERS,
        ("x1", "李四", "13800000000", "", "专家"),
        ("x2", "王五", "13800000000", "", "专家"),
        ("x1", "李五", "", "", "审计员"),
        ("x1", "李四", "", "", "系统管理员"),
        ("x1", "李四", "", "", "专家"),
        actor=ADMIN,
    )

    assert effects(seen) == [ADDED, REFUSED, REFUSED, REFUSED, REFUSED]
    assert "与账号“x1”的重复" in why(seen, 2)
    assert "应一致" in why(seen, 3)
    assert "不能同时" in why(seen, 4)
    assert "与第 2 行重复" in why(seen, 5)


def test_a_limited_administrator_gives_nothing_beyond_the_own_reach(db: Session) -> None:
    own = unit(db)
    other = unit(db, "420000")
    member(db, user(db, "far", name="远方", mobile="13911112222"), Role.OFFICER, unit_id=other.id)
    actor = Actor("省管理员", Role.ADMIN, user_id=3, branch=own.path)
    set_scope(db, Scope.of(actor))
    rows = (
        ("x1", "李四", "", "", "经办人", "410000"),
        ("x2", "王五", "", "", "经办人", "420000"),
        ("x3", "赵六", "", "", "主办处室管理员"),
        ("", "远方", "13911112222", "", "经办人", "410000"),
    )

    seen = look(db, USERS, *rows, actor=actor)

    assert effects(seen) == [ADDED, REFUSED, REFUSED, REFUSED]
    assert "没有这个单位" in why(seen, 2)
    assert "超出您的管理范围" in why(seen, 3)
    assert "已经有人使用" in why(seen, 4)


def test_an_administrator_of_one_programme_gives_no_other(db: Session) -> None:
    for key in ("fwxzz", "other"):
        db.add(Programme(key=key, name=key))
    db.flush()
    own = db.scalars(select(Programme).where(Programme.key == "fwxzz")).one()
    actor = Actor("项目管理员", Role.ADMIN, user_id=3, programmes=frozenset({own.id}))

    seen = look(
        db,
        USERS,
        ("x1", "甲", "", "", "专家", "", "fwxzz"),
        ("x2", "乙", "", "", "专家", "", "other"),
        ("x3", "丙", "", "", "专家"),
        actor=actor,
    )

    assert effects(seen) == [ADDED, REFUSED, REFUSED]


def test_too_many_accounts_at_once_are_refused(db: Session) -> None:
    rows = [(f"x{number}", "甲", "", "", "专家") for number in range(MOST_ACCOUNTS + 1)]

    with pytest.raises(Invalid, match=f"一次最多 {MOST_ACCOUNTS} 个"):
        look(db, USERS, *rows, actor=ADMIN)


def test_an_invitation_that_lapsed_is_made_again(db: Session) -> None:
    unit(db)
    bring_in(db, USERS, OFFICER, actor=ADMIN)

    later = bring_in(db, USERS, OFFICER, actor=ADMIN, now=NOW + timedelta(days=8))

    assert len(later.issued) == 1
    assert len(db.scalars(select(Admission)).all()) == 2


def test_a_coordinator_imports_no_users(db: Session) -> None:
    with pytest.raises(NotAllowed):
        look(db, USERS, OFFICER)
