"""Accounts: making, finding, changing and switching off."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, WebSession
from services.identity import passwords, sessions, users
from services.identity.users import NewUser
from tests.support.people import ADMIN, COORDINATOR, NOW, PASSWORD, member, unit, user


def new(**changes: str) -> NewUser:
    return NewUser(**{"account": "zhang", "name": "张三", "password": PASSWORD, **changes})


def test_an_account_is_kept_in_normal_form_and_its_making_is_recorded(db: Session) -> None:
    """I8"""
    made = users.add_user(
        db,
        new(account=" Zhang.San ", name=" 张三 ", mobile="+86 138-1234-5678", email="Zhang@Gov.Example"),
        actor=ADMIN,
        now=NOW,
    )

    assert (made.account, made.name, made.mobile) == ("zhang.san", "张三", "13812345678")
    assert made.email == "zhang@gov.example"
    assert passwords.is_right(made.password_hash, PASSWORD)
    entry = db.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.at) == (ADMIN.name, "manage_users", NOW)
    assert PASSWORD not in str(entry.changes) + entry.what


def test_everything_wrong_with_a_new_account_is_said_at_once(db: Session) -> None:
    wrong = new(account="张 三", name="", password="abc", mobile="12345", email="a@b, c@d")

    with pytest.raises(Invalid) as refusal:
        users.add_user(db, wrong, actor=ADMIN, now=NOW)

    paths = [problem.path for problem in refusal.value.problems]
    assert paths == ["account", "name", "mobile", "email", "password", "password"]


@pytest.mark.parametrize("changes", [{"account": "ZHANG"}, {"mobile": "138 1234 5678"}, {"email": "Z@Gov.Example"}])
def test_a_name_to_sign_in_with_belongs_to_one_person(db: Session, changes: dict[str, str]) -> None:
    users.add_user(db, new(mobile="13812345678", email="z@gov.example"), actor=ADMIN, now=NOW)

    with pytest.raises(Invalid) as refusal:
        users.add_user(db, new(**{"account": "li", **changes}), actor=ADMIN, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == list(changes)


def test_an_account_name_cannot_be_somebodys_mobile_number(db: Session) -> None:
    with pytest.raises(Invalid):
        users.add_user(db, new(account="13812345678"), actor=ADMIN, now=NOW)


def test_who_may_not_manage_users_makes_no_account(db: Session) -> None:
    """S01"""
    with pytest.raises(NotAllowed):
        users.add_user(db, new(), actor=COORDINATOR, now=NOW)


@pytest.mark.parametrize(
    "typed",
    [
        "zhang",
        " ZHANG ",
        "ｚｈａｎｇ",
        "13812345678",
        "138-1234-5678",
        "+86 13812345678",
        "z@gov.example",
        "Z@GOV.example",
    ],
)
def test_a_person_is_found_by_account_mobile_or_address(db: Session, typed: str) -> None:
    person = user(db, "zhang", mobile="13812345678", email="z@gov.example")
    user(db, "li", mobile="13912345678", email="l@gov.example")

    assert users.find_by_sign_in_name(db, typed) is person


@pytest.mark.parametrize("typed", ["", "zhan", "%", "zhang\x00", "a\ud800", "x" * 100_000, "@", "1381234567"])
def test_any_other_name_finds_nobody(db: Session, typed: str) -> None:
    """S20 S23"""
    user(db, "zhang", mobile="13812345678", email="z@gov.example")

    assert users.find_by_sign_in_name(db, typed) is None


def test_a_new_password_ends_every_session(db: Session) -> None:
    """S60"""
    person = user(db)
    token = sessions.start(db, member(db, person), now=NOW)

    users.set_password(db, person.id, "Other-9876", actor=ADMIN, now=NOW)

    assert passwords.is_right(person.password_hash, "Other-9876")
    assert sessions.resume(db, token, now=NOW) is None


def test_people_change_their_own_password_and_nobody_elses(db: Session) -> None:
    person, other = user(db), user(db, "li")
    actor = Actor(person.name, Role.OFFICER, user_id=person.id, branch="/410000/")

    users.set_password(db, person.id, "Other-9876", actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        users.set_password(db, other.id, "Other-9876", actor=actor, now=NOW)

    assert passwords.is_right(person.password_hash, "Other-9876")
    assert passwords.is_right(other.password_hash, PASSWORD)


def test_an_account_switched_off_is_out_at_once_and_stays_in_the_table(db: Session) -> None:
    """S09 S60"""
    person = user(db)
    token = sessions.start(db, member(db, person), now=NOW)

    users.deactivate(db, person.id, actor=ADMIN, now=NOW)

    assert not person.is_active
    assert sessions.resume(db, token, now=NOW) is None
    assert db.scalars(select(WebSession.ended_at)).all() == [NOW]


def test_nobody_switches_off_their_own_account(db: Session) -> None:
    person = user(db)

    with pytest.raises(Conflict):
        users.deactivate(db, person.id, actor=Actor("x", Role.ADMIN, user_id=person.id), now=NOW)

    assert person.is_active


def test_an_administrator_of_a_branch_touches_nobody_who_holds_more(db: Session) -> None:
    """S02 S05"""
    inside, outside = unit(db, "410000"), unit(db, "140000")
    branch_admin = Actor("省管理员", Role.ADMIN, user_id=9003, branch=inside.path)
    own, foreign, everywhere = user(db, "own"), user(db, "foreign"), user(db, "everywhere")
    member(db, own, unit_id=inside.id)
    member(db, foreign, unit_id=inside.id)
    member(db, foreign, unit_id=outside.id)
    member(db, everywhere, Role.COORDINATOR)

    users.deactivate(db, own.id, actor=branch_admin, now=NOW)
    for person in (foreign, everywhere):
        with pytest.raises(NotAllowed):
            users.set_password(db, person.id, "Other-9876", actor=branch_admin, now=NOW)

    assert not own.is_active


def test_an_unknown_user_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        users.deactivate(db, 999, actor=SYSTEM, now=NOW)
